# Lean translation units: -O1 gives the same instructions in the kernels that carry their own target.
foreach(test cpu_sum cpu_max)
  cnnpool_test(backend/${test} OPTIONS -O1)
endforeach()
