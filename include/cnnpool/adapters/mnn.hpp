// MNN: the host buffer of an MNN::Tensor, by pointer, dimensions and dimension type. Includes nothing of MNN;
// `mnn_format` has the numbers of MNN::Tensor::DimensionType.
//
//   auto x = cnnpool::mnn_view(t->host<float>(), scalar_type::float32,
//                              {.n = t->batch(), .c = t->channel(), .h = t->height(), .w = t->width()},
//                              static_cast<cnnpool::mnn_format>(t->getDimensionType()));
//
// caffe_c4 is NC4HW4: blocks of 4 channels outermost, the batch's images inside a block; the last block is padded.
#pragma once

#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class mnn_format : int {
  tensorflow = 0,  // NHWC
  caffe = 1,       // NCHW
  caffe_c4 = 2     // NC4HW4
};

inline any_feature_view mnn_view(const void* data, scalar_type type, const shape& dims, mnn_format format,
                                 quantization q = {}, index_t pack = 4) {
  if (pack < 1) raise("mnn_view: packs of ", pack, " channels, expected at least 1");
  checked_size(dims, "mnn_view");
  switch (format) {
    case mnn_format::tensorflow: return {data, type, dims, nhwc, q};
    case mnn_format::caffe: return {data, type, dims, nchw, q};
    case mnn_format::caffe_c4: {
      index_t plane = 0, step = 0;
      if (!detail::multiply(dims.h * dims.w, pack, plane) || !detail::multiply(dims.n, plane, step))
        raise("mnn_view: shape ", to_string(dims), " in packs of ", pack, " reaches beyond a 64-bit offset");
      return {data, type, dims, strides{plane, step, dims.w * pack, pack, pack, 1}, q};
    }
  }
  raise("mnn_view: dimension type ", static_cast<int>(format), ", expected TENSORFLOW, CAFFE or CAFFE_C4");
}

}  // namespace cnnpool
