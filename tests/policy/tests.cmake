foreach(test special_values gem_range regions)
  cnnpool_test(policy/${test} OPTIONS -O1)
endforeach()
