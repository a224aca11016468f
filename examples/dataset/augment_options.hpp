// The options of cnnpool-dataset augment, and what it refuses: wrong numbers, classes that cannot be folders, lists to
// validate with.
#pragma once

#include <set>

#include "../random_view.hpp"
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

}  // namespace detail

inline void add_augment(CLI::App& app, augment_options& o) {
  CLI::App* c =
      app.add_subcommand("augment", "as many photos of every class as wanted, by random views of the originals");
  c->add_option("SOURCE", o.source, "a list to train on (or a folder of class folders)")->required();
  c->add_option("--out", o.out, "folder of the copies and of their list")->required();
  c->add_option("--wanted", o.wanted, "photos per class, originals included")->capture_default_str();
  c->add_option("--seed", o.seed, "with a copy's name it fixes its parameters")
      ->capture_default_str()
      ->check(not_negative);
  c->add_option("--rotation", o.ranges.rotation, "degrees to both sides")->capture_default_str();
  c->add_option("--shift", o.ranges.shift, "share of the height, and of the width")->capture_default_str();
  c->add_option("--shear", o.ranges.shear, "radians")->capture_default_str();
  c->add_option("--zoom", o.ranges.zoom, "factors from 1 - this to 1 + this, rows and columns apart")
      ->capture_default_str();
  c->add_flag("!--no-flip", o.ranges.flip, "never left for right");
  c->add_option("--format", o.format, "jpg (quality 95) or png")->capture_default_str();
}

}  // namespace dataset
