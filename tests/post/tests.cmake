cnnpool_test(post/stages OPTIONS -O1)
cnnpool_test(post/projection OPTIONS -O1)
cnnpool_test(post/linear OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
