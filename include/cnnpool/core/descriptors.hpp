// Results: n descriptors of d components, row-major. `descriptors` owns, `descriptor_span` does not.
#pragma once

#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "index_iterator.hpp"
#include "shape.hpp"
#include "space.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// One descriptor: a view of its components. Converts to a vector, which is a copy.
template <class T>
class descriptor_row : public std::span<T> {
 public:
  using std::span<T>::span;
  operator std::vector<std::remove_const_t<T>>() const { return {this->begin(), this->end()}; }
};

/// Non-owning n x d output; rows may be further apart than d elements, components are adjacent.
template <class T, class Space = host_space>
class descriptor_span {
 public:
  using value_type = T;
  using space = Space;

  constexpr descriptor_span() = default;
  descriptor_span(T* data, index_t rows, index_t cols) : descriptor_span(data, rows, cols, cols) {}
  descriptor_span(T* data, index_t rows, index_t cols, index_t row_stride)
      : data_(data), rows_(rows), cols_(cols), row_stride_(data == nullptr ? 0 : row_stride) {
    index_t size = 0;
    if (rows < 0 || cols < 0 || row_stride < 0 || !detail::multiply(rows, row_stride, size))
      raise("descriptor_span: ", rows, " x ", cols, " with a row stride of ", row_stride, " is not a matrix");
    if (rows > 1 && row_stride < cols)
      raise("descriptor_span: row stride ", row_stride, " is smaller than the ", cols, " columns");
    if (data == nullptr && rows != 0 && cols != 0)
      raise("descriptor_span: data is a null pointer for ", rows, " x ", cols);
  }

  T* data() const { return data_; }
  index_t rows() const { return rows_; }
  index_t cols() const { return cols_; }
  index_t row_stride() const { return row_stride_; }
  T& operator()(index_t i, index_t j) const { return data_[i * row_stride_ + j]; }
  descriptor_row<T> row(index_t i) const { return {data_ + i * row_stride_, static_cast<std::size_t>(cols_)}; }
  descriptor_row<T> operator[](index_t i) const { return row(i); }
  std::size_t size() const { return static_cast<std::size_t>(rows_); }
  auto begin() const { return detail::iterator_at<index_t>(*this, 0); }
  auto end() const { return detail::iterator_at<index_t>(*this, rows_); }

  /// Columns first .. first+count-1 of every row: the same memory.
  descriptor_span columns(index_t first, index_t count) const {
    return {data_ == nullptr ? nullptr : data_ + first, rows_, count, row_stride_};
  }
  descriptor_span row_range(index_t first, index_t count) const {
    return {data_ + first * row_stride_, count, cols_, row_stride_};
  }

 private:
  T* data_ = nullptr;
  index_t rows_ = 0, cols_ = 0, row_stride_ = 0;
};

/// Owning n x d result in host memory: n descriptors, d[i] is one. values() has all of their components, row by row.
template <class T>
class descriptors {
 public:
  using value_type = T;

  descriptors() = default;
  descriptors(const descriptors&) = default;
  descriptors& operator=(const descriptors&) = default;
  /// Leaves the other 0 x 0: its values have moved.
  descriptors(descriptors&& other) noexcept { swap(other); }
  descriptors& operator=(descriptors&& other) noexcept {
    descriptors gone;
    gone.swap(other);
    swap(gone);
    return *this;
  }
  descriptors(index_t rows, index_t cols)
      : rows_(rows),
        cols_(cols),
        values_(static_cast<std::size_t>(checked_size({.n = rows, .c = cols}, "descriptors"))) {}

  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  std::size_t size() const { return static_cast<std::size_t>(rows_); }
  std::span<T> values() { return values_; }
  std::span<const T> values() const { return values_; }
  index_t rows() const { return rows_; }
  index_t cols() const { return cols_; }
  T& operator()(index_t i, index_t j) { return values_[static_cast<std::size_t>(i * cols_ + j)]; }
  const T& operator()(index_t i, index_t j) const { return values_[static_cast<std::size_t>(i * cols_ + j)]; }
  descriptor_row<T> row(index_t i) { return {data() + i * cols_, static_cast<std::size_t>(cols_)}; }
  descriptor_row<const T> row(index_t i) const { return {data() + i * cols_, static_cast<std::size_t>(cols_)}; }
  descriptor_row<T> operator[](index_t i) { return row(i); }
  descriptor_row<const T> operator[](index_t i) const { return row(i); }
  auto begin() { return detail::iterator_at<index_t>(*this, 0); }
  auto end() { return detail::iterator_at<index_t>(*this, rows_); }
  auto begin() const { return detail::iterator_at<index_t>(*this, 0); }
  auto end() const { return detail::iterator_at<index_t>(*this, rows_); }

  descriptor_span<T> span() { return {data(), rows_, cols_}; }
  operator descriptor_span<T>() { return span(); }

 private:
  void swap(descriptors& other) {
    std::swap(rows_, other.rows_);
    std::swap(cols_, other.cols_);
    values_.swap(other.values_);
  }
  index_t rows_ = 0, cols_ = 0;
  std::vector<T> values_;
};

}  // namespace cnnpool

namespace std::ranges {
template <class T>
inline constexpr bool enable_borrowed_range<cnnpool::descriptor_row<T>> = true;
template <class T>
inline constexpr bool enable_view<cnnpool::descriptor_row<T>> = true;
template <class T, class Space>
inline constexpr bool enable_borrowed_range<cnnpool::descriptor_span<T, Space>> = true;
template <class T, class Space>
inline constexpr bool enable_view<cnnpool::descriptor_span<T, Space>> = true;
}  // namespace std::ranges
