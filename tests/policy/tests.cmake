cnnpool_test(policy/checks OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
foreach(test gem gem_range crow rmac regions vlad mop_vlad multi_scale)
  cnnpool_test(policy/${test} OPTIONS -O1)
endforeach()
