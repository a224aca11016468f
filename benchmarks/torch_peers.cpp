// The library that torch_peers.py loads: pooling with the output and the workspace of the caller of pool_into, so that
// nothing is allocated, and many runs in one call, so that what Python's call of C costs is not counted as ours.
#include <cstdio>
#include <exception>
#include <string_view>

#include <cnnpool/cnnpool.hpp>

namespace {

/// run(policy) for the policy of that name; false where there is none.
template <class Run>
bool with_policy(std::string_view name, const Run& run) {
  using namespace cnnpool;
  if (name == "sum") run(sum{});
  else if (name == "max") run(max());
  else if (name == "gem3") run(gem_p<3>{});
  else if (name == "crow") run(crow{});
  else if (name == "five") run(concat(sum{}, average{}, max(), gem_p<3>{}, nonzero{}));
  else if (name == "rmac") run(rmac{});
  else return false;
  return true;
}

cnnpool::workspace kept;

}  // namespace

extern "C" {

/// The components of an image's descriptor; 0 where the policy is unknown.
long descriptor_size(const char* policy, long n, long c, long h, long w) {
  cnnpool::index_t size = 0;
  with_policy(policy, [&](const auto& p) { size = cnnpool::descriptor_size(p, cnnpool::shape{n, c, h, w}); });
  return static_cast<long>(size);
}

/// `runs` times the descriptors of x, all alike; 0, or 1 and a sentence on stderr.
int pool_floats(const char* policy, int channels_last, const float* x, long n, long c, long h, long w, float* out,
                long runs) {
  try {
    const cnnpool::shape shape{n, c, h, w};
    const cnnpool::feature_view<float> view(x, shape, channels_last ? cnnpool::nhwc(shape) : cnnpool::nchw(shape));
    if (with_policy(policy, [&](const auto& p) {
          const cnnpool::descriptor_span<float> to(out, n, cnnpool::descriptor_size(p, shape));
          for (long r = 0; r < runs; ++r) cnnpool::pool_into(cnnpool::cpu{.threads = 1}, view, p, to, kept);
        }))
      return 0;
    std::fprintf(stderr, "pool_floats: there is no policy %s, expected sum, max, gem3, crow, five or rmac\n", policy);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
  }
  return 1;
}

/// R-MAC's boxes for a map of h x w as h0, w0, h, w, at most `room` of them; returns how many there are.
long rmac_boxes(long h, long w, long* boxes, long room) {
  const auto regions = cnnpool::rmac_grid{}.regions(h, w);
  const long count = static_cast<long>(regions.size());
  for (long k = 0; k < count && k < room; ++k) {
    const cnnpool::box b = regions[k];
    const cnnpool::index_t numbers[] = {b.h0, b.w0, b.h, b.w};
    for (int i = 0; i < 4; ++i) boxes[4 * k + i] = static_cast<long>(numbers[i]);
  }
  return count;
}
}
