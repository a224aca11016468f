// The device's global memory. Addresses are never given out twice and lie in a range that the host cannot touch, the
// bytes lie elsewhere: a host that follows a pointer of the device crashes, and every access of a kernel is looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cuda_on_cpu {

using address = std::uint64_t;

/// One cudaMalloc. It is remembered when it has been freed, so that a later use is recognised.
struct allocation {
  address begin = 0;
  std::size_t size = 0;
  bool freed = false, managed = false;
  unsigned char* bytes = nullptr;      // where they are for the interpreter
  std::vector<unsigned char> storage;  // unless managed: that lies at its address, since the host uses it too
  std::vector<unsigned char> written;  // per byte: 1 once it was written

  bool holds(address a, std::size_t count) const {
    return !freed && a >= begin && count <= size && a - begin <= size - count;
  }
};

/// Between two allocations there are at least this many bytes that belong to none.
inline constexpr std::size_t red_zone = 4096;

/// nullptr when there is no such amount of memory.
allocation* allocate(std::size_t size, bool managed);
/// Returns what is wrong with it, or nothing.
std::string release(address begin);
/// For memory that a graph allocates anew at every launch: nothing in it is written.
void revive(allocation& a);

/// The last allocation that begins at or before a; nullptr where there is none.
allocation* nearest(address a);
/// What an access of count bytes at a hits, in words, when that is not memory that may be used.
std::string describe(address a, std::size_t count);

/// cudaMemcpy and cudaMemset. What is written counts as written; what was never written may not be copied.
void copy(void* to, const void* from, std::size_t count, bool to_device, bool from_device);
void fill(void* to, int value, std::size_t count);

}  // namespace cuda_on_cpu
