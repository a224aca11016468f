cnnpool_test(post/stages OPTIONS -O1)
cnnpool_test(post/whiten OPTIONS -O1)
