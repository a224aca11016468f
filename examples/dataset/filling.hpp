// What a file that was cut leaves behind when it is decoded and saved again. A decoder fills up what is missing: it
// repeats the last row, or puts in grey. And a progressive JPEG of which only the beginning was there is a picture of
// blocks: smooth, without anything finer than 8 pixels. Both stay when the picture is saved again or turned.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace dataset {

namespace detail {

/// The lines of a picture (rows or columns) from one of its sides inwards.
class lines_from {
 public:
  enum side { bottom, top, right, left };

  lines_from(const cv::Mat& pixels, side from) {
    const auto row = static_cast<std::ptrdiff_t>(pixels.step[0]);
    const auto pixel = static_cast<std::ptrdiff_t>(pixels.elemSize());
    const bool rows = from == bottom || from == top, backwards = from == bottom || from == right;
    count_ = rows ? pixels.rows : pixels.cols;
    length_ = rows ? pixels.cols : pixels.rows;
    along_ = rows ? pixel : row;
    inwards_ = rows ? row : pixel;
    first_ = pixels.data + (backwards ? (count_ - 1) * inwards_ : 0);
    if (backwards) inwards_ = -inwards_;
  }
  int count() const { return count_; }
  /// Of line k, pixel i, in blue, green or red.
  int value(int k, int i, int channel) const { return first_[k * inwards_ + i * along_ + channel]; }

  /// How many lines repeat the one at the side, within `apart` at every pixel.
  int repeated(int apart) const {
    for (int k = 1; k < count_; ++k)
      for (int i = 0; i < length_; ++i)
        for (int c = 0; c < 3; ++c)
          if (std::abs(value(0, i, c) - value(k, i, c)) > apart) return k - 1;
    return count_ - 1;
  }
  /// The least and the largest value of the line at the side.
  struct range {
    int least = 255, most = 0;
  };
  range of_channel(int channel) const {
    range out;
    for (int i = 0; i < length_; ++i) {
      out.least = std::min(out.least, value(0, i, channel));
      out.most = std::max(out.most, value(0, i, channel));
    }
    return out;
  }

 private:
  const unsigned char* first_;
  std::ptrdiff_t along_, inwards_;
  int count_, length_;
};

/// White and black lines, which nobody fills with, and a frame, which has the same colour on the other side.
inline bool is_border(const lines_from& side, const lines_from& other) {
  bool black = true, white = true, frame = true;
  for (int c = 0; c < 3; ++c) {
    const auto here = side.of_channel(c), there = other.of_channel(c);
    black = black && here.most <= 12;
    white = white && here.least >= 243;
    frame = frame && std::max(here.most, there.most) - std::min(here.least, there.least) <= 8;
  }
  return black || white || frame;
}

}  // namespace detail

/// "12 % of its rows, at the bottom", or nothing. BGR. Of 385 good photos none has more than .011 of its lines alike
/// within 2 (borders apart), nor more than .1 at the bottom within 4. (Colours at half the width come back off by 2.)
inline std::string filled_part(const cv::Mat& pixels) {
  using detail::lines_from;
  constexpr lines_from::side sides[] = {lines_from::bottom, lines_from::top, lines_from::right, lines_from::left};
  constexpr const char* names[] = {"rows, at the bottom", "rows, at the top", "columns, at the right",
                                   "columns, at the left"};
  for (int s = 0; s < 4; ++s) {
    const lines_from side(pixels, sides[s]), other(pixels, sides[s ^ 1]);
    const auto share_of = [&](int repeated) { return static_cast<double>(repeated) / side.count(); };
    constexpr int fewest = 8;  // of a small picture
    constexpr double alike = .05, nearly = .2;
    const int same = side.repeated(2), close = sides[s] == lines_from::bottom ? side.repeated(4) : same;
    const bool filled = (same >= fewest && share_of(same) > alike) || share_of(close) > nearly;
    // All of them: nothing but filling, or a slope seen from its side.
    const bool all = close == side.count() - 1;
    if (all ? sides[s] == lines_from::bottom : filled && !detail::is_border(side, other))
      return std::to_string(static_cast<int>(100 * share_of(close) + .5)) + " % of its " + names[s];
  }
  return {};
}

/// Whether nothing is finer than the blocks of a JPEG: within a block of 8 x 8 rows and columns go on as they began,
/// though neighbouring blocks differ. The good photos have .145 in the mean and .53 in the finest twentieth of their
/// blocks, beginnings of progressive files at most .07 and .23.
inline bool has_blocks_alone(const cv::Mat& pixels) {
  constexpr int side = 8;
  const int rows = pixels.rows / side, columns = pixels.cols / side;
  if (rows < 6 || columns < 6) return false;
  cv::Mat grey, values;
  cv::cvtColor(pixels, grey, cv::COLOR_BGR2GRAY);
  cv::Mat means;
  cv::resize(grey({0, 0, columns * side, rows * side}), means, {columns, rows}, 0, 0, cv::INTER_AREA);
  double apart = 0, all = 0;
  std::vector<double> detail_of;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) {
      if (i > 0) apart += std::abs(means.at<unsigned char>(i, j) - means.at<unsigned char>(i - 1, j));
      if (j > 0) apart += std::abs(means.at<unsigned char>(i, j) - means.at<unsigned char>(i, j - 1));
      int sum = 0;
      for (int y = i * side; y < (i + 1) * side - 1; ++y) {
        const unsigned char *here = grey.ptr(y), *below = grey.ptr(y + 1);
        for (int x = j * side; x < (j + 1) * side - 1; ++x)
          sum += std::abs(here[x] - below[x] - here[x + 1] + below[x + 1]);
      }
      detail_of.push_back(sum / double{(side - 1) * (side - 1)});
      all += detail_of.back();
    }
  const double between = apart / static_cast<double>(2 * rows * columns - rows - columns);
  const auto finest = detail_of.begin() + static_cast<std::ptrdiff_t>(detail_of.size() * 95 / 100);
  std::nth_element(detail_of.begin(), finest, detail_of.end());
  constexpr double something = 4;  // a slope has none of either
  return between > something && all / static_cast<double>(detail_of.size()) < .1 * between && *finest < .35 * between;
}

}  // namespace dataset
