foreach(test special_values gem_range)
  cnnpool_test(policy/${test} OPTIONS -O1)
endforeach()
