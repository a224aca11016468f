// MOP-VLAD, multi-scale orderless pooling (Gong, Wang, Guo, Lazebnik, ECCV 2014).
//
// Level 1 is the network's activation for the whole image; level l > 1 is its activations for windows of the image
// (sliding_windows says which to crop). Each level: input projection, VLAD with a codebook, output projection; the
// levels are concatenated.
//
//   auto d = pool(views, mop_vlad(levels));     views[l]: a batch of the windows of level l, windows x C (h = w = 1);
//                                               for n images n * windows of them, image by image
//
// A level without a codebook takes one activation per image and only projects; a missing projection is the identity.
// The paper: 4096-d fc7; 500-d input projections; K = 100; .power and .l2; output projections to 4096; 12 288 in all.
// Options: mop_paper (hard assignment), mop_reference (the released code: soft over the 5 nearest with exp(-d^2/10);
// give it projections without_mean(); its distances lack a factor 2, which .released_distance repeats).
//
// mop_map(inner, levels) is an extension of ours, from no paper: the same on windows of one convolutional map, each
// pooled by an inner policy. It is a policy, so it nests and takes batches like any other. Numerics: as vlad and
// projection.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "../kernel/run_policy.hpp"
#include "../post/projection.hpp"
#include "vlad.hpp"
#include "windows.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

inline constexpr vlad_options mop_paper{.power = true};
inline constexpr vlad_options mop_reference{.nearest = 5, .beta = 10, .power = true};

/// How one level becomes a part of the descriptor. Steps whose model is empty are left out.
template <class Space = host_space>
struct basic_mop_level {
  basic_projection<Space> input = {};
  basic_codebook<Space> centres = {};
  vlad_options options = mop_paper;
  basic_projection<Space> output = {};

  index_t projected_size(index_t c) const { return input.output_size() == 0 ? c : input.output_size(); }
  /// The number of components from `windows` activations of c components.
  index_t descriptor_size(index_t c) const {
    if (output.output_size() != 0) return output.output_size();
    return centres.clusters() == 0 ? projected_size(c) : vlad_of().descriptor_size({.c = projected_size(c)});
  }
  void check_level(const char* where, index_t level, index_t windows, index_t c) const {
    if (input.output_size() != 0 && input.input_size() != c)
      raise(where, ": the input projection of level ", level + 1, " takes ", input.input_size(),
            " components, its activations have ", c);
    if (centres.clusters() == 0 && windows != 1)
      raise(where, ": level ", level + 1, " has ", windows, " windows and no codebook");
    if (centres.clusters() != 0) detail::check_policy(vlad_of(), shape{.c = projected_size(c), .h = windows});
    const index_t d = centres.clusters() == 0 ? projected_size(c) : vlad_of().descriptor_size({.c = projected_size(c)});
    if (output.output_size() != 0 && output.input_size() != d)
      raise(where, ": the output projection of level ", level + 1, " takes ", output.input_size(),
            " components, the level gives ", d);
  }

  /// rows: windows of image 0, of image 1, ...; out: one row per image.
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<A>& rows, index_t windows,
             const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    kernel::matrix<A> x = rows;
    if (input.output_size() != 0) {
      x = s.make<A>(rows.rows, input.output_size());
      input.apply(b, s, kernel::matrix<const A>(rows), x);
    }
    if (centres.clusters() != 0) {
      const feature_view<A, Space> maps(x.data, {out.rows, x.cols, windows, 1},
                                        strides{x.row_stride * windows, x.col_stride, x.row_stride, 0});
      const kernel::matrix<A> v = s.make<A>(out.rows, vlad_of().descriptor_size(maps.extents()));
      vlad_of().pool(b, s, kernel::as_source(maps), v);
      x = v;
    }
    if (output.output_size() != 0) output.apply(b, s, kernel::matrix<const A>(x), out);
    else b.transform(s, out, kernel::read_as_is{}, x);
  }

 private:
  vlad_policy<Space> vlad_of() const { return {centres, options, {}}; }
};
using mop_level = basic_mop_level<host_space>;

/// A policy for a list of views; see the top of this file.
template <class Space>
struct mop_vlad_policy {
  static constexpr const char* name = "mop_vlad";

  std::vector<basic_mop_level<Space>> levels;

