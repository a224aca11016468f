// expect: cnnpool: this backend has no contract(scratch, x, over, weights, out, epilogue)
#include "../half_backend.hpp"

static_assert(cnnpool::kernel::missing_primitive<mine>() == nullptr);
