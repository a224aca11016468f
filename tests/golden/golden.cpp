// Against results that NumPy computed (scripts/make_golden.py).
#include <cnnpool/cnnpool.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace cnnpool;

namespace {

/// The congruence of make_golden.py.
std::vector<float> activations(index_t size) {
  std::vector<float> x;
  std::uint64_t state = 12345;
  for (index_t i = 0; i < size; ++i) {
    state = (state * 1103515245u + 12345u) % 2147483648u;
    x.push_back(static_cast<float>(std::max(static_cast<double>((state >> 8) % 1000) / 100 - 4, 0.)));
  }
  return x;
}

descriptors<float> pooled(const std::string& name, const feature_view<float>& x) {
  if (name == "sum") return pool(x, sum{});
  if (name == "average") return pool(x, average{});
  if (name == "max") return pool(x, max());
  if (name == "gem3") return pool(x, gem{});
  if (name == "gem2.5") return pool(x, gem{.p = 2.5});
  if (name == "spoc") return pool(x, spoc{});
  if (name == "crow") return pool(x, crow{});
  if (name == "rmac") return pool(x, rmac{});
  if (name == "rmac_whole") return pool(x, rmac{.whole_map = true});
  if (name == "max_power_l2") return pool(x, max() | power{} | l2{});
  FAIL("unknown policy " << name);
  return {};
}

}  // namespace

TEST_CASE("NumPy's results") {
  std::ifstream file(std::string(CNNPOOL_TEST_DATA) + "/golden/golden.txt");
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    std::istringstream in(line);
    std::string name;
    cnnpool::shape s;
    REQUIRE(in >> name >> s.c >> s.h >> s.w);
    INFO(name << " on " << to_string(s));
    const std::vector<float> values = activations(s.c * s.positions());
    const auto r = pooled(name, {values.data(), s, nchw});
    REQUIRE(r.cols() == s.c);
    for (index_t c = 0; c < s.c; ++c) {
      double expected = 0;
      REQUIRE(in >> expected);
      CHECK(r(0, c) == Approx(expected).epsilon(1e-5).margin(1e-6));
    }
    ++lines;
  }
  CHECK(lines == 50);
}
