// Photos that are trained on and validate too: their mAP says too much.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "../study/photo.hpp"
#include "photo_list.hpp"

namespace finetune {

/// Validation photos with the bytes of a training photo, in one line; nothing where there is none. Files of another
/// size are not read.
inline std::string shared_photos(const std::vector<labelled_photo>& train, const std::vector<labelled_photo>& val) {
  const auto size_of = [](const labelled_photo& p) {
    std::error_code unknown;
    const auto size = std::filesystem::file_size(p.path, unknown);
    return unknown ? std::uintmax_t{0} : size;
  };
  const auto bytes_text = [](const labelled_photo& p) {
    const auto bytes = bytes_of(p.path);
    fingerprint f;
    f.add(bytes.data(), bytes.size());
    return f.text();
  };
  std::map<std::uintmax_t, std::vector<const labelled_photo*>> of_size;
  for (const labelled_photo& p : train) of_size[size_of(p)].push_back(&p);
  std::size_t count = 0;
  std::string first;
  for (const labelled_photo& p : val) {
    const std::uintmax_t size = size_of(p);
    if (size == 0 || !of_size.contains(size)) continue;
    const std::string bytes = bytes_text(p);
    const auto& same_size = of_size.at(size);
    const auto same = std::ranges::find_if(same_size, [&](const auto* other) { return bytes_text(*other) == bytes; });
    if (same == same_size.end()) continue;
    if (count++ == 0) first = p.name + (p.path == (*same)->path ? "" : " is " + (*same)->name);
  }
  if (count == 0) return {};
  return "warning: " + std::to_string(count) + " of " + std::to_string(val.size()) +
         " validation photos are trained on too (" + first + "): their mAP says too much";
}

}  // namespace finetune
