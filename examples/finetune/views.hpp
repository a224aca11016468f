// The training photos, and views of them: augmented, resized, cropped, mirrored.
#pragma once

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "../decoder_lines.hpp"
#include "../random_view.hpp"
#include "../study/features.hpp"
#include "options.hpp"
#include "photo_list.hpp"
#include "random.hpp"

namespace finetune {

class training_photos {
 public:
  /// Reads all of them, so that a broken one is found before the hours, not after them.
  training_photos(const options& o, network& net, const std::vector<labelled_photo>& list)
      : o_(o), net_(net), list_(list), kept_(list.size()) {
    study_progress progress("training photos");
    for (std::size_t i = 0; i < list.size(); ++i) {
      progress.at(i + 1, list.size(), list[i].name);
      const cv::Mat photo = read(i);
      const std::size_t bytes = photo.total() * photo.elemSize();
      if (bytes_ + bytes > static_cast<std::size_t>(o.memory) << 20) continue;
      bytes_ += bytes;
      kept_[i] = photo;
    }
    for (const auto& [i, warning] : warned_)
      std::fprintf(stderr, "cnnpool-finetune: %s is used, and its decoder says: %s\n", list[i].path.c_str(),
                   warning.c_str());
  }

  std::size_t bytes() const { return bytes_; }

  /// CV_32FC3 of CROP x CROP, as the network wants its values.
  cv::Mat view(std::size_t i, random_source& random) {
    cv::Mat pixels = kept_[i].empty() ? read(i) : kept_[i];
    if (o_.augment) {
      pixels = view_of(pixels, draw_view(augmentation_ranges{}, pixels.size(), random));
      if (o_.size > 0) pixels = net_.resized(pixels, {o_.size, o_.size});
    }
    const cv::Mat values = net_.values(pixels);
    const cv::Rect crop(static_cast<int>(random.below(static_cast<std::size_t>(values.cols - o_.crop + 1))),
                        static_cast<int>(random.below(static_cast<std::size_t>(values.rows - o_.crop + 1))), o_.crop,
                        o_.crop);
    cv::Mat out = values(crop).clone();
    if (o_.mirror && random.unit() < 0.5) cv::flip(out, out, 1);
    return out;
  }

 private:
  cv::Mat read(std::size_t i) {
    decoder_lines lines;
    const ::photo read = read_photo(bytes_of(list_[i].path));
    if (const std::string warning = lines.first(); !warning.empty()) {
      if (read.problem.empty()) warned_[i] = warning;
      else cnnpool::raise("--train: ", list_[i].path, " ", read.problem, "; its decoder says: ", warning);
    }
    if (!read.problem.empty()) cnnpool::raise("--train: ", list_[i].path, " ", read.problem);
    if (o_.size == 0) {
      if (std::min(read.pixels.cols, read.pixels.rows) < o_.crop)
        cnnpool::raise("--train: ", list_[i].path, " is ", read.pixels.cols, " x ", read.pixels.rows,
                       ", smaller than the --crop of ", o_.crop, "; --size resizes photos");
      return read.pixels;
    }
    if (!o_.augment) return net_.resized(read.pixels, {o_.size, o_.size});
    // Augmented at its own shape; more than SIZE pixels of the shorter side would only cost time.
    const double factor = static_cast<double>(o_.size) / std::min(read.pixels.cols, read.pixels.rows);
    if (factor >= 1) return read.pixels;
    return net_.resized(read.pixels, {std::max(o_.size, cvRound(read.pixels.cols * factor)),
                                      std::max(o_.size, cvRound(read.pixels.rows * factor))});
  }

  const options& o_;
  network& net_;
  const std::vector<labelled_photo>& list_;
  std::vector<cv::Mat> kept_;
  std::size_t bytes_ = 0;
  std::map<std::size_t, std::string> warned_;  // by its decoder
};

}  // namespace finetune
