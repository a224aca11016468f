// cnnpool-dataset augment: as many photos of every class as wanted, originals included.
//
// Round robin over the originals of a class, by name. A copy's name and the seed fix its parameters, so the same
// command makes the same files, and a second run makes nothing. views.csv is the record of what this program made: it
// stands before the first copy does, and only what an earlier one names is ever removed or made again (where it is no
// longer wanted, or its original has changed). Originals are read, never written or removed. Only a list to train on is
// augmented: views of photos that validate would leak.
#pragma once

#include <set>
#include <tuple>

#include "../random_view.hpp"
#include "../study/photo.hpp"
#include "command.hpp"

namespace dataset {

struct augment_options {
  std::string source, out, format = "jpg";
  std::int64_t wanted = 800;
  std::uint64_t seed = 1024;
  augmentation_ranges ranges;
};

namespace detail {

/// Raises where the list is one to validate with.
inline void refuse_validation(const photo_set& set, const fs::path& source) {
  const std::string stem = source.stem().string();
  if (fs::is_regular_file(source) && (stem == "val" || stem == "validation" || stem == "test"))
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
inline void agree_with_earlier_run(const fs::path& out, const std::string& now, bool made_any) {
  const fs::path file = out / "augmentation.txt";
  if (made_any && fs::exists(file)) {
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

/// A copy that is to be made: its original, its file, its view.
struct planned_copy {
  labelled_photo original;
  fs::path path;
  std::string bytes;  ///< a fingerprint of the original's
  view_parameters view;

  std::string line(const photo_set& set, const fs::path& folder) const {
    return csv_field(path.lexically_relative(folder).string()) + "," + csv_field(set.place(original)) + "," + bytes +
           "," + numbers_text(view);
  }
};

struct readable_photo {
  labelled_photo photo;
  cv::Size size;
  std::string bytes;
};

/// The copies of a class. Two originals of one name have their folder's name in front of it.
inline std::vector<planned_copy> plan_class(const photo_set& set, std::vector<readable_photo> originals,
                                            const augment_options& o) {
  std::vector<planned_copy> out;
  const auto name_of = [](const readable_photo& p) { return p.photo.path.filename().string(); };
  std::ranges::sort(originals, {}, [&](const readable_photo& p) { return std::pair(name_of(p), p.photo.path); });
  std::map<std::string, int> count;
  for (const readable_photo& p : originals) ++count[name_of(p)];
  std::set<std::string> used;
  const std::size_t n = originals.size();
  for (std::size_t k = 0; n != 0 && n + k < static_cast<std::size_t>(o.wanted); ++k) {
    const readable_photo& of = originals[k % n];
    const std::string parent = of.photo.path.parent_path().filename().string();
    const std::string name = (count[name_of(of)] > 1 ? parent + "_" : "") + name_of(of) + augmented_mark +
                             std::to_string(k / n) + "." + o.format;
    if (!used.insert(name).second)
      cnnpool::raise("cnnpool-dataset augment: two originals of class ", set.classes.at(of.photo.label),
                     " would have the copy ", name, "; rename one of them");
    random_source random(o.seed, set.classes.at(of.photo.label) + "/" + name);
    out.push_back({of.photo, whole_path(o.out) / set.classes.at(of.photo.label) / name, of.bytes,
                   draw_view(o.ranges, of.size, random)});
  }
  return out;
}

/// What an earlier run made: copy -> the line of its record.
using earlier_copies = std::map<fs::path, std::string>;
inline constexpr const char* views_head = "copy,original,bytes,theta,tx,ty,shear,zx,zy,flip";

inline earlier_copies read_views(const fs::path& folder) {
  earlier_copies out;
  if (!fs::exists(folder / "views.csv")) return out;
  check_ours(folder / "views.csv", views_head);
  for (auto& row : read_csv(folder / "views.csv", {"copy", "original", "bytes"}))
    out[folder / row["copy"]] = row["bytes"];
  return out;
}

inline void check_augment(const photo_set& set, const augment_options& o) {
  if (o.wanted < 1 || o.wanted > 1000000)
    cnnpool::raise("cnnpool-dataset augment: --wanted is ", o.wanted, ", expected 1 to 1000000");
  if (o.format != "jpg" && o.format != "png")
    cnnpool::raise("cnnpool-dataset augment: --format ", o.format, ", expected jpg or png");
  const augmentation_ranges& r = o.ranges;
  if (!(r.rotation >= 0 && r.rotation <= 180))
    cnnpool::raise("cnnpool-dataset augment: --rotation is ", r.rotation, ", expected 0 to 180");
  for (const auto& [name, range] : {std::pair("shift", r.shift), {"shear", r.shear}, {"zoom", r.zoom}})
    if (!(range >= 0 && range < 1))
      cnnpool::raise("cnnpool-dataset augment: --", name, " is ", range, ", expected 0 to less than 1");
  std::map<std::string, int> numbers;
  for (const auto& [label, name] : set.classes) {
    if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
      cnnpool::raise("cnnpool-dataset augment: the class \"", name, "\" cannot be a folder's name");
    if (const auto [before, added] = numbers.emplace(name, label); !added)
      cnnpool::raise("cnnpool-dataset augment: classes ", before->second, " and ", label, " are both called ", name);
  }
}

/// The photos that can be read, class by class.
inline std::map<int, std::vector<readable_photo>> read_originals(const photo_set& set, left_out& out) {
  std::map<int, std::vector<readable_photo>> good;
  study_progress progress("reading");
  std::size_t done = 0;
  for (const labelled_photo& p : set.photos) {
    progress.at(++done, set.photos.size(), set.place(p));
    const auto bytes = bytes_of(p.path.string());
    const photo read = read_photo(bytes);
    if (read.pixels.empty()) {
      out.add(p.path, read.problem);
      continue;
    }
    fingerprint f;
    f.add(bytes.data(), bytes.size());
    good[p.label].push_back({p, read.pixels.size(), f.text()});
  }
  return good;
}

/// Makes what is not there yet, or is of an original that has changed. The number made; what has too long a name is
/// left out, and taken from the plan.
inline std::size_t make_copies(std::vector<planned_copy>& plan, const earlier_copies& earlier,
                               const std::string& format, left_out& out) {
  // All copies of one original one after the other: it is decoded once.
  std::ranges::stable_sort(plan, {}, [](const planned_copy& c) { return c.original.path; });
  study_progress progress("augment");
  std::size_t made = 0, done = 0;
  std::pair<fs::path, cv::Mat> original;
  std::vector<planned_copy> there;
  for (const planned_copy& c : plan) {
    progress.at(++done, plan.size(), c.path.filename().string());
    constexpr std::size_t longest_name = 230;  // of 255, with the ending of a temporary
    if (c.path.filename().string().size() > longest_name) {
      out.add(c.path, "its name is too long");
      continue;
    }
    there.push_back(c);
    const auto before = earlier.find(c.path);
    if (fs::exists(c.path)) {
      if (before == earlier.end())
        cnnpool::raise("cnnpool-dataset augment: ", c.path.string(),
                       " is there, and this program did not make it; choose ", "another --out");
      if (before->second == c.bytes) continue;
    }
    if (original.first != c.original.path)
      original = {c.original.path, read_photo(bytes_of(c.original.path.string())).pixels};
    const auto bytes = encoded(view_of(original.second, c.view), format, c.path);
    write_file(c.path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    ++made;
  }
  plan = std::move(there);
  return made;
}

}  // namespace detail

inline int run_augment(const augment_options& o) {
  photo_set set = read_photo_set(o.source);
  detail::refuse_validation(set, o.source);
  std::erase_if(set.photos, [](const labelled_photo& p) { return p.copy; });
  detail::check_augment(set, o);
  const fs::path folder = whole_path(o.out);
  make_folder_of_ours(folder);
  folder_outputs lists(folder, {"train.txt", "classes.txt"});
  const detail::earlier_copies earlier = detail::read_views(folder);
  detail::agree_with_earlier_run(folder, detail::augmentation_text(o), !earlier.empty());

  left_out out;
  name_passed_over(set, out);
  const auto good = detail::read_originals(set, out);
  std::vector<detail::planned_copy> plan;
  std::size_t originals = 0, removed = 0;
  for (const auto& [label, name] : set.classes) {
    const auto at = good.find(label);
    const std::size_t n = at == good.end() ? 0 : at->second.size();
    if (n == 0) std::fprintf(stderr, "class %s has no photo that can be read\n", name.c_str());
    if (n > static_cast<std::size_t>(o.wanted))
      std::fprintf(stderr, "class %s has %zu originals, more than the %lld wanted: all stay\n", name.c_str(), n,
                   static_cast<long long>(o.wanted));
    if (n == 0) continue;
    originals += n;
    auto of_class = detail::plan_class(set, at->second, o);
    if (!of_class.empty()) make_folder_of_ours(folder / name);
    plan.insert(plan.end(), of_class.begin(), of_class.end());
  }

  // The record stands before the copies: those of a run that was killed are known as such. An original that changed is
  // recorded as it was until its copies are made again.
  std::string views = std::string(detail::views_head) + "\n";
  std::set<fs::path> wanted;
  for (const auto& c : plan) {
    wanted.insert(c.path);
    detail::planned_copy recorded = c;
    if (const auto before = earlier.find(c.path); before != earlier.end()) recorded.bytes = before->second;
    views += recorded.line(set, folder);
  }
  for (const auto& [path, bytes] : earlier)
    if (!wanted.contains(path))
      views += csv_field(path.lexically_relative(folder).string()) + ",," + bytes + ",0,0,0,0,1,1,0\n";
  write_file(folder / "views.csv", views);
  const std::size_t made = detail::make_copies(plan, earlier, o.format, out);
  for (const auto& [path, bytes] : earlier)
    if (!wanted.contains(path) && fs::is_regular_file(fs::symlink_status(path))) removed += fs::remove(path) ? 1u : 0u;

  std::vector<labelled_photo> all;
  for (const auto& [label, of_class] : good)
    for (const auto& p : of_class) all.push_back(p.photo);
  views = std::string(detail::views_head) + "\n";
  for (const auto& c : plan) {
    all.push_back({c.path, c.original.label, true});
    views += c.line(set, folder);
  }
  std::ranges::sort(all, {}, [](const labelled_photo& p) { return std::tuple(p.label, p.copy, p.path); });
  lists.add("train.txt", list_text(all, folder / "train.txt"));
  lists.add("classes.txt", classes_text(set.classes));
  lists.commit();
  write_file(folder / "views.csv", views);
  std::printf("%s: %zu originals and %zu copies (%zu made now, %zu removed)%s; train.txt in %s\n",
              plural(set.classes.size(), "class", "classes").c_str(), originals, plan.size(), made, removed,
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
