// The published pipelines that need no training, under one word each: pool(x, pipelines::crow).
#pragma once

#include "compose.hpp"
#include "policy/crow.hpp"
#include "policy/gem.hpp"
#include "policy/max.hpp"
#include "policy/rmac.hpp"
#include "policy/spoc.hpp"
#include "policy/sum.hpp"
#include "post/l2.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::pipelines {

/// MAC: max, L2.
inline constexpr chain<max_policy, l2> mac{};
/// SPoC before its whitening: centre-weighted sum, L2.
inline constexpr chain<cnnpool::spoc, l2> spoc{};
/// uCroW before its whitening: sum, L2.
inline constexpr chain<sum, l2> ucrow{};
/// CroW before its whitening: CroW, L2.
inline constexpr chain<cnnpool::crow, l2> crow{};
/// GeM: p = 3, L2.
inline constexpr chain<gem_p<3>, l2> gem{};
/// R-MAC: regional maxima, L2, sum, L2.
inline constexpr cnnpool::rmac rmac{};
/// The variant that the blog post reports as 2 to 3 points better: [ sum of the regions ; global ].
inline constexpr cnnpool::rmac rmac_concat{.combination = rmac_combination::concat};

}  // namespace cnnpool::pipelines
