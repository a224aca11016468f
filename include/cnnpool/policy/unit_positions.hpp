// unit_positions{} | policy: every position is divided by its L2 norm over the channels before it is pooled,
//   u(i,j) = x(i,j) / |x(i,j)|, a norm below 1e-12 counting as 1e-12: what CosPlace, EigenPlaces and AnyLoc pool.
//
// A fold is stepped with x times the reciprocal norm of its position: the map is read twice, the second time from the
// cache, and not copied. Any other policy reads a normalised copy of the image, NHWC and in the accumulator's type. A
// NaN spreads to all channels of its position.
#pragma once

#include "../kernel/fused_fold.hpp"
#include "each_position.hpp"
#include "unit_rows.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// The fold of x w, its operand w.
template <class F>
struct scaled_fold {
  F fold;

  template <class V>
  using state = typename F::template state<V>;
  static constexpr bool long_step = takes_longer_than_reading<F>;

  template <class V>
  CNNPOOL_HD auto init() const {
    return fold.template init<V>();
  }
  template <class S, class V>
  CNNPOOL_HD S step(const S& s, const V& x, const V& w) const {
    return fold.step(s, x * w);
  }
  template <class S>
  CNNPOOL_HD S merge(const S& a, const S& b) const {
    return fold.merge(a, b);
  }
  template <class S>
  CNNPOOL_HD auto finish(const S& s, index_t n) const {
    return fold.finish(s, n);
  }
  template <class S>
    requires may_be_unreliable<F, S>
  CNNPOOL_HD auto is_reliable(const S& s) const {
    return fold.is_reliable(s);
  }
  template <class L, class Read>
  CNNPOOL_HD auto exact(index_t n, const Read& x, const L* weights) const {
    return exact_result<L>(fold, n, scaled_reader<L, Read>{x, weights});
  }
  template <class Action>
    requires has_forms<F>
  CNNPOOL_INLINE void forms(const Action& action) const {
    fold.forms([&]<class G>(const G& form) CNNPOOL_LAMBDA { action(scaled_fold<G>{form}); });
  }
  template <class V>
    requires differs_by_channel<F>
  CNNPOOL_HD auto per_channel(index_t c) const {
    return of(for_channel<V>(fold, c));
  }
  template <class V>
    requires differs_by_channel<F>
  CNNPOOL_HD auto per_channel(index_t c, index_t count) const {
    return of(for_channels<V>(fold, c, count));
  }

 private:
  template <class L, class Read>
  struct scaled_reader {
    const Read& x;
    const L* weights;
    CNNPOOL_HD L operator()(index_t i) const { return x(i) * weights[i]; }
  };
  template <class G>
  CNNPOOL_HD static scaled_fold<G> of(const G& fold) {
    return {fold};
  }
};

}  // namespace detail

/// What unit_positions{} | policy is.
template <pooling_policy P>
struct unit_positions_policy : on_positions<detail::unit_rows, P> {
  using base = on_positions<detail::unit_rows, P>;

  std::string full_name() const { return "unit_positions | " + detail::name_of(this->policy); }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    if constexpr (kernel::foldable<P>) {
      const shape& e = x.extents();
      b.for_each_cached_slice(s, e.n, detail::image_bytes(x), [&](const auto& b_, kernel::scratch& own, index_t first,
                                                                  index_t count) {
        const auto images = x.images(first, count);
        const kernel::scratch::frame frame(own);
        const kernel::matrix<A> scales = own.make<A>(count, e.positions());
        b_.reduce(own, images, kernel::over_channels{}, detail::euclidean_norm{}, scales);
        b_.transform(own, scales, detail::reciprocal{}, scales);
        detail::with_fold(this->policy, [&]<class F>(const F& fold) {
          b_.reduce(own, images, kernel::over_positions{}, detail::scaled_fold<F>{fold}, out.row_range(first, count),
                    kernel::per_position<A>{scales.data, scales.row_stride});
        });
      });
    } else {
      base::pool(b, s, x, out);
    }
  }
};

struct unit_positions {
  static constexpr bool reads_positions = true;
  template <pooling_policy P>
  friend unit_positions_policy<P> operator|(const unit_positions&, const P& policy) {
    return {{{}, policy}};
  }
};

}  // namespace cnnpool
