cnnpool_test(retrieval/measures)
cnnpool_test(retrieval/search)
