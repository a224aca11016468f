// cnnpool-dataset split: every class divided into photos to train on and photos to validate with.
//
// The photos of a class stand in an order that the seed, the class's name and the photo's own name give each of them;
// the first 60 of 100 are trained on. So another class changes nothing, and a new photo moves at most one old one (none
// at all cannot be had from the names alone, while the share is exact). Split first, augment afterwards: else the
// validation photos are rotations of training photos.
#pragma once

#include <tuple>
#include <utility>

#include "../random_source.hpp"
#include "../study/photo.hpp"
#include "command.hpp"
#include "photo_check.hpp"
#include "rename_classes.hpp"

namespace dataset {

struct split_options {
  std::string source, out = ".", undo, without;
  double share = .6;
  int least = 1;
  std::uint64_t seed = 1024;
  bool rename = false;
};

struct split_lists {
  std::vector<labelled_photo> train, validation;
};

/// Classes of fewer than `least` photos are not trained on: all of their photos validate.
inline split_lists split(const photo_set& set, double share, std::uint64_t seed, int least) {
  split_lists out;
  for (auto& [label, photos] : set.by_class()) {
    std::vector<std::pair<std::uint64_t, labelled_photo>> mixed;
    for (const labelled_photo& p : photos)
      mixed.emplace_back(random_source(seed, set.classes.at(label) + "/" + p.path.filename().string()).bits(), p);
    std::ranges::sort(mixed, {}, [](const auto& p) { return std::tie(p.first, p.second.path); });
    // A class of two or more has photos in both lists; one of a single photo is trained on.
    const std::size_t n = mixed.size(), wanted = static_cast<std::size_t>(static_cast<double>(n) * share);
    const std::size_t train = n < static_cast<std::size_t>(least) ? 0
                              : n < 2                             ? n
                                                                  : std::clamp<std::size_t>(wanted, 1, n - 1);
    for (std::size_t i = 0; i < n; ++i) (i < train ? out.train : out.validation).push_back(mixed[i].second);
  }
  return out;
}

namespace detail {

/// Photos with the same bytes in two classes, or on both sides of the split, each named in one line.
inline std::size_t name_copies(const photo_set& set, const split_lists& lists,
                               const std::map<fs::path, std::string>& of) {
  struct place {
    const labelled_photo* photo;
    bool train;
  };
  std::map<std::string, std::vector<place>> same;
  for (const bool train : {true, false})
    for (const labelled_photo& p : train ? lists.train : lists.validation)
      if (const auto found = of.find(p.path); found != of.end()) same[found->second].push_back({&p, train});
  std::size_t copies = 0;
  for (const auto& [bytes, places] : same)
    for (std::size_t i = 1; i < places.size(); ++i) {
      const place &a = places[0], &b = places[i];
      if (a.photo->label == b.photo->label && a.train == b.train) continue;
      ++copies;
      std::fprintf(stderr, "the same bytes: %s (%s, %s) and %s (%s, %s)\n", set.place(*a.photo).c_str(),
                   set.classes.at(a.photo->label).c_str(), a.train ? "train" : "val", set.place(*b.photo).c_str(),
                   set.classes.at(b.photo->label).c_str(), b.train ? "train" : "val");
    }
  return copies;
}

}  // namespace detail

/// What a report of check calls broken.
inline void leave_out_broken(const fs::path& report, std::map<fs::path, std::string>& bytes, left_out& out) {
  std::size_t known = 0;
  const auto rows = read_csv(report, {"path", "kind", "detail"});
  for (auto row : rows) {
    known += bytes.contains(row["path"]) ? 1u : 0u;
    if (is_broken(row["kind"]) && bytes.erase(row["path"]) != 0)
      out.add(row["path"], row["kind"] + ": " + row["detail"]);
  }
  if (known == 0)
    cnnpool::raise("cnnpool-dataset split: ", report.string(), " names ", rows.size(),
                   " photos, none of which is in SOURCE");
}

inline int run_split(const split_options& o) {
  if (!o.undo.empty()) return undo_renaming(o.undo);
  if (o.source.empty()) cnnpool::raise("cnnpool-dataset split: SOURCE is missing, expected a folder or a list");
  if (!(o.share > 0 && o.share < 1))
    cnnpool::raise("cnnpool-dataset split: --share is ", o.share, ", expected more than 0 and less than 1");
  photo_set set = read_photo_set(o.source);
  left_out out;
  name_passed_over(set, out);
  const std::size_t copies_of_augment = std::erase_if(set.photos, [](const labelled_photo& p) { return p.copy; });
  if (copies_of_augment != 0)
    std::fprintf(stderr, "%s made by augment passed over\n", plural(copies_of_augment, "copy", "copies").c_str());
  if (o.least < 1) cnnpool::raise("cnnpool-dataset split: --least is ", o.least, ", expected at least 1");
  const fs::path folder = o.out;
  check_apart("split: --out", o.out, set, o.source);
  make_folder(folder);
  folder_outputs files(folder, {"train.txt", "val.txt", "classes.txt"});
  std::map<fs::path, std::string> bytes;  // a fingerprint of each photo's
  {
    study_progress progress("split");
    std::size_t done = 0;
    for (const labelled_photo& p : set.photos) {
      progress.at(++done, set.photos.size(), set.place(p));
      const auto read = bytes_of(p.path.string());
      if (read.empty()) {
        out.add(p.path, "cannot be read, or is empty");
        continue;
      }
      fingerprint f;
      f.add(read.data(), read.size());
      bytes[p.path] = f.text() + " " + std::to_string(read.size());
    }
  }
  if (!o.without.empty()) leave_out_broken(o.without, bytes, out);
  std::erase_if(set.photos, [&](const labelled_photo& p) { return !bytes.contains(p.path); });
  check_names(set);
  if (o.rename) rename_classes(set, bytes);
  const split_lists lists = split(set, o.share, o.seed, o.least);
  if (lists.train.empty() && !lists.validation.empty())
    cnnpool::raise("cnnpool-dataset split: 0 photos to train on: no class has the ", o.least, " that --least asks for");
  for (const auto& [label, photos] : set.by_class())
    if (photos.size() < static_cast<std::size_t>(o.least) && !photos.empty())
      std::fprintf(stderr, "class %s has %s, fewer than %d: none to train on\n", set.classes.at(label).c_str(),
                   photos_text(photos.size()).c_str(), o.least);
    else if (photos.size() < 2)
      std::fprintf(stderr, "class %s has %s: none to validate with\n", set.classes.at(label).c_str(),
                   photos_text(photos.size()).c_str());
  const std::size_t copies = detail::name_copies(set, lists, bytes);

  files.add("train.txt", list_text(lists.train, folder / "train.txt"));
  files.add("val.txt", list_text(lists.validation, folder / "val.txt"));
  files.add("classes.txt", classes_text(set.classes));
  files.commit();
  std::printf("%s of %s: %zu to train on, %zu to validate with%s%s; train.txt, val.txt and classes.txt in %s\n",
              photos_text(set.photos.size()).c_str(), plural(set.classes.size(), "class", "classes").c_str(),
              lists.train.size(), lists.validation.size(),
              copies == 0 ? "" : (", " + plural(copies, "copy", "copies") + " named above").c_str(), out.text().c_str(),
              folder.c_str());
  return out.exit_code();
}

inline void add_split(CLI::App& app, split_options& o) {
  CLI::App* c = app.add_subcommand("split", "train.txt, val.txt and classes.txt, a share of every class");
  c->add_option("SOURCE", o.source, "a folder of class folders, one with a groups.txt, or a list");
  c->add_option("--without", o.without, "a report of check: what is broken there is left out");
  c->add_option("--out", o.out, "folder of the lists")->capture_default_str();
  c->add_option("--share", o.share, "of a class to train on")->capture_default_str();
  c->add_option("--least", o.least, "a class of fewer photos is not trained on, all of them validate")
      ->capture_default_str();
  c->add_option("--seed", o.seed, "of the shuffling")->capture_default_str()->check(not_negative);
  c->add_flag("--rename", o.rename, "call the class folders 0, 1, ...; the undo list stays in SOURCE");
  c->add_option("--undo", o.undo, "FOLDER: give its classes their names back, nothing else");
}

}  // namespace dataset
