cnnpool_test(compose OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
cnnpool_test(pool OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
# It replaces the allocator that the sanitizers watch.
cnnpool_test(pool_allocations OPTIONS ${CNNPOOL_NOT_OF_KERNELS} NO_SANITIZE)
