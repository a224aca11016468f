cnnpool_test(properties/folds OPTIONS -O1)
cnnpool_test(properties/composed OPTIONS -O1)
