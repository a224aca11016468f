// Temporary memory of one pool_into call: a stack of matrices in a block that the caller owns.
//
// A scratch without memory measures: every primitive returns before it touches data, so that running a policy on it
// adds up what the policy needs. That is how workspace_bytes works, without a second copy of any size computation; a
// backend may add up its work too.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>

#include "matrix.hpp"
#include "../core/space.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

class scratch {
 public:
  static constexpr std::size_t alignment = 64;

  scratch() = default;  // measures
  scratch(void* memory, std::size_t bytes) : memory_(static_cast<char*>(memory)), capacity_(bytes), measuring_(false) {}

  bool measuring() const { return measuring_; }
  /// The most bytes that were in use at one time.
  std::size_t peak() const { return peak_; }
  /// What a backend has counted while it measured, in a unit of its own.
  double work() const { return work_; }
  void add_work(double work) { work_ += work; }

  void* bytes(std::size_t count) {
    if (count > ~std::size_t{0} - alignment - used_)
      raise("workspace: more than ", count, " bytes cannot be addressed");
    const std::size_t start = used_;
    used_ += (count + alignment - 1) / alignment * alignment;
    if (used_ > peak_) peak_ = used_;
    if (measuring()) return reinterpret_cast<void*>(alignment);  // never read
    if (used_ > capacity_) raise("workspace: ", used_, " bytes are needed, ", capacity_, " are there");
    return memory_ + start;
  }

  template <class A>
  matrix<A> make(index_t rows, index_t cols) {
    index_t count = 0, size = 0;
    if (!detail::multiply(rows, cols, count) || !detail::multiply(count, static_cast<index_t>(sizeof(A)), size))
      raise("workspace: a matrix of ", rows, " x ", cols, " cannot be addressed");
    return {static_cast<A*>(bytes(static_cast<std::size_t>(size))), rows, cols, cols, 1};
  }

  /// Gives back, at its end, everything that was taken since its start.
  class frame {
   public:
    explicit frame(scratch& s) : scratch_(s), used_(s.used_) {}
    ~frame() { scratch_.used_ = used_; }
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;

   private:
    scratch& scratch_;
    std::size_t used_;
  };

 private:
  char* memory_ = nullptr;
  std::size_t capacity_ = 0, used_ = 0, peak_ = 0;
  double work_ = 0;
  bool measuring_ = true;
};

}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT {

/// Where memory of a space comes from: allocate(bytes), aligned to scratch::alignment, and release. For device memory
/// see the backends that use it (backend/cuda/memory.hpp).
template <class Space>
struct space_memory;
template <>
struct space_memory<host_space> {
  static void* allocate(std::size_t bytes) {
    return ::operator new (bytes, std::align_val_t{kernel::scratch::alignment});
  }
  static void release(void* p) noexcept { ::operator delete(p, std::align_val_t{kernel::scratch::alignment}); }
};

/// What pool_into keeps its temporaries in: reserve(bytes) makes it at least that large, data() is the memory.
template <class W>
concept workspace_memory = requires(W& w, std::size_t bytes) {
  typename W::space;
  w.reserve(bytes);
  { w.data() } -> std::convertible_to<void*>;
  { w.capacity() } -> std::convertible_to<std::size_t>;
};

namespace detail {
/// Calls run(scratch) first to measure what it takes, then in the workspace.
template <workspace_memory W, class Run>
void in_workspace(W& w, const Run& run) {
  scratch measure;
  run(measure);
  w.reserve(measure.peak());
  scratch s(w.data(), w.capacity());
  run(s);
}
}  // namespace detail

/// Memory of a space, owned; it grows when it is too small, and is otherwise reused as it is.
/// One workspace serves one call at a time (on a GPU: one stream).
template <class Space>
class basic_workspace {
 public:
  using space = Space;

  basic_workspace() = default;
  explicit basic_workspace(std::size_t bytes) { reserve(bytes); }

  /// 0 if it was moved from: the memory has moved too.
  std::size_t capacity() const { return memory_ == nullptr ? 0 : capacity_; }
  void reserve(std::size_t bytes) {
    if (bytes <= capacity()) return;
    memory_.reset();
    capacity_ = 0;
    memory_.reset(static_cast<char*>(space_memory<Space>::allocate(bytes)));
    capacity_ = bytes;
  }
  void* data() { return memory_.get(); }

 private:
  struct deleter {
    void operator()(char* p) const { space_memory<Space>::release(p); }
  };
  std::unique_ptr<char, deleter> memory_;
  std::size_t capacity_ = 0;
};
using workspace = basic_workspace<host_space>;

}  // namespace cnnpool
