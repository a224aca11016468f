#include "adapters/policies.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/cnnpool.hpp>

namespace testing {

std::string policies_on(const cnnpool::any_feature_view& any) {
  using namespace cnnpool;
  const auto x = any.as<float>();
  const shape& s = x.extents();
  std::vector<float> copy;
  for (cnnpool::index_t n = 0; n < s.n; ++n)
    for (cnnpool::index_t c = 0; c < s.c; ++c)
      for (cnnpool::index_t h = 0; h < s.h; ++h)
        for (cnnpool::index_t w = 0; w < s.w; ++w) copy.push_back(x(n, c, h, w));
  const feature_view<float> plain(copy.data(), s, nchw);
  std::string names;
  const auto check = [&](const char* name, const auto& policy) {
    const auto got = pool(x, policy);
    const auto expected = pool(reference{}, plain, policy);
    bool same = got.rows() == expected.rows() && got.cols() == expected.cols() && got.rows() > 0;
    for (cnnpool::index_t i = 0; same && i < got.rows(); ++i)
      for (cnnpool::index_t j = 0; same && j < got.cols(); ++j)
        same = std::fabs(static_cast<double>(got(i, j)) - static_cast<double>(expected(i, j))) <=
               1e-5 * (1 + std::fabs(static_cast<double>(expected(i, j))));
    names += (names.empty() ? "" : " ") + std::string(name) + (same ? "" : "!");
  };
  check("sum", sum{});
  check("average", average{});
  check("max", max());
  check("gem", gem{});
  check("spoc", spoc{});
  check("crow", relu{} | crow{});
  check("rmac", rmac{});
  check("regional", regional(max() | l2{}, rmac_grid{}) | l2{});
  return names;
}

void ran(const std::string& framework, const std::string& version, const std::string& policies,
         const std::string& what) {
  const std::string line = framework + " | " + version + " | " + policies + " | " + what;
  std::cout << "ran: " << line << "\n";
  const std::filesystem::path folder = CNNPOOL_TEST_RAN;
  std::filesystem::create_directories(folder);
  std::ofstream(folder / (framework + ".txt")) << line << "\n";
}

}  // namespace testing
