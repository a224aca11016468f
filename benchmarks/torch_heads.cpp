// The library that torch_heads.py loads: heads with the output and the workspace of the caller of pool_into, and many
// runs in one call.
#include <cstdio>
#include <exception>
#include <string_view>

#include <cnnpool/cnnpool.hpp>

namespace {

using cnnpool::feature_view, cnnpool::index_t, cnnpool::nchw, cnnpool::shape;

constexpr index_t h = 23, w = 23, tokens = 768, outputs = 512, centres = 32, clusters = 64, features = 128,
                  global = 256;

cnnpool::workspace kept;

std::span<const float> numbers(const float* first, index_t count) {
  return {first, static_cast<std::size_t>(count)};
}

template <class Policy>
void run(const feature_view<float>& view, const Policy& policy, float* out, long runs) {
  const shape& s = view.extents();
  const cnnpool::descriptor_span<float> to(out, s.n, cnnpool::descriptor_size(policy, s));
  for (long r = 0; r < runs; ++r) cnnpool::pool_into(cnnpool::cpu{.threads = 1}, view, policy, to, kept);
}

}  // namespace

extern "C" {

/// `runs` times the descriptors of x, all alike; 0, or 1 and a sentence on stderr. a and b: weights and biases of
/// cosplace, scores and tokens of salad, centres of anyloc.
int head_floats(const char* head, double p, long n, const float* x, const float* a, const float* b, float* out,
                long runs) {
  try {
    using namespace cnnpool;
    const std::string_view name = head;
    const shape of_tokens{n, tokens, h, w}, of_features{n, features, h, w}, of_scores{n, clusters, h, w};
    const feature_view<float> view(x, of_tokens, nhwc(of_tokens));
    if (name == "cosplace") {
      const auto layer = linear<float>::over(numbers(a, outputs * tokens), numbers(b, outputs));
      run(view, unit_positions{} | gem{.p = p} | layer | l2{}, out, runs);
    } else if (name == "salad") {
      const feature_view<float> scores(a, of_scores, nchw), token(b, {.n = n, .c = global}, nchw);
      run(feature_view<float>(x, of_features, nchw), salad(scores, token), out, runs);
    } else if (name == "anyloc") {
      run(view, anyloc(codebook(numbers(a, centres * tokens), centres)), out, runs);
    } else {
      std::fprintf(stderr, "head_floats: there is no head %s, expected cosplace, salad or anyloc\n", head);
      return 1;
    }
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
  }
  return 1;
}
}
