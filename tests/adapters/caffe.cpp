#include <cnnpool/adapters/caffe.hpp>

#include "adapters/packed.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using testing::number;
using testing::packed;

namespace {
/// The accessors of caffe::Blob.
template <class T>
struct blob {
  std::vector<int> dims;
  std::vector<T> values;
  int num_axes() const { return static_cast<int>(dims.size()); }
  int shape(int i) const { return dims.at(static_cast<std::size_t>(i)); }
  const T* cpu_data() const {
    if (values.empty()) throw 1;  // Caffe ends the program
    return values.data();
  }
};
}  // namespace

TEST_CASE("blobs of float and of double, by rank and by hint") {
  const shape s{2, 20, 6, 5};
  blob<float> b{{2, 20, 6, 5},
                packed(s, 1200, [](auto n, auto c, auto h, auto w) { return ((n * 20 + c) * 6 + h) * 5 + w; })};
  CHECK_ADAPTER(b, {.extents = s, .stride = strides{600, 30, 5, 1}}, number);
  CHECK_ADAPTER(
      b, {.extents = s},
      [&](auto n, auto c, auto h, auto w) -> const float& {
        return b.values[static_cast<std::size_t>(((n * 20 + c) * 6 + h) * 5 + w)];
      },
      [&] { b.values[5] = -1; });
  CHECK(as_view(b, {.axes = "nhwc"}).extents() == shape{2, 5, 20, 6});
  const blob<double> fc{{2, 3}, std::vector<double>(6)};
  CHECK((as_view(fc).extents() == shape{2, 3, 1, 1} && detail::owns_memory<blob<double>>));
  const blob<float> none{{0, 3, 4, 4}, {}};
  CHECK(as_view(none).extents() == shape{0, 3, 4, 4});
}
TEST_CASE("tokens") {
  const auto place = [](auto n, auto c, auto, auto w) { return (n * 9 + w) * 4 + c; };
  const blob<float> b{{2, 9, 4}, packed({2, 4, 1, 9}, 72, place)};
  testing::same_tokens(b, [&](auto n, auto token, auto c) -> const float& {
    return b.cpu_data()[(n * 9 + token) * 4 + c];
  });
}
TEST_CASE("what cannot be read is one sentence") {
  const auto said = [](std::vector<int> dims) {
    const blob<float> b{std::move(dims), std::vector<float>(4)};
    return sentence([&] { as_view(b); });
  };
  CHECK(said({1, 1, 1, 1, 1}) == "as_view: the Caffe blob has 5 axes, expected 1 to 4");
  CHECK(said({}) == "as_view: the Caffe blob has 0 axes, expected 1 to 4");
  CHECK(said({-1, 2}) == "feature_view: shape -1 x 2 x 1 x 1 has a negative extent");
}
