// Activations of many photos, computed once: one .npy file per photo, layer and scale in a cache, written atomically,
// so a run that was interrupted goes on where it was. What a file depends on (network, preprocessing, size, the photo's
// bytes and box) is in its name: a change gives another file, never a wrong one.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cnnpool/adapters/opencv.hpp>
#include <cnnpool/io/npy.hpp>
#include <cnnpool/io/npy_write.hpp>

#include "jpeg_damage.hpp"
#include "network.hpp"
#include "outputs.hpp"
#include "progress.hpp"
#include "task.hpp"

/// What was wrong with which photo; printed at the end.
using photo_problems = std::map<std::string, std::string>;

class feature_cache {
 public:
  feature_cache(std::filesystem::path folder, network& net, int side, std::vector<double> scales)
      : folder_(std::move(folder)), net_(net), side_(side), scales_(std::move(scales)) {
    // What photos are made into is a part of the name too: a damaged JPEG, or a WebP that was not turned, gave features
    // in the first form.
    constexpr const char* form = "-2";
    folder_ /= net.card().name + "-" + net.identity() + form;
    make_folder(folder_);
  }

  const std::filesystem::path& folder() const { return folder_; }
  const std::vector<double>& scales() const { return scales_; }

  /// Makes what is missing of the photo. False: the photo gives no features, and problems says why. A cache that cannot
  /// be written is no problem of a photo but a storage_failure.
  bool prepare(const study_photo& photo, const std::vector<std::string>& layers, photo_problems& problems) {
    const auto bytes = bytes_of(photo.path);
    const std::string key = key_of(bytes, photo.crop);
    keys_[photo.name] = key;
    std::vector<std::size_t> missing;
    for (std::size_t s = 0; s < scales_.size(); ++s)
      for (const std::string& layer : layers)
        if (!usable(file_of(key, layer, s))) {
          missing.push_back(s);
          break;
        }
    if (missing.empty()) return true;
    const ::photo read = read_photo(bytes, photo.crop);
    if (!read.problem.empty()) {
      problems[photo.name] = bytes.empty() ? study_detail::why_empty(photo.path) : read.problem;
      if (!photo.box_at.empty()) problems[photo.name] += " (" + photo.box_at + ")";
      return false;
    }
    if (const std::string damage = jpeg_damage(bytes); !damage.empty()) {
      problems[photo.name] = damage;
      return false;
    }
    for (const std::size_t s : missing) {
      std::vector<cv::Mat> maps;
      try {
        const int longest = side_ > 0 ? side_ : std::max(read.pixels.cols, read.pixels.rows);
        const auto start = std::chrono::steady_clock::now();
        maps = net_.forward(read.pixels, std::max(1, static_cast<int>(std::lround(longest * scales_[s]))), layers);
        seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        ++passes_;
        for (const cv::Mat& map : maps) check(map);
      } catch (const cnnpool::error& e) {
        problems[photo.name] = e.what();
        return false;
      }
      for (std::size_t i = 0; i < layers.size(); ++i) write(file_of(key, layers[i], s), maps[i]);
    }
    return true;
  }

  cnnpool::npy_array read(const std::string& photo, const std::string& layer, std::size_t scale) const {
    return with_storage([&] { return cnnpool::read_npy(file_of(keys_.at(photo), layer, scale).string()); });
  }

  /// Of the passes of this run; none where everything was there.
  std::optional<double> milliseconds_per_pass() const {
    return passes_ == 0 ? std::nullopt : std::optional(1000 * seconds_ / passes_);
  }

 private:
  std::string key_of(const std::vector<unsigned char>& bytes, const cnnpool::query_box& crop) const {
    fingerprint f;
    f.add(bytes.data(), bytes.size());
    f.add(crop.data(), sizeof crop);
    return f.text();
  }
  std::filesystem::path file_of(const std::string& key, const std::string& layer, std::size_t scale) const {
    std::string name = layer;
    for (char& c : name)
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '-';
    fingerprint f;  // the layer's own name, which the file's may not hold
    f.add(layer);
    char size[40];
    std::snprintf(size, sizeof size, "%d-%.4f", side_, scales_[scale]);
    return folder_ / (name + "-" + f.text().substr(0, 6) + "-" + size) / (key + ".npy");
  }
  /// A file that is there was complete when it got its name; one that somebody damaged is made again.
  static bool usable(const std::filesystem::path& file) {
    std::error_code unknown;
    if (!std::filesystem::exists(file, unknown)) return false;
    try {
      return cnnpool::read_npy(file.string()).type() == cnnpool::scalar_type::float32;
    } catch (const cnnpool::error&) {
      return false;
    }
  }
  static void check(const cv::Mat& map) {
    visit(cnnpool::as_view(map), []<class T>(const cnnpool::feature_view<T>&) {
      if constexpr (!std::is_same_v<T, float>)
        cnnpool::raise("a layer gives ", cnnpool::to_string(cnnpool::scalar_type_of<T>()), ", expected float32");
    });
    // They would rank by the order of the photos.
    if (!cv::checkRange(map)) cnnpool::raise("a layer gives numbers that are not finite, expected finite ones");
  }
  static void write(const std::filesystem::path& file, const cv::Mat& map) {
    make_folder(file.parent_path());
    visit(cnnpool::as_view(map), [&]<class T>(const cnnpool::feature_view<T>& x) {
      if constexpr (std::is_same_v<T, float>) with_storage([&] { cnnpool::write_npy(file.string(), x); });
    });
  }

  std::filesystem::path folder_;
  network& net_;
  int side_;
  std::vector<double> scales_;
  std::map<std::string, std::string> keys_;
  double seconds_ = 0;
  int passes_ = 0;
};
