// SALAD's whole head from weights, for the tokens of a vision transformer: features and scores of every patch, and the
// token of the class token, each by a network W2 relu(W1 x + b1) + b2; then salad.hpp.
//
//   pool(t, salad_head{token, features, scores, {.dustbin = z}})
//   pool(t, salad_head{...} | linear(weights, biases) | l2{})         MegaLoc
//
// The networks are 98 % of the work; where one is at hand, let it compute them.
#pragma once

#include "../post/mlp.hpp"
#include "salad.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <class T = float, class Space = host_space>
struct salad_head {
  static constexpr const char* name = "salad_head";

  mlp<T, Space> token, features, scores;
  salad_options options;

  index_t clusters() const { return scores.output_size(0); }
  index_t descriptor_size(const shape&) const {
    return detail::salad_size(token.output_size(0), features.output_size(0), clusters());
  }
  void (check)() const {
    detail::check_salad(options);
    for (const auto* m : {&token, &features, &scores}) (m->check)();
  }
  void (check)(const shape& s) const {
    for (const auto* m : {&token, &features, &scores}) (m->check)(s.c);
    detail::check_salad(s, clusters());
  }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    static_assert(requires { x.view.cls(); }, "cnnpool::salad_head: only a token_view has a class token");
    if constexpr (requires { x.view.cls(); }) {
      const shape& e = x.extents();
      const index_t l = features.output_size(0), m = clusters();
      const index_t again = detail::image_bytes(x) + (l + 3 * m + 2) * e.positions() * static_cast<index_t>(sizeof(A));
      b.for_each_cached_slice(s, e.n, again, [&](const auto& b_, kernel::scratch& own, index_t first, index_t count) {
        const auto some = x.images(first, count);
        const auto classes = some.of(some.view.cls());
        const kernel::scratch::frame frame(own);
        const kernel::matrix<A> q = own.make<A>(count, token.output_size(0)),
                                f = own.make<A>(count * e.positions(), l);
        detail::with_position_rows<A>(b_, own, classes, 0, [&](const kernel::matrix<const A>& rows, const auto&) {
          token.apply(b_, own, rows, q);
        });
        detail::with_position_rows<A>(b_, own, some, m, [&](const kernel::matrix<const A>& rows,
                                                            const kernel::matrix<A>& of_scores) {
          features.apply(b_, own, rows, f);
          scores.apply(b_, own, rows, of_scores);
          const feature_view<A, Space> to_clusters(of_scores.data, {count, m, e.h, e.w}, nhwc),
              map(f.data, {count, l, e.h, e.w}, nhwc);
          detail::aggregate_salad(b_, own, kernel::as_source(map), kernel::as_source(to_clusters), options, q,
                                  out.row_range(first, count));
        });
      });
    }
  }
};
template <class T, class Space>
salad_head(mlp<T, Space>, mlp<T, Space>, mlp<T, Space>, salad_options) -> salad_head<T, Space>;

}  // namespace cnnpool
