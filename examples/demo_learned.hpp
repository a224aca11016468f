// The rows of the demo that learn something first. Everything is fitted on the reference maps only; no query is seen.
#pragma once

#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/fit/codebook.hpp>
#include <cnnpool/fit/pca_whitening.hpp>

namespace demo {

/// The positions of all maps that are not all zero, as rows.
inline cnnpool::descriptors<float> local_descriptors(const cnnpool::feature_view<float>& x) {
  const cnnpool::shape& e = x.extents();
  std::vector<float> values;
  for (cnnpool::index_t n = 0; n < e.n; ++n)
    for (cnnpool::index_t h = 0; h < e.h; ++h)
      for (cnnpool::index_t w = 0; w < e.w; ++w) {
        bool any = false;
        for (cnnpool::index_t c = 0; c < e.c; ++c) any = any || x(n, c, h, w) != 0;
        for (cnnpool::index_t c = 0; any && c < e.c; ++c) values.push_back(x(n, c, h, w));
      }
  cnnpool::descriptors<float> rows(static_cast<cnnpool::index_t>(values.size()) / e.c, e.c);
  std::copy(values.begin(), values.end(), rows.data());
  return rows;
}

/// row(name, learn) for each: learn() fits, and gives the policy.
template <class Row>
void learned_rows(const cnnpool::feature_view<float>& references, const Row& row) {
  using namespace cnnpool;
  row("gem | l2 | whiten{32} | l2", [&] {
    return pipelines::gem | fit_pca_whitening(pool(references, pipelines::gem), {.dimensions = 32}) | l2{};
  });
  row("rmac, whitened regions, 128", [&] {
    const auto whitening =
        fit_pca_whitening(pool_regions(references, max() | l2{}, rmac_grid{}), {.dimensions = 128});
    return regional(max() | l2{} | whitening | l2{}, rmac_grid{}) | l2{};
  });
  row("vlad{64}, power, intra", [&] {
    const codebook words = fit_codebook(local_descriptors(references), {.clusters = 64, .seed = 1, .iterations = 10});
    return vlad(words, {.power = true, .intra = true});
  });
  row("mop-vlad on the map, 4 x 4", [&] {
    const auto windows = pool_regions(references, max() | l2{}, sliding_grid{.window = 4, .stride = 1});
    mop_map_level level{.window = 4, .stride = 1};
    level.level.centres = fit_codebook(windows, {.clusters = 32, .seed = 1, .iterations = 10});
    return mop_map(max() | l2{}, std::vector<mop_map_level>{{}, level}) | l2{};
  });
}

}  // namespace demo
