cnnpool_test(kernel/fused_fold OPTIONS -O1)
cnnpool_test(kernel/fused_fold_members OPTIONS -O1)
cnnpool_test(kernel/math)
cnnpool_test(kernel/scratch)
