foreach(test gem_range crow rmac regions vlad mop_vlad)
  cnnpool_test(policy/${test} OPTIONS -O1)
endforeach()
