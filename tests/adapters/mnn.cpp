#include <cnnpool/adapters/mnn.hpp>

#include "adapters/packed.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::blocks;
using testing::number;
using testing::packed;

TEST_CASE("NHWC, NCHW, and C4NHW4 with the batch inside the block") {
  const shape s{2, 19, 6, 5};
  const auto view = [&](const std::vector<float>& v, mnn_format f, index_t pack = 4) {
    return testing::made([&] { return mnn_view(v.data(), scalar_type::float32, s, f, {}, pack); });
  };
  const auto last = packed(s, 1140, [](auto n, auto c, auto h, auto w) { return ((n * 6 + h) * 5 + w) * 19 + c; });
  CHECK_ADAPTER(view(last, mnn_format::tensorflow), {.extents = s}, number);
  const auto first = packed(s, 1140, [](auto n, auto c, auto h, auto w) { return ((n * 19 + c) * 6 + h) * 5 + w; });
  CHECK_ADAPTER(view(first, mnn_format::caffe), {.extents = s}, number);
  for (const index_t k : {4, 8, 16}) {
    const auto v = packed(s, blocks(19, k) * 60 * k, [k](auto n, auto c, auto h, auto w) {
      return (((c / k * 2 + n) * 6 + h) * 5 + w) * k + c % k;
    });
    CHECK_ADAPTER(view(v, mnn_format::caffe_c4, k), {.extents = s}, number);
  }
  CHECK(view(first, mnn_format::caffe_c4).stride() == strides{120, 240, 20, 4, 4, 1});
}
TEST_CASE("tokens are the positions of one row, channels last or in blocks") {
  const shape row{2, 4, 1, 9};
  const auto of_token = [](auto n, auto token, auto c) { return number(n, c, 0, token); };
  const auto last = packed(row, 72, [](auto n, auto c, auto, auto w) { return (n * 9 + w) * 4 + c; });
  testing::same_tokens(mnn_view(last.data(), scalar_type::float32, row, mnn_format::tensorflow), of_token);
  const auto pairs =
      packed(row, 72, [](auto n, auto c, auto, auto w) { return ((c / 2 * 2 + n) * 9 + w) * 2 + c % 2; });
  testing::same_tokens(mnn_view(pairs.data(), scalar_type::float32, row, mnn_format::caffe_c4, {}, 2), of_token);
}
TEST_CASE("what cannot be read is one sentence") {
  const float memory[4] = {};
  const auto said = [&](const shape& s, int format, index_t pack) {
    return sentence([&] { mnn_view(memory, scalar_type::float32, s, static_cast<mnn_format>(format), {}, pack); });
  };
  CHECK(said({1, 4, 1, 1}, 3, 4) == "mnn_view: dimension type 3, expected TENSORFLOW, CAFFE or CAFFE_C4");
  CHECK(said({1, 4, 1, 1}, 2, 0) == "mnn_view: packs of 0 channels, expected at least 1");
  CHECK(said({1, -4, 1, 1}, 2, 4) == "mnn_view: shape 1 x -4 x 1 x 1 has a negative extent");
  CHECK(said({1, 1, PTRDIFF_MAX / 2, 1}, 2, 4) ==
        "mnn_view: shape 1 x 1 x 4611686018427387903 x 1 in packs of 4 reaches beyond a 64-bit offset");
  CHECK(said({0, 4, 1, 1}, 2, 4).empty());
}
