// How a policy runs on a backend: a fold goes to the backend's reduce, everything else runs its own pool.
// Knows neither a policy nor a backend by name.
#pragma once

#include <string>
#include <utility>

#include "../concepts.hpp"
#include "fold_traits.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::kernel {
/// Whether one reduction is the whole policy.
template <class P>
concept foldable = fold_policy<P> || fold_selector<P>;
}  // namespace cnnpool::kernel

namespace cnnpool::inline CNNPOOL_VARIANT {

/// A policy for several batches at once, whatever it makes of them (mop_vlad: a batch per scale). list_size(count, f)
/// gives the number of components of a descriptor, or raises what is wrong; f(i) is the shape of batch i. pool(list,
/// policy) gives a row for every image of the first batch: pool_list(backend, scratch, count, each, out); each(i, f)
/// calls f(batch i).
template <class P>
concept list_policy = requires(const P p, shape (*f)(index_t)) {
  { p.list_size(index_t{}, f) } -> std::convertible_to<index_t>;
};

namespace detail {

/// Whether a policy reads x once.
template <class P>
inline constexpr bool pools_in_one_pass = foldable<P>;

template <class P>
constexpr int outputs_of() {
  if constexpr (fold_policy<P>) return fold_outputs<P>;
  else return P::outputs;
}

template <class P, class F>
void with_fold(const P& policy, F&& f) {
  if constexpr (fold_policy<P>) f(policy);
  else policy.select_fold(std::forward<F>(f));
}

template <class P>
std::string name_of(const P& policy) {
  if constexpr (requires { { policy.full_name() } -> std::convertible_to<std::string>; }) return policy.full_name();
  else if constexpr (requires { std::string(P::name); }) return P::name;
  else return "(unnamed)";
}

/// Raises what is wrong with the numbers of a policy or a stage whatever it is applied to, or for a shape (a stage: a
/// number of components).
template <class P>
void check_numbers(const P& policy) {
  if constexpr (requires { (policy.check)(); }) (policy.check)();
}
template <class P, class S>
void check_shape(const P& policy, const S& s) {
  if constexpr (requires { (policy.check)(s); }) (policy.check)(s);
}
/// Whether the policy reads where a position lies in the grid of h x w: tokens need not have one.
template <class P>
bool reads_grid(const P& policy) {
  if constexpr (requires { { policy.reads_grid() } -> std::convertible_to<bool>; }) return policy.reads_grid();
  else return false;
}
template <class P, class S>
void check_policy(const P& policy, const S& s) {
  check_numbers(policy);
  check_shape(policy, s);
}

}  // namespace detail

/// The number of components of the policy's descriptor of one image of this shape.
template <pooling_policy P>
index_t descriptor_size(const P& policy, const shape& s) {
  if constexpr (kernel::foldable<P>) {
    index_t size = 0;
    if (!detail::multiply(detail::outputs_of<P>(), s.c, size))
      raise("descriptor_size: ", detail::outputs_of<P>(), " statistics of ", s.c, " channels are too many to count");
    return size;
  } else {
    return policy.descriptor_size(s);
  }
}

namespace detail {

/// f(a matrix of A's): out itself, or a temporary that is then converted to out.
template <class A, class B, class D, class F>
void in_numbers_of(const B& b, scratch& s, const matrix<D>& out, const F& f) {
  if constexpr (std::is_same_v<A, D>) {
    f(out);
  } else {
    const scratch::frame frame(s);
    const matrix<A> t = s.make<A>(out.rows, out.cols);
    f(t);
    b.transform(s, out, read_as_is{}, t);
  }
}
/// The same for the type in which the backend accumulates the elements of x.
template <class B, class X, class D, class F>
void in_accumulator(const B& b, scratch& s, const X&, const matrix<D>& out, const F& f) {
  in_numbers_of<typename B::template accumulator<typename X::value_type>>(b, s, out, f);
}

/// One row of out per image.
template <class B, class X, class P, class A>
void run(const B& b, scratch& s, const X& x, const P& policy, const matrix<A>& out) {
  if constexpr (foldable<P>) {
    with_fold(policy, [&](const auto& fold) { b.reduce(s, x, over_positions{}, fold, out); });
  } else {
    policy.pool(b, s, x, out);
  }
}

struct to_zero {
  template <class V>
  CNNPOOL_HD V operator()(const V&) const {
    return V(lane_t<V>(0));
  }
};

/// Without channels there is nothing to read: components that do not count channels are 0.
template <class B, class X, class D, class P>
void run_converted(const B& b, scratch& s, const X& x, const P& policy, const matrix<D>& out) {
  in_accumulator(b, s, x, out, [&](const auto& t) {
    if (x.extents().c == 0) b.transform(s, t, to_zero{}, column_index{});
    else run(b, s, x, policy, t);
  });
}

/// One row of out per image and region: row n*regions.size() + region.
template <class B, class X, class P, class R, class A>
void run_regions(const B& b, scratch& s, const X& x, const P& policy, const R& regions, const matrix<A>& out) {
  if constexpr (foldable<P>) {
    with_fold(policy, [&](const auto& fold) { b.reduce(s, x, regions, fold, out); });
  } else if constexpr (requires { policy.pool_regions(b, s, x, regions, out); }) {
    policy.pool_regions(b, s, x, regions, out);
  } else {
    const index_t count = regions.size();
    for (index_t k = 0; k < count; ++k) policy.pool(b, s, x.crop(regions[k]), out.every(count, k));
  }
}

}  // namespace detail
}  // namespace cnnpool
