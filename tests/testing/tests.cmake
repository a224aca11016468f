cnnpool_test(testing/check_fold_policy OPTIONS -O1)
cnnpool_test(testing/check_adapter OPTIONS -O1 NO_SANITIZE)
cnnpool_test(testing/holds_negative OPTIONS -O1)
