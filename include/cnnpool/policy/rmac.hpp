// R-MAC (Tolias, Sicre, Jegou, ICLR 2016): max pooling over the regions of rmac_grid,
//   out = L2( SUM_k L2(max over region k) ). D = C.
//
// Options, with who uses them:
//   whole_map          the L2-normalised max of the whole map is one more term (cirtorch; a square map counts it twice)
//   combination        concat: [ SUM of the regions ; max of the whole map ], D = 2C, each half L2-normalised
//   global_first       [ whole map ; SUM ]
//   regions_l2, halves_l2, final_l2   each switches a normalisation off
//   add_epsilon        is added to the norm of a region, as in l2 (cirtorch)
// rmac_cirtorch is the layer of that library, rmac_blog the published "[global ; sum]" without any normalisation. With
// a projection per region: regional(max() | l2{} | whiten | l2{}, rmac_grid{}) | l2{}. Maxima are exact; norms as in
// l2.hpp; a region enters the sum (sum.hpp) times its rounded 1/norm.
#pragma once

#include "../post/l2.hpp"
#include "max.hpp"
#include "regional.hpp"
#include "weighted_sum.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
/// A region's weight in the sum: one pass instead of dividing the regions first.
struct inverse_norm {
  double add_epsilon;
  template <class V>
  CNNPOOL_HD V operator()(const V& norm) const {
    return by_norm{add_epsilon}(V(lane_t<V>(1)), norm);
  }
};
}  // namespace detail

enum class rmac_combination { sum, concat };

struct rmac {
  static constexpr const char* name = "rmac";

  int levels = 3;
  int overlap_percent = 40;
  grid arithmetic = grid::exact;
  bool whole_map = false;
  rmac_combination combination = rmac_combination::sum;
  bool global_first = false;
  bool regions_l2 = true;
  bool halves_l2 = true;
  bool final_l2 = true;
  double add_epsilon = 0;

  rmac_grid region_grid() const { return {levels, overlap_percent, arithmetic}; }
  bool reads_grid() const { return true; }
  index_t descriptor_size(const shape& s) const { return concatenates() ? 2 * s.c : s.c; }
  void (check)() const {
    region_grid().regions(1, 1);
    if (!(add_epsilon >= 0) || add_epsilon > kernel::limits<double>::largest)
      raise("rmac: add_epsilon is ", add_epsilon, ", expected 0 or more");
  }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    using space = typename B::space;
    const shape& e = x.extents();
    // The whole map comes last in every image's list, so that a sum over the first `summed` rows may leave it out.
    const regions_and<rmac_regions> with_whole{region_grid().regions(e.h, e.w), {0, 0, e.h, e.w}};
    const index_t count = with_whole.size(), regions = concatenates() || whole_map ? count : count - 1;
    const index_t summed = whole_map ? count : count - 1;
    // The map is read once, the rows of its regions several times.
    const index_t again = regions * e.c * static_cast<index_t>(sizeof(A));
    b.for_each_cached_slice(
        s, e.n, again,
        [&](const auto& b_, kernel::scratch& own, index_t first, index_t images) {
          const kernel::scratch::frame frame(own);
          const kernel::matrix<A> rows = own.make<A>(images * regions, e.c), result = out.row_range(first, images);
          const auto slice = x.images(first, images);
          if (regions == count)
            b_.reduce(own, slice, with_whole, max_policy{}, rows);
          else
            b_.reduce(own, slice, with_whole.list, max_policy{}, rows);
          const kernel::matrix<A> total =
              concatenates() && !global_first ? result.columns(0, e.c) : result.columns(result.cols - e.c, e.c);
          if (concatenates()) {
            const kernel::matrix<A> global = result.columns(global_first ? 0 : e.c, e.c);
            b_.transform(own, global, kernel::read_as_is{}, rows.every(regions, regions - 1));
            if (halves_l2) l2{}.apply(b_, own, kernel::matrix<const A>(global), global);
          }
          const auto groups = detail::row_groups<space>(rows, regions, summed, images);
          if (regions_l2) {
            const kernel::matrix<A> norms = own.make<A>(rows.rows, 1);
            b_.reduce(own, kernel::rows_as_images<space>(kernel::matrix<const A>(rows)), kernel::over_positions{},
                      detail::euclidean_norm{}, norms);
            b_.transform(own, norms, detail::inverse_norm{add_epsilon}, norms);
            b_.reduce(own, groups, kernel::over_positions{}, detail::weighted_sum{}, total,
                      kernel::per_position<A>{norms.data, regions});
          } else {
            b_.reduce(own, groups, kernel::over_positions{}, sum{}, total);
          }
          if (concatenates() && halves_l2) l2{}.apply(b_, own, kernel::matrix<const A>(total), total);
          if (final_l2) l2{}.apply(b_, own, kernel::matrix<const A>(result), result);
        });
  }

 private:
  bool concatenates() const { return combination == rmac_combination::concat; }
};

/// What cirtorch's RMAC layer gives; its networks normalise it: rmac_cirtorch | l2{.add_epsilon = 1e-6}.
inline constexpr rmac rmac_cirtorch{
    .arithmetic = grid::float32, .whole_map = true, .final_l2 = false, .add_epsilon = 1e-6};

/// [global ; sum of the regions], nothing normalised: what the blog post's author released.
inline constexpr rmac rmac_blog{.combination = rmac_combination::concat,
                                .global_first = true,
                                .regions_l2 = false,
                                .halves_l2 = false,
                                .final_l2 = false};

}  // namespace cnnpool
