// A list of views of different sizes in one call: one batch after the other, or all of them to one policy (mop_vlad).
// This is what pool, pool_into and workspace_bytes do with a list.
//
// The elements of a container are shared among the threads, like the images of a batch. A range that makes its elements
// when they are asked for (views::transform) may make them all in one buffer: each is pooled before the next is asked
// for. Either is gone through twice, first for the shapes.
#pragma once

#include <ranges>
#include <vector>

#include "run_call.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// A checked call: how many rows and components it gives, and run(), which computes them.
template <class B, class X, class P>
class list_call {
  static constexpr bool stays = list_stays<X>(), indexed = std::ranges::random_access_range<const X>;
  using view = std::remove_cvref_t<decltype(view_of(*std::ranges::begin(std::declval<const X&>())))>;

 public:
  list_call(const B& b, const X& batches, const P& policy) : b_(b), batches_(batches), policy_(policy) {
    check_backend(b);
    if constexpr (!list_policy<P>) check_numbers(policy);
    const auto where = [&](std::string& text) { text += "pool: view " + decimal(count_) + " of the list: "; };
    for (const auto& x : batches) {
      const error_context of_view(where);
      if constexpr (stays && !indexed) views_.push_back(view_of(x));
      with_source<B>(x, [&](const auto& source) { add(source, image_bytes(source)); });
    }
    if constexpr (list_policy<P>) cols_ = policy.list_size(count_, [&](index_t i) { return shape_of(i); });
  }
  index_t rows() const { return rows_; }
  index_t cols() const { return cols_; }
  index_t batches() const { return count_; }

  /// The most memory that run takes at one time.
  template <class D>
  std::size_t measured() const {
    scratch s;
    if (rows_ * cols_ != 0) run(s, matrix<D>{reinterpret_cast<D*>(scratch::alignment), rows_, cols_, cols_, 1});
    return s.peak();
  }
  template <class D>
  void run(scratch& s, const matrix<D>& out) const {
    if constexpr (list_policy<P>) {
      const auto each = [&](index_t i, const auto& f) { with_source<B>(batch(i), f); };
      // Accumulated as pool would, whatever out is.
      in_numbers_of<result_t<B, X>>(b_, s, out, [&](const auto& t) { policy_.pool_list(b_, s, count_, each, t); });
    } else if constexpr (stays) {
      // The views are to the backend's threads what the images of a batch are.
      const auto some = [&](const auto& b, scratch& own, index_t first, index_t n) {
        if (!own.measuring()) {
          for (index_t i = first; i < first + n; ++i) run_one(b, own, i, batch(i), out);
          return;
        }
        // The largest view says what memory a thread needs, all of them how much work one is.
        scratch each;
        for (index_t i = 0; i < count_; ++i) run_one(b, each, i, batch(i), out);
        own.bytes(each.peak());
        own.add_work(each.work() / static_cast<double>(count_) * static_cast<double>(n));
      };
      b_.for_each_cached_slice(s, count_, bytes_ / count_, some);
    } else {
      index_t i = 0;
      for (const auto& x : batches_) run_one(b_, s, i++, x, out);
    }
  }

 private:
  decltype(auto) batch(index_t i) const {
    using offset = std::ranges::range_difference_t<const X>;
    if constexpr (indexed) return std::ranges::begin(batches_)[static_cast<offset>(i)];
    else return (views_[static_cast<std::size_t>(i)]);
  }
  shape shape_of(index_t i) const {
    return with_source<B>(batch(i), [](const auto& source) { return source.extents(); });
  }
  template <class S>
  void add(const S& source, index_t bytes_of_image) {
    const shape& e = source.extents();
    check_positions("", policy_, source);
    if constexpr (list_policy<P>) {
      if (count_ == 0) rows_ = e.n;
    } else {
      check_shape(policy_, e);
      const index_t size = descriptor_size(policy_, e);
      if (count_ == 0) cols_ = size;
      if (size != cols_)
        raise("shape ", to_string(e), " gives ", size, " components, the views before it gave ", cols_);
      first_row_.push_back(rows_);
      if (!cnnpool::detail::add(rows_, e.n)) raise("with its images there are too many to count");
      bytes_ += e.n * bytes_of_image;
    }
    ++count_;
  }
  template <class Inner, class Batch, class D>
  void run_one(const Inner& b, scratch& s, index_t i, const Batch& x, const matrix<D>& out) const {
    with_source<B>(x, [&](const auto& source) {
      const index_t n = source.extents().n, first = first_row_[static_cast<std::size_t>(i)];
      if (n != 0) run_converted(b, s, source, policy_, out.row_range(first, n));
    });
  }

  const B& b_;
  const X& batches_;
  const P& policy_;
  std::vector<view> views_;         // of a range without an index
  std::vector<index_t> first_row_;  // of every batch; a list_policy needs none, and so allocates nothing
  index_t count_ = 0, rows_ = 0, cols_ = 0, bytes_ = 0;
};

}  // namespace cnnpool::detail
