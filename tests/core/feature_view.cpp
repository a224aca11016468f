#include <cnnpool/core/any_feature_view.hpp>
#include <cnnpool/kernel/source.hpp>

#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("strides of every layout in the framework table, N,C,H,W = 2,20,6,5") {
  const shape s{2, 20, 6, 5};
  CHECK(nchw(s) == strides{600, 30, 5, 1});
  CHECK(nhwc(s) == strides{600, 1, 100, 20});
  CHECK(channel_blocks(8)(s) == strides{720, 240, 40, 8, 8, 1});
  CHECK(channel_blocks(16)(s) == strides{960, 480, 80, 16, 16, 1});
}

TEST_CASE("elements are found by logical index") {
  std::vector<float> data(720);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<float>(i);
  const feature_view<float> x(data.data(), {1, 20, 6, 5}, channel_blocks(8));
  CHECK(x(0, 0, 0, 0) == 0);
  CHECK(x(0, 9, 2, 3) == 240 + 1 + 2 * 40 + 3 * 8);
  const feature_view<float> flipped(data.data() + 29, {1, 1, 6, 5}, strides{0, 0, -5, -1});
  CHECK(flipped(0, 0, 0, 0) == 29);
  CHECK(flipped(0, 0, 5, 4) == 0);
  const auto part = x.crop({1, 2, 3, 2});
  CHECK(part.extents() == shape{1, 20, 3, 2});
  CHECK(part(0, 9, 1, 1) == x(0, 9, 2, 3));
}

TEST_CASE("strides of extent-1 axes do not matter") {
  const float v[4] = {};
  const feature_view<float> x(v, {1, 4, 1, 1}, strides{std::numeric_limits<index_t>::max(), 1, -7, 99});
  CHECK(x.stride() == strides{0, 1, 0, 0});
}

TEST_CASE("products of extents and strides never wrap") {
  const float v[1] = {};
  const index_t big = std::numeric_limits<index_t>::max();
  for (const shape s : {shape{big, 2, 1, 1}, shape{index_t{1} << 32, index_t{1} << 31, 1, 1}, shape{3, big / 2, 1, 1}})
    CHECK(sentence([&] { feature_view<float>(v, s, nchw); }).find("more elements than a 64-bit index counts") !=
          std::string::npos);
  CHECK(sentence([&] { feature_view<float>(v, {2, 1, 1, 3}, strides{big, 0, 0, big}); }).find("64-bit offset") !=
        std::string::npos);
  // The last offset counts, not the extent: (extent - 1) * stride.
  CHECK(sentence([&] { feature_view<float>(v, {1, 1, 1, 3}, strides{0, 0, 0, big / 2}); }).empty());
  CHECK(sentence([&] { feature_view<float>(v, {1, 1, 3, 1}, strides{0, 0, big / 2, 0}); }).empty());
  CHECK(!sentence([&] { feature_view<float>(v, {1, 1, 1, 4}, strides{0, 0, 0, big / 2}); }).empty());
  CHECK(sentence([&] {
          feature_view<float>(v, {2, 1, 1, 1}, strides{std::numeric_limits<index_t>::min(), 0, 0, 0});
        }).empty());
  for (const index_t n : {(index_t{1} << 31) - 1, index_t{1} << 31, (index_t{1} << 31) + 1})
    CHECK(feature_view<float>(v, {1, n, 1, 1}, nchw).extents().c == n);
}

TEST_CASE("bad views are one sentence with the numbers") {
  const float v[1] = {};
  CHECK(sentence([&] { feature_view<float>(v, {1, -3, 2, 2}, nchw); }) ==
        "feature_view: shape 1 x -3 x 2 x 2 has a negative extent");
  CHECK(sentence([&] { feature_view<float>(nullptr, {1, 3, 2, 2}, nchw); }) ==
        "feature_view: data is a null pointer for a shape of 1 x 3 x 2 x 2");
  CHECK(sentence([&] { feature_view<float>(v, {1, 3, 2, 2}, channel_blocks(0)); }).size() > 0);
  CHECK(sentence([&] { feature_view<float>(v, {}, nchw).crop({0, 0, 2, 1}); }) ==
        "feature_view::crop: box of 2 x 1 at (0, 0) in a map of 1 x 1");
  CHECK(sentence([&] { feature_view<float>(v, {}, nchw, {2.f, 1}); }).find("8-bit") != std::string::npos);
  CHECK(sentence([&] { feature_view<float>(nullptr, {0, 3, 2, 2}, nchw); }).empty());
}

