// cnnpool-dataset augment: as many photos of every class as wanted, originals included.
//
// Round robin over the originals of a class, by name. A copy's name and the seed fix its parameters, so the same
// command makes the same files, and a second run makes nothing. views.csv is the record of what this program made: it
// stands before the first copy does, and only what an earlier one names is ever removed or made again (where it is no
// longer wanted, or its original has changed). Originals are read, never written or removed. Only a list to train on is
// augmented: views of photos that validate would leak.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "augment_options.hpp"
#include "read_photo.hpp"

namespace dataset {

namespace detail {

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

using decoded_originals = std::map<fs::path, cv::Mat>;

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

/// The photos that can be read, class by class. Their pixels are kept for their copies up to a gigabyte; beyond that a
/// photo is decoded a second time when its copies are made.
inline std::map<int, std::vector<readable_photo>> read_originals(const photo_set& set, decoded_originals& kept,
                                                                 left_out& out) {
  std::map<int, std::vector<readable_photo>> good;
  study_progress progress("reading");
  std::size_t done = 0, bytes_kept = 0;
  for (const labelled_photo& p : set.photos) {
    progress.at(++done, set.photos.size(), set.place(p));
    const auto bytes = bytes_of(p.path.string());
    const decoded_photo read = decode_or_leave_out(p, bytes, out);
    if (read.pixels.empty()) continue;
    fingerprint f;
    f.add(bytes.data(), bytes.size());
    good[p.label].push_back({p, read.pixels.size(), f.text()});
    constexpr std::size_t most_kept = std::size_t{1} << 30;
    const std::size_t size = read.pixels.total() * read.pixels.elemSize();
    if (bytes_kept + size > most_kept) continue;
    bytes_kept += size;
    kept[p.path] = read.pixels;
  }
  return good;
}

/// Makes what is not there yet, or is of an original that has changed. The number made; what has too long a name is
/// left out, and taken from the plan.
inline std::size_t make_copies(std::vector<planned_copy>& plan, const earlier_copies& earlier,
                               decoded_originals& kept, const std::string& format, left_out& out) {
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
    if (original.first != c.original.path) {
      const auto decoded = kept.find(c.original.path);
      original = {c.original.path, decoded == kept.end() ? decode_photo(bytes_of(c.original.path.string())).pixels
                                                         : decoded->second};
    }
    if (original.second.empty())
      cnnpool::raise("cnnpool-dataset augment: ", c.original.path.string(), " has changed while its copies were made");
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
  check_names(set);
  detail::check_augment(set, o);
  const fs::path folder = whole_path(o.out);
  check_apart("augment: --out", o.out, set, o.source);
  make_folder(folder);
  folder_outputs lists(folder, {"train.txt", "classes.txt"});
  const detail::earlier_copies earlier = detail::read_views(folder);
  detail::agree_with_earlier_run(folder, detail::augmentation_text(o), !earlier.empty());

  left_out out;
  name_passed_over(set, out);
  detail::decoded_originals kept;
  const auto good = detail::read_originals(set, kept, out);
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
    if (!of_class.empty()) make_folder(folder / name);
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
  const std::size_t made = detail::make_copies(plan, earlier, kept, o.format, out);
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

}  // namespace dataset
