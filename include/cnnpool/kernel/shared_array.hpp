// The numbers of a model (a whitening, a codebook): immutable, shared by the copies of the model, in the memory of a
// space. A copy of a model costs a reference count; a copy in another space is another shared_array with its own owner.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "matrix.hpp"
#include "../core/space.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {

template <class T, class Space = host_space>
class shared_array {
 public:
  using value_type = T;
  using space = Space;

  shared_array() = default;
  /// Memory of the space; `data` frees it when its last copy goes.
  shared_array(std::shared_ptr<const T> data, index_t size) : data_(std::move(data)), size_(size) {}
  explicit shared_array(std::vector<T> values)
    requires(std::is_same_v<Space, host_space>)
      : size_(static_cast<index_t>(values.size())) {
    const auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    data_ = std::shared_ptr<const T>(owner, owner->data());
  }

  /// Numbers of somebody else, which must outlive every copy.
  static shared_array over(std::span<const T> numbers) {
    return {std::shared_ptr<const T>(std::shared_ptr<const T>(), numbers.data()), static_cast<index_t>(numbers.size())};
  }

  const T* data() const { return data_.get(); }
  index_t size() const { return size_; }
  /// All of it as count x cols; the caller ensures that this is its size.
  matrix<const T> rows(index_t count, index_t cols) const { return {data(), count, cols, cols, 1}; }

 private:
  std::shared_ptr<const T> data_;
  index_t size_ = 0;
};

}  // namespace cnnpool::kernel
