// Policies and stages put together with | and concat, and a loop that allocates nothing.
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "standard_output.hpp"

using namespace cnnpool;

int main() {
  // Two images of 2 channels, 4 x 6.
  std::vector<float> values(2 * 2 * 4 * 6);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7);
  const feature_view<float> x(values.data(), {.n = 2, .c = 2, .h = 4, .w = 6}, nchw);

  // A chain is a policy: max pooling, then the signed square root, then length 1.
  const auto chain = max() | power{} | l2{};
  const auto d = pool(x, chain);
  std::printf("max | power | l2: %td x %td, first %.3f %.3f\n", d.rows(), d.cols(), static_cast<double>(d(0, 0)),
              static_cast<double>(d(0, 1)));

  // One pass over the memory for all the parts of concat; each part with its own stages.
  const auto both = concat(sum{} | l2{}, max() | l2{} | scale{.factor = 0.5}) | l2{};
  std::printf("concat: %td components\n", pool(x, both).cols());

  // Published pipelines have a name.
  std::printf("R-MAC: %td components, its [sum ; global] variant %td\n", pool(x, pipelines::rmac).cols(),
              pool(x, pipelines::rmac_concat).cols());

  // In a loop: output and workspace stay, nothing is allocated.
  descriptors<float> out(x.extents().n, descriptor_size(both, x.extents()));
  workspace memory(workspace_bytes(cpu{}, x, both));
  float length = 0;
  for (int frame = 0; frame < 3; ++frame) pool_into(cpu{}, x, both, out, memory);
  for (const float component : out.row(1)) length += component * component;
  std::printf("squared length of the last: %.3f\n", static_cast<double>(length));
  return printed();
}

// prints:
// max | power | l2: 2 x 2, first 0.707 0.707
// concat: 4 components
// R-MAC: 2 components, its [sum ; global] variant 4
// squared length of the last: 1.000
