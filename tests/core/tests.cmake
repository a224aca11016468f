cnnpool_test(core/feature_view)
cnnpool_test(core/scratch)
cnnpool_test(core/any_feature_view OPTIONS -O1)
