// The descriptors of all photos of a study by one layer and policy, pooled from the cache, and the time of each map.
#pragma once

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/cnnpool.hpp>

#include "features.hpp"
#include "policies.hpp"
#include "study_photos.hpp"

struct pooled_layer {
  cnnpool::descriptors<float> database, queries, training;
  std::vector<double> times;

  /// The median: one pass may meet another program.
  double microseconds() const {
    std::vector<double> t = times;
    const auto middle = t.begin() + static_cast<std::ptrdiff_t>(t.size() / 2);
    std::nth_element(t.begin(), middle, t.end());
    return *middle;
  }
};

/// NAME+relu is read from the file of NAME, and rectified.
inline constexpr const char* relu_suffix = "+relu";
inline bool is_rectified(const std::string& layer) { return layer.ends_with(relu_suffix); }
inline std::string base_of(const std::string& layer) {
  return is_rectified(layer) ? layer.substr(0, layer.size() - std::string(relu_suffix).size()) : layer;
}

namespace study_detail {

/// Row `to` of out: the photo at every scale, averaged; L2 after that.
inline void combine_scales(const cnnpool::descriptors<float>& scales, std::span<float> out) {
  const auto d = cnnpool::pool(cnnpool::as_view(scales, {.axes = "wc"}), cnnpool::average{} | cnnpool::l2{});
  std::ranges::copy(d.row(0), out.begin());
}

}  // namespace study_detail

/// One result per policy. shown: the layer's name beside the progress.
inline std::vector<pooled_layer> pool_layer(const feature_cache& cache, const study_photos& photos,
                                            const std::string& layer, const std::vector<study_policy>& policies,
                                            const std::string& shown) {
  using cnnpool::descriptors;
  using cnnpool::index_t;
  std::vector<pooled_layer> out(policies.size());
  std::vector<descriptors<float>> one(policies.size());
  cnnpool::workspace memory;
  const bool rectify = is_rectified(layer);
  study_progress progress("pooling " + shown);
  std::size_t done = 0;
  const auto each = [&](const std::vector<study_photo>& list, const std::vector<char>& ok,
                        descriptors<float> pooled_layer::*rows) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      stop_if_interrupted();
      progress.at(++done, photos.count(), list[i].name);
      if (ok[i] == 0) continue;
      std::vector<descriptors<float>> by_scale(policies.size());
      for (std::size_t s = 0; s < cache.scales().size(); ++s) {
        const cnnpool::npy_array file = cache.read(list[i].name, base_of(layer), s);
        visit(file.view(), [&]<class T>(const cnnpool::feature_view<T>& x) {
          if constexpr (std::is_same_v<T, float>)
            for (std::size_t p = 0; p < policies.size(); ++p) {
              const auto start = std::chrono::steady_clock::now();
              policies[p].pool(x, rectify, one[p], memory);
              const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
              out[p].times.push_back(time.count());
              if (s == 0) by_scale[p] = descriptors<float>(static_cast<index_t>(cache.scales().size()), one[p].cols());
              std::ranges::copy(one[p].row(0), by_scale[p].row(static_cast<index_t>(s)).begin());
            }
        });
      }
      for (std::size_t p = 0; p < policies.size(); ++p) {
        auto& to = out[p].*rows;
        if (to.rows() == 0) to = descriptors<float>(static_cast<index_t>(list.size()), by_scale[p].cols());
        if (by_scale[p].rows() == 1) std::ranges::copy(by_scale[p].row(0), to.row(static_cast<index_t>(i)).begin());
        else study_detail::combine_scales(by_scale[p], to.row(static_cast<index_t>(i)));
      }
    }
  };
  each(photos.task.database, photos.database_ok, &pooled_layer::database);
  each(photos.task.queries, photos.queries_ok, &pooled_layer::queries);
  each(photos.training, photos.training_ok, &pooled_layer::training);
  return out;
}
