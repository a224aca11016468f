cnnpool_test(compose OPTIONS -O1)
cnnpool_test(pool OPTIONS -O1)
cnnpool_test(pool_allocations OPTIONS -O1 NO_SANITIZE)  # it replaces the allocator that the sanitizers watch
