// R-MAC whose regions are whitened before they are summed: the whitening is learned on the regions of the training
// photos, which are many more than the photos, and keeps as many dimensions as the reduced columns have: the last
// directions are noise, and whitening makes them as loud as the first. What cannot be learned is a sentence, and the
// other rows stay.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/fit/pca_whitening.hpp>

#include "pooled_layer.hpp"

/// The policies, those that learn something with what they learned; notes: why one of them is left out.
inline std::vector<study_policy> learned_policies(const feature_cache& cache, const study_photos& photos,
                                                  const std::string& layer, const std::vector<study_policy>& policies,
                                                  cnnpool::index_t dimensions, std::vector<std::string>& notes) {
  const auto& list = photos.training.empty() ? photos.task.database : photos.training;
  const auto& ok = photos.training.empty() ? photos.database_ok : photos.training_ok;
  std::vector<study_policy> out;
  for (const study_policy& policy : policies) {
    if (!policy.regions) {
      out.push_back(policy);
      continue;
    }
    try {
      cnnpool::covariance regions;
      for (std::size_t i = 0; i < list.size(); ++i) {
        stop_if_interrupted();
        if (ok[i] == 0) continue;
        const cnnpool::npy_array file = cache.read(list[i].name, base_of(layer), 0);
        visit(file.view(), [&]<class T>(const cnnpool::feature_view<T>& x) {
          if constexpr (std::is_same_v<T, float>) regions.add(policy.regions(x, is_rectified(layer)));
        });
      }
      const cnnpool::projection whole = cnnpool::fit_pca_whitening(regions);
      study_policy learned = policy.with(whole.truncated(std::min(dimensions, whole.output_size())));
      learned.name = policy.name;
      out.push_back(std::move(learned));
    } catch (const interruption&) {
      throw;
    } catch (const storage_failure&) {
      throw;
    } catch (const cnnpool::error& e) {
      notes.push_back("no row of " + layer + " " + policy.name + ": " + e.what());
    }
  }
  return out;
}
