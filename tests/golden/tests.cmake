cnnpool_test(golden/golden OPTIONS -O1)
cnnpool_test(golden/retrieval)
