// A photo as a record of Caffe's databases, and back.
#pragma once

#include <string>
#include <vector>

#include <opencv2/imgcodecs.hpp>

#include <caffe.pb.h>
#include <cnnpool/core/error.hpp>

namespace dataset {

using cnnpool_caffe::Datum;

/// BGR, channel by channel; `bytes`: the picture encoded, and then the pixels are not looked at.
inline Datum datum_of(const cv::Mat& pixels, int label, const std::vector<unsigned char>& bytes = {}) {
  Datum d;
  d.set_channels(3);
  d.set_height(pixels.rows);
  d.set_width(pixels.cols);
  d.set_label(label);
  if (!bytes.empty()) {
    d.set_data(bytes.data(), bytes.size());
    d.set_encoded(true);
    return d;
  }
  std::string data(pixels.total() * 3, '\0');
  for (int y = 0; y < pixels.rows; ++y)
    for (int x = 0; x < pixels.cols; ++x)
      for (int c = 0; c < 3; ++c)
        data[(static_cast<std::size_t>(c) * static_cast<std::size_t>(pixels.rows) + static_cast<std::size_t>(y)) *
                 static_cast<std::size_t>(pixels.cols) +
             static_cast<std::size_t>(x)] = static_cast<char>(pixels.at<cv::Vec3b>(y, x)[c]);
  d.set_data(data);
  return d;
}

/// Raises what is wrong with a record; `where` begins the sentence.
inline cv::Mat pixels_of(const Datum& d, const std::string& where) {
  const std::string& data = d.data();
  if (d.encoded()) {
    const std::vector<unsigned char> bytes(data.begin(), data.end());
    cv::Mat out = cv::imdecode(bytes, cv::IMREAD_COLOR);
    if (out.empty()) cnnpool::raise(where, " holds ", data.size(), " bytes that are no picture");
    return out;
  }
  if (d.channels() != 3 || d.height() < 1 || d.width() < 1 ||
      data.size() != static_cast<std::size_t>(d.height()) * static_cast<std::size_t>(d.width()) * 3)
    cnnpool::raise(where, " holds ", data.size(), " bytes, expected 3 x ", d.height(), " x ", d.width());
  cv::Mat out(d.height(), d.width(), CV_8UC3);
  std::size_t at = 0;
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < out.rows; ++y)
      for (int x = 0; x < out.cols; ++x) out.at<cv::Vec3b>(y, x)[c] = static_cast<unsigned char>(data[at++]);
  return out;
}

}  // namespace dataset
