// cnnpool-dataset mean: what a network that is trained on these photos has subtracted from its input: the mean image
// and the mean of each channel, of a list or of an LMDB. Sums are whole numbers, so they depend on no order.
#pragma once

#include <array>
#include <cstdint>

#include <cnnpool/io/npy_write.hpp>

#include "pack.hpp"

namespace dataset {

struct mean_options {
  std::string source, out = "mean.npy", channels, binaryproto;
  int size = 256;
  bool rgb = false;
};

class mean_image {
 public:
  void add(const cv::Mat& pixels, const std::string& where) {
    if (sums_.empty()) {
      size_ = pixels.size();
      sums_.resize(pixels.total() * 3);
    }
    if (pixels.size() != size_)
      cnnpool::raise("cnnpool-dataset mean: ", where, " is ", pixels.cols, " x ", pixels.rows, ", those before it are ",
                     size_.width, " x ", size_.height);
    std::size_t at = 0;
    for (int y = 0; y < pixels.rows; ++y) {
      const unsigned char* row = pixels.ptr(y);
      for (int i = 0; i < 3 * pixels.cols; ++i) sums_[at++] += row[i];
    }
    ++count_;
  }
  std::size_t count() const { return count_; }
  cv::Size size() const { return size_; }

  /// 3 x height x width.
  std::vector<float> values(bool rgb) const {
    std::vector<float> out(sums_.size());
    const std::size_t pixels = sums_.size() / 3;
    for (std::size_t i = 0; i < pixels; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        out[(rgb ? 2 - c : c) * pixels + i] =
            static_cast<float>(static_cast<double>(sums_[3 * i + c]) / static_cast<double>(count_));
    return out;
  }
  std::array<double, 3> of_channels(bool rgb) const {
    std::array<std::uint64_t, 3> all{};
    for (std::size_t i = 0; i < sums_.size(); ++i) all[i % 3] += sums_[i];
    std::array<double, 3> out{};
    for (std::size_t c = 0; c < 3; ++c)
      out[rgb ? 2 - c : c] =
          static_cast<double>(all[c]) / static_cast<double>(count_) / (static_cast<double>(sums_.size()) / 3);
    return out;
  }

 private:
  cv::Size size_;
  std::vector<std::uint64_t> sums_;  // row by row, BGR
  std::size_t count_ = 0;
};

inline int run_mean(const mean_options& o) {
  detail::check_size(o.size, "mean");
  check_ours(o.out, "\x93NUMPY");
  if (!o.channels.empty()) check_ours(o.channels, "\x93NUMPY");
  if (!o.binaryproto.empty()) check_ours(o.binaryproto, "\x08\x01\x10\x03");
  const auto same = [](const std::string& a, const std::string& b) {
    return !a.empty() && !b.empty() && fs::weakly_canonical(fs::absolute(a)) == fs::weakly_canonical(fs::absolute(b));
  };
  if (same(o.out, o.channels) || same(o.out, o.binaryproto) || same(o.channels, o.binaryproto))
    cnnpool::raise("mean: two of --out ", o.out, ", --channels ", o.channels, " and --binaryproto ", o.binaryproto,
                   " are one file, expected files of their own");
  mean_image mean;
  left_out out;
  std::size_t done = 0;
  if (is_database(o.source)) {
    study_progress progress("mean");
    const database_reader database(o.source);
    database.each([&](const std::string& key, const std::string& record) {
      progress.at(++done, database.size(), key);
      const std::string where = o.source + ", record \"" + key + "\"";
      Datum d;
      if (!d.ParseFromString(record)) cnnpool::raise("cnnpool-dataset mean: ", where, ": is no Datum");
      decoder_lines lines;
      const cv::Mat pixels = pixels_of(d, "cnnpool-dataset mean: " + where);
      if (const std::string warning = lines.first(); !warning.empty())
        out.note(where, "is used, and its decoder says: " + warning);
      mean.add(pixels, where);
    });
  } else {
    const photo_set set = read_photo_set(o.source);
    for (const auto& [option, file] :
         {std::pair("mean: --out", o.out), {"mean: --channels", o.channels}, {"mean: --binaryproto", o.binaryproto}})
      check_file_apart(option, file, set, o.source);
    name_passed_over(set, out);
    study_progress progress("mean");
    for (const labelled_photo& p : set.photos) {
      progress.at(++done, set.photos.size(), set.place(p));
      const decoded_photo read = decode_or_leave_out(p, bytes_of(p.path.string()), out);
      if (!read.pixels.empty()) mean.add(packed_pixels(read.pixels, o.size), p.path.string());
    }
  }
  if (mean.count() == 0) cnnpool::raise("cnnpool-dataset mean: ", o.source, " gives 0 photos, expected at least 1");

  const std::vector<float> values = mean.values(o.rgb);
  const std::array<double, 3> channels = mean.of_channels(o.rgb);
  const int h = mean.size().height, w = mean.size().width;
  // Together or not at all.
  study_outputs files("cnnpool-dataset");
  const cnnpool::shape extents{.n = 1, .c = 3, .h = h, .w = w};
  cnnpool::detail::npy_to(files.add(o.out), cnnpool::feature_view<float>(values.data(), extents, cnnpool::nchw));
  if (!o.channels.empty()) {
    cnnpool::descriptors<float> row(1, 3);
    for (cnnpool::index_t c = 0; c < 3; ++c) row(0, c) = static_cast<float>(channels[static_cast<std::size_t>(c)]);
    cnnpool::detail::npy_to(files.add(o.channels), row);
  }
  if (!o.binaryproto.empty()) {
    cnnpool_caffe::BlobProto blob;
    blob.set_num(1);
    blob.set_channels(3);
    blob.set_height(h);
    blob.set_width(w);
    blob.mutable_data()->Add(values.begin(), values.end());
    files.add(o.binaryproto, blob.SerializeAsString());
  }
  files.commit();
  std::printf("mean of %s, %d x %d%s; --mean %.4f,%.4f,%.4f (%s); %s\n", photos_text(mean.count()).c_str(), w, h,
              out.text().c_str(), channels[0], channels[1], channels[2], o.rgb ? "RGB" : "BGR", o.out.c_str());
  return out.exit_code();
}

inline void add_mean(CLI::App& app, mean_options& o) {
  CLI::App* c = app.add_subcommand("mean", "the mean image and the mean of each channel");
  c->add_option("SOURCE", o.source, "a list, an LMDB that pack made, or a folder of photos")->required();
  c->add_option("--out", o.out, "the mean image, 1 x 3 x height x width, for --mean-image")->capture_default_str();
  c->add_option("--channels", o.channels, "a .npy of three numbers");
  c->add_option("--binaryproto", o.binaryproto, "the mean image as Caffe reads it (BGR there)");
  c->add_option("--size", o.size, "pixels of both sides; an LMDB has its own")->capture_default_str();
  c->add_flag("--rgb", o.rgb, "channels in the order red, green, blue; else BGR");
}

}  // namespace dataset
