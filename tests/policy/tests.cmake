cnnpool_test(policy/checks OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
foreach(test cls salad signed_gem unit_positions)
  cnnpool_test(policy/${test} OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
endforeach()
foreach(test lse elementwise gem_range crow rmac regions vlad mop_vlad multi_scale)
  cnnpool_test(policy/${test} OPTIONS -O1)
endforeach()
# Bits of kernels that are compiled here and of the library's, which is -O2.
cnnpool_test(policy/gem OPTIONS -O2)
