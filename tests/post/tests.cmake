cnnpool_test(post/stages OPTIONS -O1)
