// cv::Mat and cv::Mat_ of OpenCV: float, double, float16 (CV_16F) and 8-bit, continuous or not.
//
//   1 channel     axes by the number of dimensions: nc, chw, nchw (what OpenCV dnn gives), or hints{.axes = "hw"}
//                 a column alone (cv::Mat of a std::vector) is one descriptor or many: hints{.axes = "cn"} or "nc"
//   k channels    an image: they are one more axis, the innermost: hwc with 2 dimensions, nhwc with 3
//
// A Mat shares its memory with others: after the next net.forward(), a Mat that was kept holds the new activations;
// pool before that, or keep a clone(). In OpenCV's dnn a layer's Mat holds the values before the ReLU that follows it
// in place. The scale of an 8-bit blob is not in the Mat: hints{.quantized}. Half floats that cv::convertFp16 or an
// FP16 target stores as CV_16S are an error that says how to read them.
// As an output: 2 dimensions, 1 channel, rows any distance apart; cv::Mat as float, cv::Mat_<double> as double.
// to_mat(descriptors) copies a result into a Mat of its own; to_mat(d).reshape(1, h) turns a row of h*w into a map.
#pragma once

#if !__has_include(<opencv2/core.hpp>)
#error "cnnpool/adapters/opencv.hpp: <opencv2/core.hpp> is missing; install OpenCV (Debian: libopencv-dnn-dev, -I /usr/include/opencv4)"
#endif

#include <opencv2/core.hpp>

#include <algorithm>
#include <concepts>
#include <limits>
#include <type_traits>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

template <class T>
concept opencv_mat = std::derived_from<T, cv::Mat>;

inline const char* opencv_depth_name(int depth) {
  constexpr const char* names[] = {"CV_8U", "CV_8S", "CV_16U", "CV_16S", "CV_32S", "CV_32F", "CV_64F", "CV_16F"};
  return depth >= 0 && depth < 8 ? names[depth] : "an unknown depth";
}

inline scalar_type opencv_scalar(const cv::Mat& m) {
  switch (m.depth()) {
    case CV_32F:
      return scalar_type::float32;
    case CV_64F:
      return scalar_type::float64;
    case CV_16F:
      return scalar_type::float16;
    case CV_8U:
      return scalar_type::uint8;
    case CV_8S:
      return scalar_type::int8;
    case CV_16S:
      raise("as_view: the cv::Mat holds CV_16S, expected CV_32F, CV_64F, CV_16F, CV_8U or CV_8S; where these are half ",
            "floats (cv::convertFp16), name them: cv::Mat(m.dims, m.size.p, CV_16F, m.data, m.step.p)");
    default:
      raise("as_view: the cv::Mat holds ", opencv_depth_name(m.depth()),
            ", expected CV_32F, CV_64F, CV_16F, CV_8U or CV_8S");
  }
}

inline any_feature_view opencv_view(const cv::Mat& m, const hints& h) {
  const scalar_type type = opencv_scalar(m);
  constexpr int most = 5;
  const bool image = m.channels() > 1;
  const int rank = m.dims + (image ? 1 : 0);
  if (m.dims == 0 || rank > most)
    raise("as_view: the cv::Mat has ", m.dims, " dimensions of ", m.channels(), " channels, expected 1 to 4 axes");
  index_t extents[most] = {}, strides[most] = {};
  const index_t element = static_cast<index_t>(m.elemSize1());
  for (int i = 0; i < m.dims; ++i) {
    extents[i] = m.size[i];
    strides[i] = static_cast<index_t>(m.step[i]) / element;  // OpenCV refuses steps that are no multiple of it
  }
  // cv::Mat(std::vector) is a column, and so are many descriptors of one number.
  if (!image && m.dims == 2 && m.cols == 1 && m.rows > 1 && h.axes.empty())
    raise("as_view: the cv::Mat of ", m.rows, " x 1 may be one descriptor or ", m.rows,
          " of one number, expected hints{.axes}: \"cn\" or \"nc\", or reshape(1, 1)");
  hints named = h;
  if (image) {
    extents[m.dims] = m.channels();
    strides[m.dims] = 1;
    if (named.axes.empty()) named.axes = m.dims == 2 ? "hwc" : "nhwc";
  }
  const geometry g = geometry_of(rank, extents, strides, named, "as_view");
  return {m.data, type, g.extents, g.stride, h.quantized};
}

}  // namespace detail

template <class T>
requires detail::opencv_mat<T>
struct adapter<T> {

  static any_feature_view view(const T& m, const hints& h) { return detail::opencv_view(m, h); }

  static auto output(T& m) {
    using value = std::conditional_t<std::is_same_v<T, cv::Mat_<double>>, double, float>;
    constexpr int type = std::is_same_v<value, double> ? CV_64F : CV_32F;
    if (m.dims != 2 || m.channels() != 1)
      raise("pool_into: the cv::Mat output has ", m.dims, " dimensions of ", m.channels(),
            " channels, expected 2 of 1; create(rows, cols, type) makes them");
    if (m.depth() != type)
      raise("pool_into: the cv::Mat output of ", m.rows, " x ", m.cols, " holds ", detail::opencv_depth_name(m.depth()),
            ", expected ", detail::opencv_depth_name(type));
    // A Mat made of parts of others may have any row step; one row says its own length.
    const index_t step = static_cast<index_t>(m.step[0] / sizeof(value));
    return descriptor_span<value>(reinterpret_cast<value*>(m.data), m.rows, m.cols, m.rows > 1 ? step : m.cols);
  }
};

/// A Mat of n x d, CV_32F or CV_64F, with memory of its own.
template <std::floating_point T>
cv::Mat to_mat(const descriptors<T>& d) {
  constexpr index_t most = (std::numeric_limits<int>::max)();
  if (d.rows() > most || d.cols() > most)
    raise("to_mat: ", d.rows(), " x ", d.cols(), " descriptors, a cv::Mat has at most ", most, " rows and columns");
  cv::Mat out(static_cast<int>(d.rows()), static_cast<int>(d.cols()), std::is_same_v<T, double> ? CV_64F : CV_32F);
  if (out.data != nullptr) std::copy_n(d.data(), d.values().size(), reinterpret_cast<T*>(out.data));
  return out;
}

}  // namespace cnnpool
