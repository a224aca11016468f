foreach(test checks gem gem_range crow rmac regions vlad mop_vlad multi_scale)
  cnnpool_test(policy/${test} OPTIONS -O1)
endforeach()
