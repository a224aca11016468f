// The policies that a study compares, each chosen by its name at run time, on float maps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/cnnpool.hpp>

struct study_policy {
  std::string name;
  /// x: one image; rectify: max(x, 0) while reading.
  std::function<void(const cnnpool::feature_view<float>& x, bool rectify, cnnpool::descriptors<float>& out,
                     cnnpool::workspace& memory)>
      pool;
};

template <class Policy>
study_policy study_policy_of(const std::string& name, const Policy& policy) {
  return {name, [policy](const cnnpool::feature_view<float>& x, bool rectify, cnnpool::descriptors<float>& out,
                         cnnpool::workspace& memory) {
            const cnnpool::index_t d = cnnpool::descriptor_size(policy, x.extents());
            if (out.rows() != 1 || out.cols() != d) out = cnnpool::descriptors<float>(1, d);
            if (rectify) cnnpool::pool_into(cnnpool::cpu{.threads = 1}, x, cnnpool::relu{} | policy, out, memory);
            else cnnpool::pool_into(cnnpool::cpu{.threads = 1}, x, policy, out, memory);
          }};
}

inline std::vector<study_policy> study_policies() {
  using namespace cnnpool;
  return {study_policy_of("sum", sum{} | l2{}),
          study_policy_of("max", max() | l2{}),
          study_policy_of("gem", pipelines::gem),
          study_policy_of("spoc", spoc{} | l2{}),
          study_policy_of("crow", crow{} | l2{}),
          study_policy_of("rmac", rmac{}),
          study_policy_of("rmac+max", pipelines::rmac_concat)};
}
