// The policies that a study compares, each chosen by its name at run time, on float maps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <cnnpool/core/descriptors.hpp>
#include <cnnpool/core/feature_view.hpp>
#include <cnnpool/kernel/scratch.hpp>
#include <cnnpool/post/projection.hpp>

struct study_policy {
  std::string name;
  /// x: one image; rectify: max(x, 0) while reading.
  std::function<void(const cnnpool::feature_view<float>& x, bool rectify, cnnpool::descriptors<float>& out,
                     cnnpool::workspace& memory)>
      pool;
  /// Of those that learn a whitening of their regions first: the regions of one image, and the policy with it.
  std::function<cnnpool::descriptors<float>(const cnnpool::feature_view<float>& x, bool rectify)> regions = {};
  std::function<study_policy(const cnnpool::projection& whitening)> with = {};
};

/// Of a map of one position, which every policy would give as it is.
study_policy no_pooling();
/// All that can be named; the first usual_policies are compared when nothing is. A unit of its own: half of what the
/// study compiles are these policies.
std::vector<study_policy> study_policies();
inline constexpr std::size_t usual_policies = 7;
