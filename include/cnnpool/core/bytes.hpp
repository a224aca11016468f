// memcpy of a few bytes, on the host and in a kernel: how a value's bits are read.
#pragma once

#include <cstddef>

#include "../config.hpp"
#if !defined(__GNUC__) && !defined(__clang__)
#include <cstring>  // elsewhere left out: on POSIX it declares ::index, and users say `using namespace cnnpool`
#endif

namespace cnnpool::inline CNNPOOL_VARIANT {

CNNPOOL_HD void copy_bytes(void* to, const void* from, std::size_t count) {
#if defined(__GNUC__) || defined(__clang__)
  __builtin_memcpy(to, from, count);
#else
  std::memcpy(to, from, count);
#endif
}

}  // namespace cnnpool
