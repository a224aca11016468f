#include "policies.hpp"

#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/cnnpool.hpp>

namespace {

template <class Policy>
study_policy study_policy_of(const std::string& name, const Policy& policy) {
  return {.name = name,
          .pool = [policy](const cnnpool::feature_view<float>& x, bool rectify, cnnpool::descriptors<float>& out,
                           cnnpool::workspace& memory) {
            const cnnpool::index_t d = cnnpool::descriptor_size(policy, x.extents());
            if (out.rows() != 1 || out.cols() != d) out = cnnpool::descriptors<float>(1, d);
            if (rectify)
              cnnpool::pool_into(cnnpool::cpu{.threads = 1}, x, cnnpool::relu{} | policy, out, memory);
            else
              cnnpool::pool_into(cnnpool::cpu{.threads = 1}, x, policy, out, memory);
          }};
}

/// R-MAC on regions that are whitened, each of length 1 again after that.
study_policy whitened_regions(const std::string& name) {
  using namespace cnnpool;
  study_policy out{.name = name, .pool = {}};
  out.regions = [](const feature_view<float>& x, bool rectify) {
    return rectify ? pool_regions(cpu{.threads = 1}, x, relu{} | max() | l2{}, rmac_grid{})
                   : pool_regions(cpu{.threads = 1}, x, max() | l2{}, rmac_grid{});
  };
  out.with = [name](const projection& whitening) {
    return study_policy_of(name, regional(max() | l2{} | whitening | l2{}, rmac_grid{}) | l2{});
  };
  return out;
}

}  // namespace

study_policy no_pooling() { return study_policy_of("none", cnnpool::sum{} | cnnpool::l2{}); }

std::vector<study_policy> study_policies() {
  using namespace cnnpool;
  return {study_policy_of("sum", sum{} | l2{}),
          study_policy_of("max", max() | l2{}),
          study_policy_of("gem", pipelines::gem),
          study_policy_of("spoc", spoc{} | l2{}),
          study_policy_of("crow", crow{} | l2{}),
          study_policy_of("rmac", rmac{}),
          study_policy_of("rmac+max", pipelines::rmac_concat),
          // Only when they are named:
          study_policy_of("average", average{} | l2{}),
          study_policy_of("rmac1", rmac{.levels = 1}),
          study_policy_of("rmac2", rmac{.levels = 2}),
          study_policy_of("rmac4", rmac{.levels = 4}),
          whitened_regions("rmac-whitened")};
}
