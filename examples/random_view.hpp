// One random view of a photo as the study draws it: rotation, shifts, shear, zoom, a flip, edges repeated.
//
//   input (row, column, 1) = C R(theta) T(tx, ty) H(shear) Z(zx, zy) C^-1 output (row, column, 1)
//
// with C the shift to (h/2 + .5, w/2 + .5), which is Keras-Preprocessing 1.1.2. Shifts are shares of the height and the
// width; shear is in RADIANS, as in that version (later ones take degrees); zx and zy are drawn separately.
#pragma once

#include <cmath>
#include <numbers>

#include <opencv2/imgproc.hpp>

#include "random_source.hpp"

/// How far each may go, to both sides.
struct augmentation_ranges {
  double rotation = 10;  ///< degrees
  double shift = .2;     ///< of the height, and of the width
  double shear = .2;     ///< radians
  double zoom = .2;      ///< factors 1 - zoom to 1 + zoom
  bool flip = true;      ///< left and right, for one view in two
};

struct view_parameters {
  double theta = 0, tx = 0, ty = 0, shear = 0, zx = 1, zy = 1;  ///< radians; pixels of rows, of columns; factors
  bool flip = false;
};

inline view_parameters draw_view(const augmentation_ranges& r, cv::Size size, random_source& random) {
  view_parameters v;
  v.theta = random.between(-r.rotation, r.rotation) * std::numbers::pi / 180;
  v.tx = random.between(-r.shift, r.shift) * size.height;
  v.ty = random.between(-r.shift, r.shift) * size.width;
  v.shear = random.between(-r.shear, r.shear);
  v.zx = random.between(1 - r.zoom, 1 + r.zoom);
  v.zy = random.between(1 - r.zoom, 1 + r.zoom);
  v.flip = random.unit() < .5 && r.flip;
  return v;
}

inline cv::Mat view_of(const cv::Mat& photo, const view_parameters& v) {
  using matrix = cv::Matx33d;
  // With the centre (h - 1)/2 six per cent of the values differ from Keras' by more than 8 of 255.
  const double cos = std::cos(v.theta), sin = std::sin(v.theta);
  const double row = photo.rows / 2. + .5, column = photo.cols / 2. + .5;
  const matrix m = matrix(1, 0, row, 0, 1, column, 0, 0, 1) * matrix(cos, -sin, 0, sin, cos, 0, 0, 0, 1) *
                   matrix(1, 0, v.tx, 0, 1, v.ty, 0, 0, 1) *
                   matrix(1, -std::sin(v.shear), 0, 0, std::cos(v.shear), 0, 0, 0, 1) *
                   matrix(v.zx, 0, 0, 0, v.zy, 0, 0, 0, 1) * matrix(1, 0, -row, 0, 1, -column, 0, 0, 1);
  // OpenCV counts (x, y) = (column, row).
  const cv::Matx23d xy(m(1, 1), m(1, 0), m(1, 2), m(0, 1), m(0, 0), m(0, 2));
  cv::Mat out;
  cv::warpAffine(photo, out, xy, photo.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  if (v.flip) cv::flip(out, out, 1);
  return out;
}
