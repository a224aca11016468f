cnnpool_test(retrieval/ranks)
cnnpool_test(retrieval/measures)
cnnpool_test(retrieval/revisited)
cnnpool_test(retrieval/search)
