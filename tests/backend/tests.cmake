# Lean translation units: -O1 gives the same instructions in the kernels that carry their own target.
foreach(test cpu_sum cpu_sum_bound cpu_max cpu_rmac reference)
  cnnpool_test(backend/${test} OPTIONS -O1)
endforeach()
# The same kernels with more arithmetic in them; a sanitizer would take minutes of compile time to see the same addresses.
foreach(test cpu_gem cpu_gem_power cpu_weighted cpu_crow cpu_concat cpu_regions)
  cnnpool_test(backend/${test} OPTIONS -O1 NO_SANITIZE)
endforeach()
find_package(Threads REQUIRED)
cnnpool_test(backend/cpu_same_bits OPTIONS -O1 LIBRARIES Threads::Threads LABELS threads)
