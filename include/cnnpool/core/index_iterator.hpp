// A random-access iterator over anything that has operator[]: the rows of descriptors, the neighbours of a query. It
// holds a copy of a view (descriptor_span, neighbour_list), so that it outlives a temporary one.
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>

#include "shape.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class Container, class Index>
class index_iterator {
 public:
  using iterator_concept = std::random_access_iterator_tag;
  using iterator_category = std::input_iterator_tag;  // *i is a value
  using difference_type = std::ptrdiff_t;
  using value_type = decltype(std::declval<Container&>()[Index{}]);
  using reference = value_type;
  struct pointer {  // of a value, for one expression
    value_type value;
    const value_type* operator->() const { return &value; }
  };

  index_iterator() = default;
  index_iterator(Container& of, index_t at) : of_(held(of)), at_(at) {}

  value_type operator*() const { return at(at_); }
  pointer operator->() const { return {at(at_)}; }
  value_type operator[](difference_type n) const { return at(at_ + n); }
  index_iterator& operator+=(difference_type n) { return at_ += n, *this; }
  index_iterator& operator-=(difference_type n) { return at_ -= n, *this; }
  index_iterator& operator++() { return *this += 1; }
  index_iterator& operator--() { return *this -= 1; }
  index_iterator operator++(int) {
    const index_iterator old = *this;
    ++at_;
    return old;
  }
  index_iterator operator--(int) {
    const index_iterator old = *this;
    --at_;
    return old;
  }
  friend index_iterator operator+(index_iterator i, difference_type n) { return i += n; }
  friend index_iterator operator+(difference_type n, index_iterator i) { return i += n; }
  friend index_iterator operator-(index_iterator i, difference_type n) { return i -= n; }
  friend difference_type operator-(const index_iterator& a, const index_iterator& b) { return a.at_ - b.at_; }
  friend bool operator==(const index_iterator& a, const index_iterator& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const index_iterator& a, const index_iterator& b) { return a.at_ <=> b.at_; }

 private:
  static constexpr bool view = std::ranges::enable_view<std::remove_const_t<Container>>;
  using holder = std::conditional_t<view, std::remove_const_t<Container>, Container*>;
  static holder held(Container& of) {
    if constexpr (view) return of;
    else return &of;
  }
  value_type at(index_t i) const {
    if constexpr (view) return of_[static_cast<Index>(i)];
    else return (*of_)[static_cast<Index>(i)];
  }

  holder of_{};
  index_t at_ = 0;
};

/// Element i of a container, i of type Index.
template <class Index, class Container>
index_iterator<Container, Index> iterator_at(Container& of, index_t i) {
  return {of, i};
}

}  // namespace cnnpool::detail
