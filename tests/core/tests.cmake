cnnpool_test(core/feature_view)
