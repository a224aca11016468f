// What a layer of OpenCV's dnn computes, in libtorch, whose operations have gradients. Only what OpenCV's public
// classes show is known of a layer; check.hpp compares every one with OpenCV's own result before anything learns.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <opencv2/dnn/all_layers.hpp>

#include "graph.hpp"
#include "tensors.hpp"

namespace finetune {

/// The learned numbers of one blob of a layer.
struct parameter {
  std::string layer;
  int id = 0, blob = 0;
  at::Tensor value;

  std::string name() const { return layer + "." + std::to_string(blob); }
};

/// The numbers of the layers that learn; those of BatchNorm, and constants, stay as they are.
struct numbers {
  std::vector<parameter> learned;
  std::vector<at::Tensor> fixed;
};

/// How a pass runs. generator: draws dropout; without it there is none.
struct pass {
  const numbers& of;
  const at::Generator* generator = nullptr;

  const at::Tensor& learned(std::size_t i) const { return of.learned[i].value; }
  const at::Tensor& fixed(std::size_t i) const { return of.fixed[i]; }
};

using tensors = std::vector<at::Tensor>;
using operation = std::function<at::Tensor(const tensors& inputs, const pass& p)>;

inline at::Tensor tensor_of(const cv::Mat& m) {
  const std::vector<std::int64_t> shape(m.size.p, m.size.p + m.dims);
  return at::from_blob(m.data, shape, at::kFloat).clone();
}

inline at::Tensor dropout(const at::Tensor& x, const pass& p) {
  if (p.generator == nullptr) return x;
  // Drawn on the CPU, so that every device drops the same.
  const at::Tensor keep = at::empty(x.sizes(), at::kFloat).bernoulli_(0.5, *p.generator);
  return x * keep.to(x.options()) * 2;
}

namespace detail {

using ints = std::vector<std::int64_t>;

inline ints ints_of(const std::vector<std::size_t>& v) { return {v.begin(), v.end()}; }

/// TensorFlow's SAME: as many results as strides fit, what is missing filled up on both sides, the end getting more.
inline void pads_of_same(const at::Tensor& x, const ints& kernel, const ints& stride, const ints& dilation, ints& begin,
                         ints& end) {
  for (std::size_t d = 0; d < kernel.size(); ++d) {
    const std::int64_t n = x.size(static_cast<std::int64_t>(d) + 2), out = (n + stride[d] - 1) / stride[d];
    const std::int64_t missing =
        std::max<std::int64_t>(0, (out - 1) * stride[d] + (kernel[d] - 1) * dilation[d] + 1 - n);
    begin[d] = missing / 2;
    end[d] = missing - missing / 2;
  }
}

struct builder {
  const graph_node& node;
  numbers& all;

  at::Tensor blob(std::size_t i) const {
    const auto& blobs = node.layer->blobs;
    if (i >= blobs.size() || blobs[i].type() != CV_32F) unknown();
    return tensor_of(blobs[i]);
  }
  std::size_t blobs() const { return node.layer->blobs.size(); }
  std::size_t learn(std::size_t i, const at::Tensor& value) const {
    all.learned.push_back({node.name, node.id, static_cast<int>(i), value});
    return all.learned.size() - 1;
  }
  std::size_t fix(const at::Tensor& value) const {
    all.fixed.push_back(value);
    return all.fixed.size() - 1;
  }
  [[noreturn]] void unknown() const {
    cnnpool::raise("layer ", node.name, " is a ", node.type, " that cannot be turned into one that learns");
  }

