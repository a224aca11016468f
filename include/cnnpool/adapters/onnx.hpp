// ONNX TensorProto, as in .pb files next to a model, initializers and Constant nodes: row-major, in raw_data,
// float_data or double_data. Axes by rank (c, nc, chw, nchw) or hints{.axes}. Structural: includes nothing of ONNX or
// protobuf.
//
// Float16, bfloat16 and 8-bit values in int32_data are widened there, external data is in another file, a segment is
// only a part: none of them can be viewed, and each is an error.
#pragma once

#include <bit>
#include <string>
#include <string_view>

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
/// TensorProto.DataType, part of the file format; ONNX Runtime uses the same numbers.
inline scalar_type onnx_type(int code, const char* kind) {
  switch (code) {
    case 1: return scalar_type::float32;
    case 2: return scalar_type::uint8;
    case 3: return scalar_type::int8;
    case 10: return scalar_type::float16;
    case 11: return scalar_type::float64;
    case 16: return scalar_type::bfloat16;
  }
  raise("as_view: the ", kind, " has elements of ONNX data type ", code,
        ", expected FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT8 or UINT8");
}

inline void append_varint(std::string& bytes, std::size_t v) {
  for (; v >= 128; v >>= 7) bytes += static_cast<char>(v % 128 + 128);
  bytes += static_cast<char>(v);
}

template <class T>
concept onnx_tensor = requires(const T& t) {
  t.dims_size() + static_cast<int>(t.dims(0)) + static_cast<int>(t.data_type());
  t.raw_data().data();
  t.float_data().data();
  t.double_data().data();
  t.int32_data_size();
  t.has_raw_data();
  t.has_segment();
  t.data_location();
};
}  // namespace detail

template <class T>
  requires detail::onnx_tensor<T>
struct adapter<T> {

  static any_feature_view view(const T& t, const hints& h) {
    const index_t rank = t.dims_size();
    detail::check_rank(rank, "TensorProto");
    index_t extents[4] = {}, size = 1;
    for (int i = 0; i < rank; ++i) {
      extents[i] = static_cast<index_t>(t.dims(i));
      if (extents[i] < 0 || !detail::multiply(size, extents[i], size))
        raise("as_view: the TensorProto's axis ", i, " has an extent of ", extents[i]);
    }
    const int code = static_cast<int>(t.data_type());
    const scalar_type type = detail::onnx_type(code, "TensorProto");
    if (static_cast<int>(t.data_location()) != 0)
      raise("as_view: the TensorProto's data are in another file (external data)");
    if (t.has_segment()) raise("as_view: the TensorProto is a segment of a larger one");
    const void* data = nullptr;
    index_t there = 0;  // elements
    if (t.has_raw_data()) {
      data = t.raw_data().data();
      const index_t bytes = static_cast<index_t>(t.raw_data().size()),
                    each = static_cast<index_t>(detail::bytes_of(type));
      if (bytes % each != 0) raise("as_view: the TensorProto has ", bytes, " bytes of ", to_string(type));
      there = bytes / each;
      if constexpr (std::endian::native == std::endian::big)
        if (each > 1) raise("as_view: the TensorProto's raw data are little-endian, this machine is big-endian");
    } else if (type == scalar_type::float32) {
      data = t.float_data().data();
      there = static_cast<index_t>(t.float_data().size());
    } else if (type == scalar_type::float64) {
      data = t.double_data().data();
      there = static_cast<index_t>(t.double_data().size());
    } else if (t.int32_data_size() != 0) {
      raise("as_view: the TensorProto holds its ", to_string(type), " elements as 32-bit integers, expected raw_data");
    }
    if (there != size) raise("as_view: the TensorProto has ", there, " elements, its shape needs ", size);
    return detail::view_of_axes("TensorProto", data, type, rank, extents, nullptr, h, h.quantized);
  }
};

/// The bytes of an ONNX model in which the inner tensor `name` is an output too, so that a run hands out that layer:
///   Ort::Session session(env, bytes.data(), bytes.size(), options);      // bytes = onnx_with_output(bytes, "conv5_3")
/// No parser is needed: two protobuf messages one after the other are one with the fields of both. A name that the
/// graph does not have, or that is already an output, is reported by the framework that loads it.
inline std::string onnx_with_output(std::string model, std::string_view name) {
  std::string output, graph;
  output += '\x0a';  // ValueInfoProto.name
  detail::append_varint(output, name.size());
  output += name;
  graph += '\x62';  // GraphProto.output
  detail::append_varint(graph, output.size());
  graph += output;
  model += '\x3a';  // ModelProto.graph
  detail::append_varint(model, graph.size());
  return model + graph;
}

}  // namespace cnnpool
