// cnnpool-dataset check: which photos are broken, and which are of another kind than three channels of 8 bits.
#pragma once

#include "command.hpp"
#include "photo_check.hpp"

namespace dataset {

/// The columns of a report; path is the whole one.
inline constexpr const char* report_head = "photo,class,width,height,kind,detail,path";

struct check_options {
  std::string source, report = "check.csv", move_to;
  int least_side = 32;
};

namespace detail {

/// Moves a file to a folder that may be on another file system; a file of that name that is there keeps it.
inline fs::path move_photo(const fs::path& from, const fs::path& to) {
  make_folder(to.parent_path());
  if (fs::is_symlink(from)) {  // a relative one would lead nowhere from there
    const fs::path link = fs::weakly_canonical(from);
    std::error_code failed;
    fs::create_symlink(link, to, failed);
    if (!failed) fs::remove(from, failed);
    if (failed)
      cnnpool::raise("cnnpool-dataset check: the link ", from.string(), " cannot be moved to ", to.string(), ": ",
                     failed.message());
    return to;
  }
  fs::path free = to;
  for (int k = 2; fs::exists(fs::symlink_status(free)); ++k)
    free = to.parent_path() / (to.stem().string() + "." + std::to_string(k) + to.extension().string());
  std::error_code failed;
  fs::rename(from, free, failed);
  if (!failed) return free;
  failed.clear();
  fs::copy_file(from, free, failed);
  if (failed) {
    std::error_code ignored;
    fs::remove(free, ignored);
    cnnpool::raise("cnnpool-dataset check: ", from.string(), " cannot be moved to ", free.string(), ": ",
                   failed.message());
  }
  fs::remove(from, failed);
  if (failed)
    cnnpool::raise("cnnpool-dataset check: ", from.string(), " was copied to ", free.string(),
                   ", but cannot be removed: ", failed.message());
  return free;
}

}  // namespace detail

inline int run_check(const check_options& o) {
  const photo_set set = read_photo_set(o.source);
  if (o.least_side < 1) cnnpool::raise("cnnpool-dataset check: --min-side is ", o.least_side, ", expected at least 1");
  if (!o.move_to.empty() && lies_in(o.move_to, set.root))
    cnnpool::raise("cnnpool-dataset check: --move-to ", o.move_to, " lies in ", set.root.string(),
                   ", expected a folder outside");
  check_ours(o.report, report_head);
  check_file_apart("check: --report", o.report, set, o.source);
  std::map<photo_kind, std::size_t> count;
  std::vector<std::pair<const labelled_photo*, checked_photo>> broken;
  std::string csv = std::string(report_head) + "\n";
  const auto say = [&](const labelled_photo& p, const checked_photo& found) {
    std::fprintf(stderr, "%s: %s: %s\n", to_string(found.kind), one_line(set.place(p)).c_str(), found.detail.c_str());
  };
  {
    study_progress progress("check");
    std::size_t done = 0;
    for (const labelled_photo& p : set.photos) {
      progress.at(++done, set.photos.size(), set.place(p));
      const checked_photo found = check_photo(bytes_of(p.path.string()), o.least_side);
      ++count[found.kind];
      csv += csv_field(set.place(p)) + "," + csv_field(set.classes.at(p.label)) + "," + std::to_string(found.width) +
             "," + std::to_string(found.height) + "," + to_string(found.kind) + "," + csv_field(found.detail) + "," +
             csv_field(p.path.string()) + "\n";
      if (found.kind == photo_kind::good) continue;
      if (is_broken(found.kind)) broken.emplace_back(&p, found);
      else say(p, found);
    }
  }
  write_file(o.report, csv);
  for (const auto& [p, found] : broken) {
    say(*p, found);
    if (o.move_to.empty()) continue;
    const fs::path place = set.place(*p);
    detail::move_photo(p->path, fs::path(o.move_to) /
                                    (place.is_absolute() ? set.classes.at(p->label) / place.filename() : place));
  }
  left_out others;
  name_passed_over(set, others);
  std::string kinds;
  for (const auto& [kind, n] : count)
    if (kind != photo_kind::good) kinds += (kinds.empty() ? " (" : ", ") + std::to_string(n) + " " + to_string(kind);
  std::printf("%s of %s: %zu broken%s%s%s; report in %s\n", photos_text(set.photos.size()).c_str(),
              plural(set.classes.size(), "class", "classes").c_str(), broken.size(), kinds.c_str(),
              kinds.empty() ? "" : ")", o.move_to.empty() || broken.empty() ? "" : (", moved to " + o.move_to).c_str(),
              o.report.c_str());
  return broken.empty() ? others.exit_code() : something_left_out;
}

inline void add_check(CLI::App& app, check_options& o) {
  CLI::App* c = app.add_subcommand("check", "find broken photos, and photos of other kinds; nothing is ever deleted");
  c->add_option("SOURCE", o.source, "a folder of class folders, one with a groups.txt, or a list")->required();
  c->add_option("--report", o.report, "CSV file with a line per photo")->capture_default_str();
  c->add_option("--move-to", o.move_to, "folder that broken photos are moved to");
  c->add_option("--min-side", o.least_side, "pixels of the shorter side, fewer are too small")->capture_default_str();
}

}  // namespace dataset
