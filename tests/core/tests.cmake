cnnpool_test(core/feature_view)
cnnpool_test(core/scratch)
