// Pictures of a study, drawn by OpenCV: what a map looks at, R-MAC's regions, the best matches of queries, plots.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cnnpool/core/feature_view.hpp>

#include "outputs.hpp"

namespace study_pictures {

inline const cv::Scalar right(60, 160, 40), wrong(40, 40, 200), ink(40, 40, 40), pale(225, 225, 225),
    white(255, 255, 255);

inline void save(const std::string& path, const cv::Mat& picture) {
  std::vector<unsigned char> png;
  if (!cv::imencode(".png", picture, png)) cnnpool::raise("OpenCV cannot encode ", path);
  png = signed_png(std::move(png), "cnnpool-study");
  study_outputs file;
  file.add(path, {reinterpret_cast<const char*>(png.data()), png.size()});
  file.commit();
}

inline void write(cv::Mat& on, const std::string& text, cv::Point at, double size = 0.45,
                  const cv::Scalar& colour = ink) {
  cv::putText(on, text, at, cv::FONT_HERSHEY_SIMPLEX, size, colour, 1, cv::LINE_AA);
}

/// The map (row-major h x w, any range) in colours over the photo, half and half.
inline cv::Mat saliency(const cv::Mat& photo, const float* values, int h, int w) {
  const cv::Mat map(h, w, CV_32F, const_cast<float*>(values));  // read only; Mat has no constructor for constants
  cv::Mat scaled, bytes, large, colours, out;
  cv::normalize(map, scaled, 0, 255, cv::NORM_MINMAX);
  cv::resize(scaled, large, photo.size(), 0, 0, cv::INTER_CUBIC);
  large.convertTo(bytes, CV_8U);
  cv::applyColorMap(bytes, colours, cv::COLORMAP_JET);
  cv::addWeighted(photo, 0.45, colours, 0.55, 0, out);
  return out;
}

/// Boxes of a map of h x w positions on the photo that it was made of: a panel for every size of boxes, in which
/// neighbours differ in colour and in how far they stand inside their edges.
template <class Regions>
cv::Mat regions(const cv::Mat& photo, const Regions& boxes, cnnpool::index_t h, cnnpool::index_t w) {
  cv::Mat pale_photo, out;
  cv::addWeighted(photo, 0.6, cv::Mat(photo.size(), photo.type(), white), 0.4, 0, pale_photo);
  const cv::Scalar colours[] = {{40, 40, 200}, {60, 160, 40}, {200, 90, 20}, {180, 40, 160}};
  const double x = static_cast<double>(photo.cols) / static_cast<double>(w),
               y = static_cast<double>(photo.rows) / static_cast<double>(h);
  constexpr int gap = 8;
  std::vector<cv::Mat> panels;
  int in_panel = 0;
  for (cnnpool::index_t k = 0; k < boxes.size(); ++k, ++in_panel) {
    const cnnpool::box b = boxes[k];
    if (k == 0 || b.h != cnnpool::box(boxes[k - 1]).h) {
      if (k > 0) panels.push_back(cv::Mat(photo.rows, gap, photo.type(), white));
      panels.push_back(pale_photo.clone());
      in_panel = 0;
    }
    const int inset = 1 + 3 * (in_panel % 4);
    const cv::Point first(static_cast<int>(static_cast<double>(b.w0) * x) + inset,
                          static_cast<int>(static_cast<double>(b.h0) * y) + inset);
    const cv::Point last(static_cast<int>(static_cast<double>(b.w0 + b.w) * x) - inset,
                         static_cast<int>(static_cast<double>(b.h0 + b.h) * y) - inset);
    cv::rectangle(panels.back(), first, last, colours[in_panel % 4], 2, cv::LINE_AA);
  }
  cv::hconcat(panels, out);
  return out;
}

struct tile {
  cv::Mat photo;
  std::string text;
  cv::Scalar frame = ink;
};

/// One row of tiles per query, the query first.
inline cv::Mat contact_sheet(const std::vector<std::vector<tile>>& rows) {
  constexpr int width = 170, height = 130, frame = 5, caption = 18, gap = 8;
  std::size_t most = 0;
  for (const auto& row : rows) most = std::max(most, row.size());
  cv::Mat out(static_cast<int>(rows.size()) * (height + caption + gap) + gap,
              static_cast<int>(most) * (width + gap) + gap, CV_8UC3, white);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const tile& t = rows[r][c];
      const cv::Rect box(gap + static_cast<int>(c) * (width + gap),
                         gap + static_cast<int>(r) * (height + caption + gap), width, height);
      cv::rectangle(out, box, t.frame, cv::FILLED);
      const cv::Rect inside(box.x + frame, box.y + frame, width - 2 * frame, height - 2 * frame);
      cv::rectangle(out, inside, white, cv::FILLED);
      if (!t.photo.empty()) {
        const double factor = std::min(static_cast<double>(inside.width) / t.photo.cols,
                                       static_cast<double>(inside.height) / t.photo.rows);
        const cv::Size size(std::max(1, static_cast<int>(t.photo.cols * factor)),
                            std::max(1, static_cast<int>(t.photo.rows * factor)));
        cv::Mat small;
        cv::resize(t.photo, small, size, 0, 0, cv::INTER_AREA);
        small.copyTo(out(cv::Rect(
            {inside.x + (inside.width - size.width) / 2, inside.y + (inside.height - size.height) / 2}, size)));
      }
      write(out, t.text, {box.x, box.y + height + 13}, 0.38);
    }
  return out;
}