  operation convolution() const {
    const auto c = node.layer.dynamicCast<cv::dnn::BaseConvolutionLayer>();
    if (!c || c->kernel_size.size() != 2 || node.inputs.size() != 1) unknown();
    const std::size_t w = learn(0, blob(0));
    const bool biased = blobs() > 1, same = c->padMode == "SAME", valid = c->padMode == "VALID";
    const std::size_t b = biased ? learn(1, blob(1).reshape({-1})) : 0;
    const ints stride = ints_of(c->strides), dilation = ints_of(c->dilations), kernel = ints_of(c->kernel_size);
    const ints pads_begin = valid ? ints{0, 0} : ints_of(c->pads_begin),
               pads_end = valid ? ints{0, 0} : ints_of(c->pads_end);
    return [=](const tensors& x, const pass& p) {
      const at::Tensor &weights = p.learned(w), bias = biased ? p.learned(b) : at::Tensor();
      const std::int64_t groups = x[0].size(1) / weights.size(1);
      ints begin = pads_begin, end = pads_end;
      if (same) pads_of_same(x[0], kernel, stride, dilation, begin, end);
      if (begin == end) return at::conv2d(x[0], weights, bias, stride, begin, dilation, groups);
      const at::Tensor padded = at::constant_pad_nd(x[0], {begin[1], end[1], begin[0], end[0]});
      return at::conv2d(padded, weights, bias, stride, ints{0, 0}, dilation, groups);
    };
  }
  operation inner_product() const {
    const auto c = node.layer.dynamicCast<cv::dnn::InnerProductLayer>();
    if (!c || node.inputs.size() != 1) unknown();
    const at::Tensor weights = blob(0);
    const std::size_t w = learn(0, weights.reshape({weights.size(0), -1}));
    const bool biased = blobs() > 1;
    const std::size_t b = biased ? learn(1, blob(1).reshape({-1})) : 0;
    return [=, axis = c->axis](const tensors& x, const pass& p) {
      const at::Tensor y = x[0].flatten(axis).matmul(p.learned(w).t());
      return biased ? y + p.learned(b) : y;
    };
  }
  operation pooling() const {
    const auto c = node.layer.dynamicCast<cv::dnn::PoolingLayer>();
    if (!c || (c->type != 0 && c->type != 1)) unknown();
    const bool largest = c->type == 0;
    if (c->globalPooling)
      return [=](const tensors& x, const pass&) {
        return largest ? at::amax(x[0], {2, 3}, true) : at::mean(x[0], {2, 3}, true);
      };
    if (c->kernel_size.size() != 2) unknown();
    const ints kernel = ints_of(c->kernel_size), stride = ints_of(c->strides), pads_begin = ints_of(c->pads_begin),
               pads_end = ints_of(c->pads_end);
    const bool same = c->padMode == "SAME", ceil = c->ceilMode, with_padding = c->avePoolPaddedArea;
    return [=](const tensors& x, const pass&) {
      ints begin = pads_begin, end = pads_end;
      if (same) pads_of_same(x[0], kernel, stride, {1, 1}, begin, end);
      at::Tensor in = x[0];
      if (begin != end && (largest || with_padding)) {
        in = at::constant_pad_nd(in, {begin[1], end[1], begin[0], end[0]},
                                 largest ? -std::numeric_limits<double>::infinity() : 0.);
        begin = {0, 0};
      }
      return largest ? at::max_pool2d(in, kernel, stride, begin, {1, 1}, ceil)
                     : at::avg_pool2d(in, kernel, stride, begin, ceil, with_padding);
    };
  }
  operation rectified() const {
    const auto c = node.layer.dynamicCast<cv::dnn::ReLULayer>();
    if (!c) unknown();
    const double slope = static_cast<double>(c->negativeSlope);
    return [=](const tensors& x, const pass&) { return slope == 0 ? at::relu(x[0]) : at::leaky_relu(x[0], slope); };
  }
  operation clipped() const {
    const auto c = node.layer.dynamicCast<cv::dnn::ReLU6Layer>();
    if (!c) unknown();
    const auto least = static_cast<double>(c->minValue), most = static_cast<double>(c->maxValue);
    return [=](const tensors& x, const pass&) { return at::clamp(x[0], least, most); };
  }
  /// Its numbers stay: OpenCV multiplies them into one factor when it makes the layer, and takes no others afterwards.
  operation batch_norm() const {
    const auto c = node.layer.dynamicCast<cv::dnn::BatchNormLayer>();
    if (!c || blobs() < 2) unknown();
    const at::Tensor mean = blob(0).reshape({-1}), variance = blob(1).reshape({-1});
    at::Tensor factor = at::rsqrt(variance + static_cast<double>(c->epsilon));
    std::size_t next = 2;
    if (c->hasWeights) factor = factor * blob(next++).reshape({-1});
    at::Tensor shift = -mean * factor;
    if (c->hasBias) shift = shift + blob(next).reshape({-1});
    const std::size_t f = fix(factor.reshape({1, -1, 1, 1})), s = fix(shift.reshape({1, -1, 1, 1}));
    return [=](const tensors& x, const pass& p) { return x[0] * p.fixed(f) + p.fixed(s); };
  }
  operation scale() const {
    const auto c = node.layer.dynamicCast<cv::dnn::ScaleLayer>();
    if (!c || c->axis != 1 || node.inputs.size() != 1 || blobs() < 1 || !c->mode.empty()) unknown();
    const std::size_t w = learn(0, blob(0).reshape({-1}));
    const bool biased = c->hasBias;
    const std::size_t b = biased ? learn(1, blob(1).reshape({-1})) : 0;
    return [=](const tensors& x, const pass& p) {
      const at::Tensor y = x[0] * p.learned(w).reshape({1, -1, 1, 1});
      return biased ? y + p.learned(b).reshape({1, -1, 1, 1}) : y;
    };
  }
  operation normalised_response() const {
    const auto c = node.layer.dynamicCast<cv::dnn::LRNLayer>();
    if (!c || c->type != 0) unknown();  // across channels
    const std::int64_t size = c->size;
    const auto alpha = static_cast<double>(c->alpha), beta = static_cast<double>(c->beta),
               bias = static_cast<double>(c->bias);
    const double factor = c->normBySize ? alpha / static_cast<double>(size) : alpha;
    return [=](const tensors& x, const pass&) {
      const std::int64_t half = (size - 1) / 2;
      const at::Tensor squares = at::constant_pad_nd(x[0] * x[0], {0, 0, 0, 0, half, half});
      return x[0] / (bias + factor * squares.unfold(1, size, 1).sum(-1)).pow(beta);
    };
  }
  operation concat() const {
    const auto c = node.layer.dynamicCast<cv::dnn::ConcatLayer>();
    if (!c || c->padding) unknown();
    return [axis = c->axis](const tensors& x, const pass&) { return at::cat(x, axis); };
  }
  /// Whether it adds, OpenCV does not show; most do, and check.hpp finds those that do something else.
  operation added() const {
    return [](const tensors& x, const pass&) {
      at::Tensor sum = x[0];
      for (std::size_t i = 1; i < x.size(); ++i) sum = sum + x[i];
      return sum;
    };
  }
};

}  // namespace detail

/// The layer's computation; its numbers go to `all`. A layer that cannot learn is an error.
inline operation operation_of(const graph_node& node, numbers& all) {
  const detail::builder b{node, all};
  const std::string& type = node.type;
  if (type == "Convolution") return b.convolution();
  if (type == "InnerProduct") return b.inner_product();
  if (type == "Pooling") return b.pooling();
  if (type == "ReLU") return b.rectified();
  if (type == "ReLU6") return b.clipped();
  if (type == "BatchNorm") return b.batch_norm();
  if (type == "Scale") return b.scale();
  if (type == "LRN") return b.normalised_response();
  if (type == "Concat") return b.concat();
  if (type == "Eltwise" || type == "NaryEltwise") return b.added();
  if (type == "Sigmoid") return [](const tensors& x, const pass&) { return at::sigmoid(x[0]); };
  if (type == "TanH") return [](const tensors& x, const pass&) { return at::tanh(x[0]); };
  if (type == "Flatten") return [](const tensors& x, const pass&) { return x[0].flatten(1); };
  if (type == "Softmax") return [](const tensors& x, const pass&) { return at::softmax(x[0], 1); };
  if (type == "Dropout") return [](const tensors& x, const pass& p) { return dropout(x[0], p); };
  if (type == "Identity" || type == "Split") return [](const tensors& x, const pass&) { return x[0]; };
  b.unknown();
}

}  // namespace finetune
