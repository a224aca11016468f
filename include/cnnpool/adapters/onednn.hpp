// oneDNN: dnnl::memory, 1 to 4 axes (n, c, h, w in this order whatever the format), plain or with channels in blocks
// (nChw8c, nChw16c, nhwc, strided, submemory), in CPU memory. Versions 2 and 3.
//
//   auto x = cnnpool::as_view(dst_memory);         // no reorder: the blocked layout is read as it is
//
// What oneDNN chose under format_tag::any is read too; winograd, packed weights, several blocks or a block on another
// axis are an error that asks for a reorder. Its 8-bit memories do not carry their scale: hints{.quantized}.
#pragma once

#if !__has_include(<oneapi/dnnl/dnnl.hpp>)
#error "cnnpool/adapters/onednn.hpp: <oneapi/dnnl/dnnl.hpp> is missing; install oneDNN (Debian: libdnnl-dev)"
#endif

#include <oneapi/dnnl/dnnl.hpp>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// The parts of a memory's descriptor, which are fields in version 2 and queries in version 3. Read with the C
/// functions: the C++ ones allocate.
struct dnnl_layout {
  int rank = 0;
  bool strided = false, on_cpu = false;
  dnnl::memory::data_type type = dnnl::memory::data_type::undef;
  index_t extents[4] = {}, strides[4] = {};
  index_t blocks = 0, block = 1, block_axis = 0, first = 0;

  explicit dnnl_layout(const dnnl::memory& m) {
    dnnl_engine_t engine = nullptr;
    dnnl_engine_kind_t kind = dnnl_any_engine;
    succeeded(dnnl_memory_get_engine(m.get(), &engine));
    succeeded(dnnl_engine_get_kind(engine, &kind));
    on_cpu = kind == dnnl_cpu;
#if DNNL_VERSION_MAJOR < 3
    const dnnl_memory_desc_t* d = nullptr;
    succeeded(dnnl_memory_get_memory_desc(m.get(), &d));
    type = static_cast<dnnl::memory::data_type>(d->data_type);
    first = d->offset0;
    strided = d->format_kind == dnnl_blocked;
    const dnnl_blocking_desc_t& b = d->format_desc.blocking;
    read(d->ndims, d->dims, b.strides, strided ? b.inner_nblks : 0, b.inner_blks, b.inner_idxs);
#else
    const_dnnl_memory_desc_t d = nullptr;
    succeeded(dnnl_memory_get_memory_desc(m.get(), &d));
    dnnl_data_type_t element = dnnl_data_type_undef;
    dnnl_format_kind_t format = dnnl_format_kind_undef;
    int ndims = 0, inner = 0;
    dnnl_dim_t offset = 0;
    const dnnl_dims_t *dims = nullptr, *steps = nullptr, *sizes = nullptr, *axes = nullptr;
    query(d, dnnl_query_data_type, &element);
    query(d, dnnl_query_format_kind, &format);
    query(d, dnnl_query_ndims_s32, &ndims);
    query(d, dnnl_query_dims, &dims);
    query(d, dnnl_query_submemory_offset_s64, &offset);
    type = static_cast<dnnl::memory::data_type>(element);
    strided = format == dnnl_blocked;
    first = offset;
    if (strided) {
      query(d, dnnl_query_strides, &steps);
      query(d, dnnl_query_inner_nblks_s32, &inner);
      query(d, dnnl_query_inner_blks, &sizes);
      query(d, dnnl_query_inner_idxs, &axes);
      read(ndims, *dims, *steps, inner, *sizes, *axes);
    } else {
      read(ndims, *dims, *dims, 0, *dims, *dims);
    }
#endif
  }

 private:
  static void succeeded(dnnl_status_t status) {
    if (status != dnnl_success)
      raise("as_view: oneDNN does not describe its memory (status ", static_cast<int>(status), "), expected success");
  }
#if DNNL_VERSION_MAJOR >= 3
  static void query(const_dnnl_memory_desc_t d, dnnl_query_t what, void* to) {
    succeeded(dnnl_memory_desc_query(d, what, to));
  }
#endif
  void read(int ndims, const dnnl_dims_t& dims, const dnnl_dims_t& steps, int inner, const dnnl_dims_t& sizes,
            const dnnl_dims_t& axes) {
    rank = ndims;
    for (int i = 0; i < rank && i < 4; ++i) {
      extents[i] = static_cast<index_t>(dims[i]);
      strides[i] = strided ? static_cast<index_t>(steps[i]) : 0;
    }
    blocks = inner;
    if (inner == 1) block = static_cast<index_t>(sizes[0]), block_axis = static_cast<index_t>(axes[0]);
  }
};

inline scalar_type type_of(dnnl::memory::data_type t) {
  using type = dnnl::memory::data_type;
  if (t == type::f32) return scalar_type::float32;
  if (t == type::f16) return scalar_type::float16;
  if (t == type::bf16) return scalar_type::bfloat16;
  if (t == type::s8) return scalar_type::int8;
  if (t == type::u8) return scalar_type::uint8;
  raise("as_view: the oneDNN memory has elements of data type ", static_cast<int>(t),
        ", expected f32, f16, bf16, s8 or u8");
}

}  // namespace detail

template <>
struct adapter<dnnl::memory> {

  static any_feature_view view(const dnnl::memory& m, const hints& h) {
    if (m.get(true) == nullptr) raise("as_view: the oneDNN memory is empty");
    const detail::dnnl_layout d(m);
    if (!d.on_cpu) raise("as_view: the oneDNN memory belongs to a GPU engine, expected host memory");
    detail::check_rank(d.rank, "oneDNN memory");
    if (!d.strided) raise("as_view: the oneDNN memory has a format without strides, expected a reorder to a plain one");
    if (d.blocks > 1)
      raise("as_view: the oneDNN memory has ", d.blocks,
            " inner blocks, expected at most 1; reorder it to a plain format");
    if (d.blocks == 1 && d.block_axis != 1)
      raise("as_view: the oneDNN memory has its block on axis ", d.block_axis,
            ", expected axis 1, the channels; reorder it to a plain format");
    const scalar_type type = detail::type_of(d.type);
    hints named = h;
    if (d.rank == 3 && h.axes.empty()) named.axes = "ncw";  // oneDNN's own order
    detail::geometry g = detail::geometry_of(d.rank, d.extents, d.strides, named, "as_view");
    if (d.blocks == 1) {
      if (d.rank > 1 && !named.axes.empty() && named.axes[1] != 'c')
        raise("as_view: axes \"", named.axes, "\", expected c second: the oneDNN memory has blocks of channels there");
      g.stride.block = d.block;
      g.stride.in_block = 1;
    }
    const char* data = static_cast<const char*>(m.get_data_handle());
    if (data != nullptr) data += d.first * static_cast<index_t>(detail::bytes_of(type));
    return {data, type, g.extents, g.stride, h.quantized};
  }
};

}  // namespace cnnpool
