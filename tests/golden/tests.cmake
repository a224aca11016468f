cnnpool_test(golden/golden OPTIONS -O1)
