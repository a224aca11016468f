// ncnn::Mat: one image of 1 (w), 2 (h x w) or 3 (c x h x w) axes; the gap between channels (cstep) and packed channels
// (elempack 4, 8, 16) are read as they are. Structural: includes nothing of ncnn.
//
//   ncnn::Mat conv;                    // named: the view does not keep it alive
//   extractor.extract("conv5_3", conv);
//   auto d = cnnpool::pool(conv, cnnpool::gem_p<3>{} | cnnpool::l2{});
//
// Two axes are h x w of one channel and one axis is c, unless hints{.axes} says otherwise. By elemsize, 4 bytes are
// float, 2 bytes float16 (or bfloat16, which ncnn does not record: say so through ncnn_view), 1 byte int8.
#pragma once

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// The fields of an ncnn::Mat: bytes_per_element is elemsize, the size of a whole pack of `pack` channels.
struct ncnn_fields {
  int dims = 3;
  int w = 0, h = 1, d = 1, c = 1;
  index_t bytes_per_element = 4;
  int pack = 1;
  index_t channel_step = 0;  // cstep, in packs
};

/// The packed axis is the outermost one: c of three axes, h of two, w of one.
inline any_feature_view ncnn_view(const void* data, scalar_type type, const ncnn_fields& f, const hints& h = {}) {
  if (f.dims == 4) raise("as_view: the ncnn::Mat has 4 axes (w x h x d x c), expected 1 to 3");
  if (f.dims < 1 || f.dims > 4) raise("as_view: the ncnn::Mat has ", f.dims, " axes, expected 1 to 3");
  if (f.pack < 1) raise("as_view: the ncnn::Mat has an elempack of ", f.pack, ", expected at least 1");
  const index_t bytes = static_cast<index_t>(detail::bytes_of(type)), pack = f.pack;
  if (f.bytes_per_element != bytes * pack)
    raise("as_view: the ncnn::Mat has an elemsize of ", f.bytes_per_element, " and an elempack of ", pack, ", ",
          to_string(type), " needs ", bytes * pack);
  // In the order c, h, w without the axes that it does not have.
  const index_t extents[3] = {f.c, f.h, f.w}, strides_in_packs[3] = {f.channel_step, f.w, 1};
  const int rank = f.dims, first = 3 - rank;
  index_t extent[3] = {}, stride[3] = {};
  for (int i = 0; i < rank; ++i) {
    extent[i] = extents[first + i] * (i == 0 ? pack : 1);
    stride[i] = strides_in_packs[first + i] * pack;
  }
  hints named = h;
  if (h.axes.empty()) named.axes = rank == 3 ? "chw" : rank == 2 ? "hw" : "c";
  detail::geometry g = detail::geometry_of(rank, extent, stride, named, "as_view");
  if (pack > 1) {
    if (named.axes[0] != 'c')
      raise("as_view: axes \"", named.axes, "\", expected c first: the ncnn::Mat has packs of ", pack, " there");
    g.stride.block = pack;
    g.stride.in_block = 1;
  }
  return {data, type, g.extents, g.stride, h.quantized};
}

namespace detail {
template <class T>
concept ncnn_mat = requires(const T& t) {
  t.dims + t.w + t.h + t.c + t.elempack;
  t.elemsize + t.cstep;
  t.data;
  t.allocator;
};
}  // namespace detail

template <class T>
  requires detail::ncnn_mat<T>
struct adapter<T> {

  static any_feature_view view(const T& t, const hints& h) {
    if (t.data == nullptr) raise("as_view: the ncnn::Mat is empty");
    const index_t each = static_cast<index_t>(t.elemsize) / (t.elempack < 1 ? 1 : t.elempack);
    if (each != 4 && each != 2 && each != 1)
      raise("as_view: the ncnn::Mat has ", each, " bytes per value, expected 4 (float), 2 (float16) or 1 (int8)");
    const scalar_type type =
        each == 4 ? scalar_type::float32 : each == 2 ? scalar_type::float16 : scalar_type::int8;
    return ncnn_view(t.data, type,
                     {.dims = t.dims,
                      .w = t.w,
                      .h = t.h,
                      .c = t.c,
                      .bytes_per_element = static_cast<index_t>(t.elemsize),
                      .pack = t.elempack,
                      .channel_step = static_cast<index_t>(t.cstep)},
                     h);
  }
};

}  // namespace cnnpool