struct curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
  std::optional<double> level = {};  ///< a dashed line across, in the same colour
};

/// How a plot is drawn: x by its logarithm or as it is; y from the smallest to the largest value, in multiples of step.
struct axes {
  bool logarithmic = true;
  double step = 5;
};

inline cv::Mat plot(const std::string& title, const std::string& x_name, const std::vector<curve>& curves,
                    const axes& by = {}) {
  constexpr int width = 820, height = 460, left = 60, top = 50, right_side = 150, bottom = 50;
  cv::Mat out(height, width, CV_8UC3, white);
  double x0 = 1e300, x1 = -1e300, y0 = 1e300, y1 = -1e300;
  for (const curve& c : curves)
    for (const auto& [x, y] : c.points)
      x0 = std::min(x0, x), x1 = std::max(x1, x), y0 = std::min(y0, y), y1 = std::max(y1, y);
  for (const curve& c : curves)
    if (c.level) y0 = std::min(y0, *c.level), y1 = std::max(y1, *c.level);
  write(out, title, {left, 28}, 0.55);
  if (!(x0 <= x1)) return out;
  y0 = std::floor(y0 / by.step) * by.step, y1 = std::max(std::ceil(y1 / by.step) * by.step, y0 + by.step);
  const auto at = [&](double x, double y) {
    const double along = by.logarithmic ? std::log(x / x0) / std::log(x1 / x0) : (x - x0) / (x1 - x0);
    const double across = x1 > x0 ? along : 0.5, up = (y - y0) / (y1 - y0);
    return cv::Point(left + static_cast<int>(across * (width - left - right_side)),
                     height - bottom - static_cast<int>(up * (height - top - bottom)));
  };
  for (int i = 0; i <= 5; ++i) {
    const double y = y0 + (y1 - y0) * i / 5;
    cv::line(out, at(x0, y), {width - right_side, at(x0, y).y}, pale);
    write(out, cv::format(by.step < 1 ? "%.2f" : "%.0f", y), {15, at(x0, y).y + 5}, 0.4);
  }
  const cv::Scalar colours[] = {{180, 119, 31},  {14, 127, 255}, {44, 160, 44},  {40, 39, 214},
                                {189, 103, 148}, {75, 86, 140},  {127, 127, 127}};
  int line = 0;
  const curve* labelled = nullptr;  // the longest one's points stand below
  for (const curve& c : curves)
    if (labelled == nullptr || c.points.size() > labelled->points.size()) labelled = &c;
  for (const curve& c : curves) {
    const cv::Scalar& colour = colours[static_cast<std::size_t>(line) % 7];
    if (c.level)
      for (int x = left, y = at(x0, *c.level).y; x < width - right_side; x += 10)
        cv::line(out, {x, y}, {x + 4, y}, colour, 1, cv::LINE_AA);
    for (std::size_t i = 0; i < c.points.size(); ++i) {
      const cv::Point here = at(c.points[i].first, c.points[i].second);
      cv::circle(out, here, 3, colour, cv::FILLED, cv::LINE_AA);
      if (i > 0) cv::line(out, at(c.points[i - 1].first, c.points[i - 1].second), here, colour, 2, cv::LINE_AA);
      if (&c == labelled) write(out, cv::format("%.0f", c.points[i].first), {here.x - 8, height - bottom + 18}, 0.38);
    }
    cv::line(out, {width - right_side + 15, top + 20 * line}, {width - right_side + 35, top + 20 * line}, colour, 2);
    write(out, c.name, {width - right_side + 42, top + 4 + 20 * line++}, 0.42);
  }
  write(out, x_name, {left, height - 12}, 0.42);
  return out;
}

/// One bar per value, the longest as wide as the picture.
inline cv::Mat bars(const std::string& title, const std::vector<std::pair<std::string, double>>& values) {
  constexpr int width = 820, row = 24, left = 330, top = 50;
  cv::Mat out(top + row * static_cast<int>(values.size()) + 20, width, CV_8UC3, white);
  write(out, title, {20, 28}, 0.55);
  double most = 1e-300;
  for (const auto& [name, value] : values) most = std::max(most, value);
  int y = top;
  for (const auto& [name, value] : values) {
    write(out, name, {20, y + 14}, 0.4);
    cv::rectangle(out,
                  cv::Rect(left, y + 3, std::max(1, static_cast<int>(value / most * (width - left - 90))), row - 8),
                  {180, 119, 31}, cv::FILLED);
    write(out, cv::format("%.1f", value), {left + 6 + static_cast<int>(value / most * (width - left - 90)), y + 14},
          0.4);
    y += row;
  }
  return out;
}

}  // namespace study_pictures
