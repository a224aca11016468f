// A random affine map of a photo, as Keras' ImageDataGenerator makes it: turned, shifted, sheared, zoomed about its
// centre, and flipped; what lies outside is the nearest pixel.
#pragma once

#include <cmath>
#include <numbers>

#include <opencv2/imgproc.hpp>

#include "random.hpp"

namespace finetune {

struct affine {
  double rotation = 0;                   ///< radians
  double down = 0, right = 0;            ///< shares of the height and of the width
  double shear = 0;                      ///< radians; later versions of Keras take degrees
  double zoom_down = 1, zoom_right = 1;  ///< drawn separately
  bool flip = false;
};

inline affine random_affine(random_source& random) {
  affine a;
  a.rotation = random.between(-10, 10) * std::numbers::pi / 180;
  a.down = random.between(-0.2, 0.2);
  a.right = random.between(-0.2, 0.2);
  a.shear = random.between(-0.2, 0.2);
  a.zoom_down = random.between(0.8, 1.2);
  a.zoom_right = random.between(0.8, 1.2);
  a.flip = random.unit() < 0.5;
  return a;
}

/// The matrix takes (row, column, 1) of the result to where its value lies in the photo. The centre is h/2 + 0.5 as in
/// Keras; with (h - 1)/2 six per cent of the values differ by more than 8 of 255.
inline cv::Mat warped(const cv::Mat& photo, const affine& a) {
  const double c = std::cos(a.rotation), s = std::sin(a.rotation);
  const double i = photo.rows / 2. + 0.5, j = photo.cols / 2. + 0.5;
  const cv::Matx33d rotate(c, -s, 0, s, c, 0, 0, 0, 1),
      shift(1, 0, a.down * photo.rows, 0, 1, a.right * photo.cols, 0, 0, 1),
      shear(1, -std::sin(a.shear), 0, 0, std::cos(a.shear), 0, 0, 0, 1),
      zoom(a.zoom_down, 0, 0, 0, a.zoom_right, 0, 0, 0, 1), to_centre(1, 0, i, 0, 1, j, 0, 0, 1),
      from_centre(1, 0, -i, 0, 1, -j, 0, 0, 1);
  const cv::Matx33d m = to_centre * rotate * shift * shear * zoom * from_centre;
  const cv::Matx23d columns_first(m(1, 1), m(1, 0), m(1, 2), m(0, 1), m(0, 0), m(0, 2));  // OpenCV: x, then y
  cv::Mat out;
  cv::warpAffine(photo, out, columns_first, photo.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
  if (a.flip) cv::flip(out, out, 1);
  return out;
}

}  // namespace finetune
