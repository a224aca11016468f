cnnpool_test(testing/check_fold_policy OPTIONS -O1)
