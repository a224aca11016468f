// cnnpool-dataset augment: as many photos of every class as wanted, originals included.
//
// Round robin over the originals of a class. A copy's name and the seed fix its parameters, so the same command makes
// the same files, and a second run makes nothing. Originals are read, never written or removed; copies that are no
// longer wanted are removed. Only a list to train on is augmented: views of photos that validate would leak.
#pragma once

#include <set>

#include "../random_view.hpp"
#include "../study/photo.hpp"
#include "command.hpp"

namespace dataset {

struct augment_options {
  std::string source, out, format = "jpg";
  std::size_t wanted = 800;
  std::uint64_t seed = 1024;
  augmentation_ranges ranges;
};

namespace detail {

/// Raises where the list is one to validate with.
inline void refuse_validation(const photo_set& set, const fs::path& source) {
  const std::string stem = source.stem().string();
  if (stem.starts_with("val") || stem.starts_with("test"))
    cnnpool::raise("cnnpool-dataset augment: ", source.string(),
                   " is a list to validate with by its name, and only photos to train on are augmented");
  const fs::path validation = set.root / "val.txt";
  if (!fs::is_regular_file(source) || !fs::is_regular_file(validation)) return;
  std::set<fs::path> kept;
  for (const labelled_photo& p : read_list(validation).photos) kept.insert(p.path);
  for (const labelled_photo& p : set.photos)
    if (kept.contains(p.path))
      cnnpool::raise("cnnpool-dataset augment: ", p.path.string(), " is in ", validation.string(),
                     " too, and only photos to train on are augmented");
}

/// What the copies depend on; another text is another set of copies.
inline std::string augmentation_text(const augment_options& o) {
  return "seed " + std::to_string(o.seed) + "\nrotation " + std::to_string(o.ranges.rotation) + " degrees\nshift " +
         std::to_string(o.ranges.shift) + "\nshear " + std::to_string(o.ranges.shear) + " radians\nzoom " +
         std::to_string(o.ranges.zoom) + "\nflip " + (o.ranges.flip ? "yes" : "no") + "\nformat " + o.format + "\n";
}
inline void agree_with_earlier_run(const fs::path& out, const std::string& now) {
  const fs::path file = out / "augmentation.txt";
  if (fs::exists(file)) {
    std::ifstream in(file);
    const std::string before{std::istreambuf_iterator<char>(in), {}};
    if (before != now)
      cnnpool::raise("cnnpool-dataset augment: ", out.string(), " holds copies of other parameters (",
                     file.string(), "), expected the same ones or another --out");
  } else {
    write_file(file, now);
  }
}

inline std::vector<unsigned char> encoded(const cv::Mat& pixels, const std::string& format, const fs::path& path) {
  std::vector<unsigned char> bytes;
  if (!cv::imencode("." + format, pixels, bytes, {cv::IMWRITE_JPEG_QUALITY, 95}))
    cnnpool::raise("cnnpool-dataset: OpenCV cannot encode ", path.string(), " as ", format);
  return bytes;
}

inline std::string numbers_text(const view_parameters& v) {
  char text[200];
  std::snprintf(text, sizeof text, "%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%d\n", v.theta, v.tx, v.ty, v.shear, v.zx, v.zy,
                v.flip ? 1 : 0);
  return text;
}

/// A class of the set: its originals that can be read, and the names of its copies in the order in which they are made.
struct augmented_class {
  std::vector<labelled_photo> originals;
  std::vector<std::pair<std::size_t, fs::path>> copies = {};  ///< the number of the original, the file
};

inline augmented_class plan_class(const photo_set& set, const std::vector<labelled_photo>& originals,
                                  const augment_options& o) {
  augmented_class out{.originals = originals};
  const std::size_t n = originals.size();
  for (std::size_t k = 0; n != 0 && n + k < o.wanted; ++k) {
    const labelled_photo& of = originals[k % n];
    const std::string name = of.path.filename().string() + augmented_mark + std::to_string(k / n) + "." + o.format;
    out.copies.emplace_back(k % n, fs::path(o.out) / set.classes.at(of.label) / name);
  }
  return out;
}

/// Copies of an earlier run in the folder of a class that this one does not want.
inline std::size_t remove_surplus(const fs::path& folder, const augmented_class& plan) {
  if (!fs::is_directory(folder)) return 0;
  std::set<fs::path> wanted;
  for (const auto& [of, path] : plan.copies) wanted.insert(path);
  std::size_t removed = 0;
  for (const fs::path& path : entries(folder))
    if (is_augmented(path) && !wanted.contains(path) && fs::is_regular_file(fs::symlink_status(path))) {
      fs::remove(path);
      ++removed;
    }
  return removed;
}

}  // namespace detail

inline int run_augment(const augment_options& o) {
  const photo_set set = read_photo_set(o.source);
  detail::refuse_validation(set, o.source);
  if (o.wanted < 1) cnnpool::raise("cnnpool-dataset augment: --wanted is 0, expected at least 1");
  if (o.format != "jpg" && o.format != "png")
    cnnpool::raise("cnnpool-dataset augment: --format ", o.format, ", expected jpg or png");
  const augmentation_ranges& r = o.ranges;
  for (const double range : {r.rotation, r.shift, r.shear, r.zoom})
    if (!(range >= 0 && range <= 360))
      cnnpool::raise("cnnpool-dataset augment: a range is ", range, ", expected 0 or more");
  if (r.zoom >= 1) cnnpool::raise("cnnpool-dataset augment: --zoom is ", r.zoom, ", expected less than 1");
  for (const auto& [label, name] : set.classes)
    if (name.find('/') != std::string::npos || name == "." || name == "..")
      cnnpool::raise("cnnpool-dataset augment: the class \"", name, "\" cannot be a folder's name");
  const fs::path folder = o.out;
  make_folder_of_ours(folder);
  detail::agree_with_earlier_run(folder, detail::augmentation_text(o));

  left_out out;
  std::string views = "copy,original,theta,tx,ty,shear,zx,zy,flip\n";
  std::vector<labelled_photo> all;
  std::size_t originals = 0, copies = 0, made = 0, removed = 0, done = 0, expected = 0;
  const auto classes = set.by_class();
  for (const auto& [label, photos] : classes) expected += std::max(o.wanted, photos.size()) * (photos.empty() ? 0 : 1);
  {
    study_progress progress("augment");
    for (const auto& [label, photos] : classes) {
      std::vector<labelled_photo> good;
      std::vector<cv::Size> sizes;
      for (const labelled_photo& p : photos) {
        progress.at(++done, expected, set.place(p));
        photo read = read_photo(bytes_of(p.path.string()));
        if (read.pixels.empty()) {
          out.add(p.path, read.problem);
          continue;
        }
        good.push_back(p);
        sizes.push_back(read.pixels.size());
      }
      const detail::augmented_class plan = detail::plan_class(set, good, o);
      const fs::path of_class = folder / set.classes.at(label);
      if (!plan.copies.empty()) make_folder_of_ours(of_class);
      removed += detail::remove_surplus(of_class, plan);
      const std::size_t n = good.size();
      for (std::size_t i = 0; i < n; ++i) {  // all copies of one original at a time: it is decoded once
        cv::Mat original;
        for (std::size_t k = i; k < plan.copies.size(); k += n) {
          const fs::path& path = plan.copies[k].second;
          progress.at(++done, expected, path.filename().string());
          random_source random(o.seed, set.classes.at(label) + "/" + path.filename().string());
          const view_parameters view = draw_view(r, sizes[i], random);
          views += csv_field(path.lexically_relative(folder).string()) + "," + csv_field(set.place(good[i])) + "," +
                   detail::numbers_text(view);
          if (fs::exists(path)) continue;
          if (original.empty()) original = read_photo(bytes_of(good[i].path.string())).pixels;
          const auto bytes = detail::encoded(view_of(original, view), o.format, path);
          write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
          ++made;
        }
      }
      if (photos.size() > o.wanted)
        std::fprintf(stderr, "class %s has %zu originals, more than the %zu wanted: all stay\n",
                     set.classes.at(label).c_str(), photos.size(), o.wanted);
      if (good.empty())
        std::fprintf(stderr, "class %s has no photo that can be read\n", set.classes.at(label).c_str());
      originals += n;
      copies += plan.copies.size();
      all.insert(all.end(), good.begin(), good.end());
      for (const auto& [of, path] : plan.copies) all.push_back({path, label});
    }
  }
  study_outputs lists("cnnpool-dataset");
  lists.add(folder / "train.txt", list_text(all, folder / "train.txt"));
  lists.add(folder / "classes.txt", classes_text(set.classes));
  lists.add(folder / "views.csv", views);
  lists.commit();
  std::printf("%s: %zu originals and %zu copies (%zu made now, %zu removed)%s; train.txt in %s\n",
              plural(set.classes.size(), "class", "classes").c_str(), originals, copies, made, removed,
              out.text().c_str(), folder.c_str());
  return out.exit_code();
}

inline void add_augment(CLI::App& app, augment_options& o) {
  CLI::App* c =
      app.add_subcommand("augment", "as many photos of every class as wanted, by random views of the originals");
  c->add_option("SOURCE", o.source, "a list to train on (or a folder of class folders)")->required();
  c->add_option("--out", o.out, "folder of the copies and of their list")->required();
  c->add_option("--wanted", o.wanted, "photos per class, originals included")->capture_default_str();
  c->add_option("--seed", o.seed, "with a copy's name it fixes its parameters")->capture_default_str();
  c->add_option("--rotation", o.ranges.rotation, "degrees to both sides")->capture_default_str();
  c->add_option("--shift", o.ranges.shift, "share of the height, and of the width")->capture_default_str();
  c->add_option("--shear", o.ranges.shear, "radians")->capture_default_str();
  c->add_option("--zoom", o.ranges.zoom, "factors from 1 - this to 1 + this, rows and columns apart")
      ->capture_default_str();
  c->add_flag("!--no-flip", o.ranges.flip, "never left for right");
  c->add_option("--format", o.format, "jpg (quality 95) or png")->capture_default_str();
}

}  // namespace dataset