  template <class ShapeOf>
  index_t list_size(index_t views, const ShapeOf& shape_of) const {
    const index_t count = static_cast<index_t>(levels.size());
    if (views == 0 || views != count)
      raise("mop_vlad: ", views, " views for ", count, " levels, expected one per level and at least one");
    const index_t images = shape_of(0).n;
    index_t size = 0;
    for (index_t l = 0; l < count; ++l) {
      const shape e = shape_of(l);
      const basic_mop_level<Space>& level = levels[static_cast<std::size_t>(l)];
      if (e.positions() != 1)
        raise("mop_vlad: level ", l + 1, " is ", to_string(e), ", expected one position per window");
      if (images == 0 ? e.n != 0 : e.n % images != 0 || e.n == 0)
        raise("mop_vlad: level ", l + 1, " has ", e.n, " windows for ", images, " images, expected as many for each");
      if (images != 0) level.check_level("mop_vlad", l, e.n / images, e.c);
      size += level.descriptor_size(e.c);
    }
    return size;
  }
  template <class B, class Each, class A>
  void pool_list(const B& b, kernel::scratch& s, index_t, const Each& each, const kernel::matrix<A>& out) const {
    static_assert(std::is_same_v<typename B::space, Space>,
                  "cnnpool::mop_vlad: the levels are in another memory space than the one this backend reads");
    index_t column = 0;
    for (const auto& level : levels) {
      each(&level - levels.data(), [&](const auto& x) {
        const kernel::scratch::frame frame(s);
        const shape& e = x.extents();
        const index_t d = level.descriptor_size(e.c);
        const kernel::matrix<A> rows = s.template make<A>(e.n, e.c);
        detail::in_accumulator(b, s, x, rows,
                               [&](const auto& t) { b.reduce(s, x, kernel::over_positions{}, sum{}, t); });
        level.apply(b, s, rows, e.n / out.rows, out.columns(column, d));
        column += d;
      });
    }
  }
};

inline mop_vlad_policy<host_space> mop_vlad(const std::vector<mop_level>& levels) { return {levels}; }
template <class Space>
mop_vlad_policy<Space> mop_vlad(const std::vector<basic_mop_level<Space>>& levels) {
  return {levels};
}

/// A level of mop_map: which windows of the map it sees. window = 0: the whole map, once.
template <class Space = host_space>
struct basic_mop_map_level {
  index_t window = 0, stride = 1;
  basic_mop_level<Space> level = {};
};
using mop_map_level = basic_mop_map_level<host_space>;

template <pooling_policy P, class Space>
struct mop_map_policy {
  static constexpr const char* name = "mop_map";

  P inner;
  std::vector<basic_mop_map_level<Space>> levels;

  bool reads_grid() const { return true; }
  index_t descriptor_size(const shape& s) const {
    index_t size = 0;
    for (const auto& l : levels) size += l.level.descriptor_size(cnnpool::descriptor_size(inner, s));
    return size;
  }
  void (check)() const {
    detail::check_numbers(inner);
    if (levels.empty()) raise("mop_map: there are no levels");
  }
  void (check)(const shape& s) const {
    for (std::size_t l = 0; l < levels.size(); ++l) {
      with_regions(levels[l], s, [&](const auto& regions) {
        detail::check_regions(regions, s, "mop_map", [&](index_t k, const shape& part) {
          detail::check_shape(inner, part);
          const index_t size = cnnpool::descriptor_size(inner, part), whole = cnnpool::descriptor_size(inner, s);
          if (size != whole) raise("mop_map: window ", k, " gives ", size, " components, the whole map ", whole);
        });
        levels[l].level.check_level("mop_map", static_cast<index_t>(l), regions.size(),
                                    cnnpool::descriptor_size(inner, s));
      });
    }
  }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const auto pool_slice = [&](const auto& b_, kernel::scratch& own, index_t first, index_t count) {
      const auto images = x.images(first, count);
      const shape& e = images.extents();
      index_t column = 0;
      for (const auto& l : levels) {
        const index_t d = l.level.descriptor_size(cnnpool::descriptor_size(inner, e));
        with_regions(l, e, [&](const auto& regions) {
          const kernel::scratch::frame frame(own);
          const kernel::matrix<A> rows = own.make<A>(count * regions.size(), cnnpool::descriptor_size(inner, e));
          detail::run_regions(b_, own, images, inner, regions, rows);
          l.level.apply(b_, own, rows, regions.size(), out.row_range(first, count).columns(column, d));
        });
        column += d;
      }
    };
    b.for_each_cached_slice(s, x.extents().n, detail::image_bytes(x), pool_slice);
  }

 private:
  template <class F>
  static void with_regions(const basic_mop_map_level<Space>& l, const shape& s, const F& f) {
    if (l.window == 0) f(whole_map{}.regions(s.h, s.w));
    else f(sliding_windows(s.h, s.w, l.window, l.stride));
  }
};

template <pooling_policy P, class Space>
mop_map_policy<P, Space> mop_map(const P& inner, const std::vector<basic_mop_map_level<Space>>& levels) {
  return {inner, levels};
}

}  // namespace cnnpool