TEST_CASE("images and crops stay inside the view") {
  std::vector<float> data(3 * 2 * 4 * 5);
  const feature_view<float> x(data.data(), {3, 2, 4, 5}, nchw);
  CHECK((x.images(1, 2).extents() == shape{2, 2, 4, 5} && x.images(1, 2).data() == data.data() + 40));
  CHECK((x.images(3, 0).extents().n == 0 && x.images(0, 3).data() == data.data()));
  CHECK(sentence([&] { x.images(-1, 2); }) == "feature_view::images: 2 images from -1 of a batch of 3");
  CHECK(sentence([&] { x.images(1, -1); }) == "feature_view::images: -1 images from 1 of a batch of 3");
  CHECK(sentence([&] { x.images(2, 2); }) == "feature_view::images: 2 images from 2 of a batch of 3");
  const index_t big = std::numeric_limits<index_t>::max();
  CHECK(sentence([&] { x.images(big, 1); }) ==
        "feature_view::images: 1 images from 9223372036854775807 of a batch of 3");
  CHECK(x.crop({3, 4, 1, 1}).data() == data.data() + 19);
  CHECK(x.crop({0, 0, 0, 5}).extents() == shape{3, 2, 0, 5});
  for (const box& b : {box{-1, 0, 1, 1}, box{0, -1, 1, 1}, box{0, 0, -1, 1}, box{0, 0, 1, -1}, box{1, 0, 4, 1},
                       box{0, 1, 1, 5}, box{big, 0, 1, 1}, box{0, big, 1, 1}})
    CHECK(sentence([&] { x.crop(b); }).find("feature_view::crop: box of ") == 0);
  const feature_view<float> nothing(nullptr, {0, 2, 4, 5}, nchw);
  CHECK((nothing.images(0, 0).data() == nullptr && nothing.crop({1, 1, 2, 2}).data() == nullptr));
}

TEST_CASE("an image has the bytes of its elements, whatever lies between them") {
  std::vector<double> data(2 * 3 * 5 * 8);
  const feature_view<double> x(data.data(), {2, 3, 5, 7}, strides{120, 40, 8, 1});
  CHECK(detail::image_bytes(kernel::as_source(x)) == 3 * 5 * 7 * 8);
}

TEST_CASE("a view of run-time type gives the typed view back") {
  const std::uint8_t v[6] = {1, 2, 3, 4, 5, 6};
  const any_feature_view x(v, scalar_type::uint8, {1, 1, 2, 3}, nchw, {0.5f, 3});
  CHECK(x.type() == scalar_type::uint8);
  visit(x, [&]<class T>(const feature_view<T>& typed) {
    CHECK(std::is_same_v<T, std::uint8_t>);
    CHECK(typed.quantized() == quantization{0.5f, 3});
    CHECK(static_cast<const void*>(typed.data()) == v);
  });
}

TEST_CASE("float16 and bfloat16 round trip every bit pattern") {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const float16 h{static_cast<std::uint16_t>(bits)};
    const bfloat16 b{static_cast<std::uint16_t>(bits)};
    const float fh = to_float(h), fb = to_float(b);
    if (fh == fh) REQUIRE(to_float16(fh).bits == bits);
    else REQUIRE((bits & 0x7c00u) == 0x7c00u);
    if (fb == fb) REQUIRE(to_bfloat16(fb).bits == bits);
  }
  CHECK(to_float(float16{0x3c00}) == 1.f);
  CHECK(to_float(float16{0x0001}) == 5.9604645e-8f);
  CHECK(to_float16(65520.f).bits == 0x7c00);
}

TEST_CASE("the scale of 8-bit activations is a finite number") {
  const std::uint8_t v[] = {1, 2};
  const auto with = [&](float scale) {
    return sentence([&] { feature_view<std::uint8_t>(v, {.c = 2}, nchw, {.scale = scale}); });
  };
  CHECK((with(0.5f).empty() && with(1e-42f).empty() && with(-0.5f).empty()));
  CHECK(with(0) == "feature_view: the scale is 0, expected a finite number other than 0");
  CHECK(!with(std::numeric_limits<float>::quiet_NaN()).empty());
  CHECK(!with(std::numeric_limits<float>::infinity()).empty());
}
