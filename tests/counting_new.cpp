// Operator new that counts its calls, per thread: a framework's own threads allocate when they like. A file of its own,
// because GCC reports a replaced operator that it can inline (-Wmismatched-new-delete). Every form is replaced: the
// standard library's others call these, a sanitizer's do not.
#include <cstdlib>
#include <new>

#include "allocations.hpp"

namespace {
thread_local long count = 0;

void* counted(std::size_t size) noexcept {
  ++count;
  return std::malloc(size == 0 ? 1 : size);
}
void* counted(std::size_t size, std::align_val_t a) noexcept {
  ++count;
  const auto alignment = static_cast<std::size_t>(a);
  return std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
}
void* there(void* p) {
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
using none = const std::nothrow_t&;
}  // namespace

long testing::allocations() { return count; }

void* operator new(std::size_t n) { return there(counted(n)); }
void* operator new[](std::size_t n) { return there(counted(n)); }
void* operator new(std::size_t n, none) noexcept { return counted(n); }
void* operator new[](std::size_t n, none) noexcept { return counted(n); }
void* operator new(std::size_t n, std::align_val_t a) { return there(counted(n, a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return there(counted(n, a)); }
void* operator new(std::size_t n, std::align_val_t a, none) noexcept { return counted(n, a); }
void* operator new[](std::size_t n, std::align_val_t a, none) noexcept { return counted(n, a); }

void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, none) noexcept { std::free(p); }
void operator delete[](void* p, none) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t, none) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t, none) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
