// What random numbers are drawn for in a training.
#pragma once

#include "../random_source.hpp"

namespace finetune {

enum class purpose : std::uint64_t { order, batch, view, dropout, new_layer, check };

/// which: the epoch, the photo, ...
inline random_source random_for(std::uint64_t seed, purpose what, std::initializer_list<std::uint64_t> which) {
  return random_source(seed + static_cast<std::uint64_t>(what) * 0x9e3779b97f4a7c15u, which);
}

}  // namespace finetune
