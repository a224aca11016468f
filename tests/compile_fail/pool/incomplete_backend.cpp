// expect: cnnpool::pool: this backend lacks a primitive; cnnpool::kernel::missing_primitive<B>() names it
#include "../half_backend.hpp"

auto f(const cnnpool::feature_view<float>& x) { return cnnpool::pool(mine{}, x, cnnpool::max()); }
