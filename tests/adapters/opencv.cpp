#include <cnnpool/adapters/opencv.hpp>
#include <cnnpool/cnnpool.hpp>

#include <opencv2/dnn.hpp>

#include <filesystem>
#include <iostream>

#include "adapters/one_descriptor.hpp"
#include "adapters/policies.hpp"
#include "adapters/same_elements.hpp"
#include "adapters/same_tokens.hpp"
#include "errors.hpp"

namespace {

using namespace cnnpool;

template <class T>
feature_view<T> typed(const any_feature_view& x) {
  REQUIRE(x.type() == scalar_type_of<T>());
  return visit(x, []<class U>(const feature_view<U>& v) {
    if constexpr (std::is_same_v<T, U>) return v;
    else return feature_view<T>();
  });
}
int i(index_t x) { return static_cast<int>(x); }

cv::Mat filled(std::vector<int> sizes, int type = CV_32F) {
  cv::Mat m(sizes, type);
  cv::randu(m, 0, 100);
  return m;
}

TEST_CASE("a row is one descriptor; a column is one or many, which only hints can say") {
  const cv::Mat row = (cv::Mat_<float>(1, 3) << 3, 4, 12), column = row.t();
  cv::Mat out(1, 3, CV_32F);
  testing::is_one_descriptor(row, out);
  CHECK(sentence([&] { as_view(column); }) ==
        "as_view: the cv::Mat of 3 x 1 may be one descriptor or 3 of one number, expected hints{.axes}: \"cn\" or "
        "\"nc\", or reshape(1, 1)");
  CHECK(pool(as_view(column, {.axes = "cn"}), sum{} | l2{})(0, 1) == Approx(4. / 13));
  CHECK(pool(as_view(column, {.axes = "nc"}), sum{}).rows() == 3);
  CHECK(pool(column.reshape(1, 1), sum{} | l2{})(0, 1) == Approx(4. / 13));
}
TEST_CASE("what dnn gives: 4, 3 and 2 dimensions of one channel") {
  const cv::Mat four = filled({2, 3, 5, 7});
  same_elements(four, {2, 3, 5, 7}, [&](auto n, auto c, auto h, auto w) -> const float& {
    const int at[] = {i(n), i(c), i(h), i(w)};
    return four.at<float>(at);
  });
  const cv::Mat three = filled({3, 5, 7});
  same_elements(three, {1, 3, 5, 7},
                [&](auto, auto c, auto h, auto w) -> const float& { return three.at<float>(i(c), i(h), i(w)); });
  const cv::Mat two = filled({4, 9});
  same_elements(two, {.n = 4, .c = 9},
                [&](auto n, auto c, auto, auto) -> const float& { return two.at<float>(i(n), i(c)); });
  same_elements(two, {.h = 4, .w = 9},
                [&](auto, auto, auto h, auto w) -> const float& { return two.at<float>(i(h), i(w)); }, {.axes = "hw"});
  CHECK(pool(reference{}, two, sum{}).rows() == 4);
}

TEST_CASE("images: channels are the innermost axis, rows have a pitch") {
  const cv::Mat image = filled({6, 8}, CV_32FC(5));
  same_elements(image, {1, 5, 6, 8},
                [&](auto, auto c, auto h, auto w) -> const float& { return image.ptr<float>(i(h))[w * 5 + c]; });
  const cv::Mat part = image(cv::Rect(2, 1, 4, 3));  // x, y, width, height
  REQUIRE(!part.isContinuous());
  same_elements(part, {1, 5, 3, 4}, [&](auto, auto c, auto h, auto w) -> const float& {
    return image.ptr<float>(i(h) + 1)[(w + 2) * 5 + c];
  });
  const cv::Mat batch = filled({2, 6, 8}, CV_32FC(3));
  same_elements(batch, {2, 3, 6, 8}, [&](auto n, auto c, auto h, auto w) -> const float& {
    return *(batch.ptr<float>(i(n), i(h), i(w)) + c);
  });
  same_elements(
      batch, {8, 3, 2, 6},
      [&](auto n, auto c, auto h, auto w) -> const float& { return *(batch.ptr<float>(i(h), i(w), i(n)) + c); },
      {.axes = "hwnc"});
}

TEST_CASE("tokens, as three dimensions and as two of four channels") {
  const cv::Mat three = filled({2, 9, 4}), two = filled({2, 9}, CV_32FC4);
  testing::same_tokens(three, [&](auto n, auto token, auto c) -> const float& {
    return three.at<float>(i(n), i(token), i(c));
  });
  testing::same_tokens(two, [&](auto n, auto token, auto c) -> const float& {
    return two.at<cv::Vec4f>(i(n), i(token))[i(c)];
  });
}

TEST_CASE("parts of more dimensions are not continuous and are read by their steps") {
  const cv::Mat whole = filled({3, 6, 5, 9});
  const cv::Range parts[] = {{1, 3}, {2, 5}, {1, 4}, {3, 8}};
  const cv::Mat part = whole(parts);
  REQUIRE(!part.isContinuous());
  same_elements(part, {2, 3, 3, 5}, [&](auto n, auto c, auto h, auto w) -> const float& {
    const int at[] = {i(n) + 1, i(c) + 2, i(h) + 1, i(w) + 3};
    return whole.at<float>(at);
  });
  const auto from_part = pool(reference{}, part, sum{}), from_copy = pool(reference{}, part.clone(), sum{});
  for (index_t n = 0; n < 2; ++n)
    for (index_t c = 0; c < 3; ++c) CHECK(from_part(n, c) == from_copy(n, c));
}

TEST_CASE("element types") {
  const cv::Mat numbers = filled({2, 3, 4, 5});
  const auto expected = pool(reference{}, numbers, sum{});
  cv::Mat other;
  numbers.convertTo(other, CV_64F);
  CHECK(as_view(other).type() == scalar_type::float64);
  CHECK(pool(reference{}, other, sum{})(1, 2) == Approx(expected(1, 2)));
  numbers.convertTo(other, CV_16F);
  CHECK(as_view(other).type() == scalar_type::float16);
  CHECK(pool(reference{}, other, sum{})(1, 2) == Approx(expected(1, 2)).epsilon(1e-3));
  cv::Mat bytes(std::vector<int>{1, 2, 2, 2}, CV_8S, cv::Scalar(-3));
  CHECK(pool(reference{}, as_view(bytes, {.quantized = {0.5f, 1}}), sum{})(0, 1) == -8);
  bytes = cv::Mat(2, 2, CV_8UC3, cv::Scalar(1, 2, 3));
  CHECK(pool(reference{}, bytes, sum{})(0, 2) == 12);
  const cv::Mat_<float> matrix(2, 3, 1.f);
  CHECK(as_view(matrix).extents() == shape{2, 3, 1, 1});
}

TEST_CASE("half floats in the old container: the sentence's advice works") {
  const cv::Mat numbers = filled({2, 3, 4, 5});
  cv::Mat half;
  cv::convertFp16(numbers.reshape(1, 24), half);
  REQUIRE(half.depth() == CV_16S);
  CHECK(
      sentence([&] { as_view(half); }) ==
      "as_view: the cv::Mat holds CV_16S, expected CV_32F, CV_64F, CV_16F, CV_8U or CV_8S; where these are half floats "
      "(cv::convertFp16), name them: cv::Mat(m.dims, m.size.p, CV_16F, m.data, m.step.p)");
  const cv::Mat named(half.dims, half.size.p, CV_16F, half.data, half.step.p);
  CHECK(pool(reference{}, named, sum{})(3, 4) == Approx(numbers.reshape(1, 24).at<float>(3, 4)).epsilon(1e-3));
}

TEST_CASE("lists of Mats of different sizes, and a temporary in pool") {
  const std::vector<cv::Mat> maps = {filled({1, 3, 4, 5}), filled({2, 3, 6, 2})};
  const auto d = pool(reference{}, maps, max());
  REQUIRE(d.rows() == 3);
  double most = 0;
  const cv::Mat plane(6, 2, CV_32F, const_cast<float*>(maps[1].ptr<float>(1, 2)));
  cv::minMaxLoc(plane, nullptr, &most);
  CHECK(d(2, 2) == most);
  CHECK(pool(reference{}, filled({1, 3, 4, 5}), max()).cols() == 3);
}

TEST_CASE("results go into a Mat, a part of one, a Mat_<double>, and come as one") {
  const cv::Mat x = filled({2, 3, 4, 5});
  const auto floats = only<float>(as_view(x));
  const auto expected = pool(floats, max());
  workspace w;
  cv::Mat out(2, 3, CV_32F);
  pool_into(floats, max(), out, w);
  CHECK(out.at<float>(1, 2) == expected(1, 2));
  cv::Mat wide(4, 8, CV_32F, cv::Scalar(-1));
  cv::Mat part = wide(cv::Rect(3, 1, 3, 2));
  pool_into(floats, max(), part, w);
  CHECK((wide.at<float>(1, 3) == expected(0, 0) && wide.at<float>(2, 5) == expected(1, 2)));
  CHECK((wide.at<float>(1, 2) == -1 && wide.at<float>(2, 6) == -1 && wide.at<float>(3, 3) == -1));
  cv::Mat wide_double;
  x.convertTo(wide_double, CV_64F);
  cv::Mat_<double> doubles(2, 3);
  pool_into(only<double>(as_view(wide_double)), max(), doubles, w);
  CHECK(doubles(1, 0) == static_cast<double>(expected(1, 0)));
  const cv::Mat own = to_mat(expected);
  REQUIRE((own.rows == 2 && own.cols == 3 && own.type() == CV_32F));
  CHECK(own.at<float>(1, 1) == expected(1, 1));
  CHECK(to_mat(descriptors<double>(2, 1)).type() == CV_64F);
  CHECK(to_mat(descriptors<float>(0, 5)).empty());
  const cv::Mat map = to_mat(pool(reference{}, x, crow_spatial_weights{})).reshape(1, 8);  // two maps, stacked
  CHECK(map.cols == 5);
}

TEST_CASE("bad Mats are one sentence") {
  CHECK(sentence([] { pool(cv::Mat(), sum{}); }) ==
        "as_view: the cv::Mat has 0 dimensions of 1 channels, expected 1 to 4 axes");
  cv::Mat moved = filled({2, 3});
  const cv::Mat taken = std::move(moved);
  CHECK(sentence([&] { as_view(moved); }) ==
        "as_view: the cv::Mat has 0 dimensions of 1 channels, expected 1 to 4 axes");
  CHECK(as_view(taken).extents() == shape{2, 3, 1, 1});
  CHECK(sentence([] {
          pool(filled({1, 2, 3, 4, 5}), sum{});
        }) == "as_view: the tensor has 5 axes, expected 1 to 4 (or hints{.axes})");
  CHECK(sentence([] {
          pool(filled({1, 2, 3, 4}, CV_32FC2), sum{});
        }) == "as_view: axes \"nhwc\" name 4 axes, the tensor has 5");
  CHECK(sentence([] { pool(cv::Mat(2, 2, CV_32S, cv::Scalar(0)), sum{}); }) ==
        "as_view: the cv::Mat holds CV_32S, expected CV_32F, CV_64F, CV_16F, CV_8U or CV_8S");
  CHECK(sentence([] { pool(cv::Mat(2, 2, CV_16U, cv::Scalar(0)), sum{}); }) ==
        "as_view: the cv::Mat holds CV_16U, expected CV_32F, CV_64F, CV_16F, CV_8U or CV_8S");
  const cv::Mat two = filled({2, 3});
  CHECK(sentence([&] { as_view(two, {.axes = "chw"}); }) == "as_view: axes \"chw\" name 3 axes, the tensor has 2");
  workspace w;
  cv::Mat none, three = filled({1, 2, 3}), colours(2, 3, CV_32FC2), doubles(2, 3, CV_64F, cv::Scalar(7));
  cv::Mat small(2, 2, CV_32F);
  CHECK(sentence([&] { pool_into(two, sum{}, none, w); }) ==
        "pool_into: the cv::Mat output has 0 dimensions of 1 channels, expected 2 of 1; create(rows, cols, type) makes "
        "them");
  CHECK(sentence([&] { pool_into(two, sum{}, three, w); }) ==
        "pool_into: the cv::Mat output has 3 dimensions of 1 channels, expected 2 of 1; create(rows, cols, type) makes "
        "them");
  CHECK(sentence([&] { pool_into(two, sum{}, colours, w); }) ==
        "pool_into: the cv::Mat output has 2 dimensions of 2 channels, expected 2 of 1; create(rows, cols, type) makes "
        "them");
  CHECK(sentence([&] { pool_into(two, sum{}, doubles, w); }) ==
        "pool_into: the cv::Mat output of 2 x 3 holds CV_64F, expected CV_32F");
  CHECK(doubles.at<double>(1, 2) == 7);
  CHECK(sentence([&] { pool_into(two, sum{}, small, w); }) ==
        "pool_into: output is 2 x 2, policy sum on 2 x 3 x 1 x 1 needs 2 x 3");
}

// The network is text of this test, its weights are set by hand.
TEST_CASE("a real forward pass: several layers, before and after a ReLU in place") {
  const std::string prototxt = R"(
    input: "data" input_shape { dim: 1 dim: 3 dim: 16 dim: 12 }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
            convolution_param { num_output: 4 kernel_size: 3 stride: 2 } }
    layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
    layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
            pooling_param { pool: MAX kernel_size: 2 stride: 2 } })";
  cv::dnn::Net net = cv::dnn::readNetFromCaffe(std::vector<uchar>(prototxt.begin(), prototxt.end()));
  cv::theRNG().state = 7;
  cv::Mat weights(std::vector<int>{4, 3, 3, 3}, CV_32F), bias = cv::Mat::zeros(4, 1, CV_32F);
  cv::randu(weights, -1, 1);
  const int layer = net.getLayerId("conv");
  net.getLayer(layer)->blobs = {weights, bias};
  net.setParam(layer, 0, weights);
  cv::Mat input(std::vector<int>{1, 3, 16, 12}, CV_32F);
  cv::randu(input, 0, 1);
  net.setInput(input);
  std::vector<cv::Mat> out;
  net.forward(out, std::vector<cv::String>{"conv", "relu", "pool"});
  REQUIRE(out.size() == 3);

  const auto before = pool(out[0], sum{}), after = pool(out[1], sum{}), read = pool(out[0], relu{} | sum{});
  CHECK(as_view(out[0]).extents() == shape{1, 4, 7, 5});
  double lowest = 0;
  cv::minMaxLoc(out[0].reshape(1, 1), &lowest);
  CHECK(lowest < 0);
  for (index_t c = 0; c < 4; ++c) {
    CHECK(read(0, c) == Approx(after(0, c)));  // both layers from the one buffer
    CHECK(before(0, c) <= after(0, c));
  }
  // The convolution by hand at one place.
  double expected = 0;
  for (int c = 0; c < 3; ++c)
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) {
        const int at[] = {0, c, 2 * 2 + a, 2 * 1 + b}, of[] = {1, c, a, b};
        expected += static_cast<double>(input.at<float>(at)) * static_cast<double>(weights.at<float>(of));
      }
  CHECK(typed<float>(as_view(out[0]))(0, 1, 2, 1) == Approx(expected).epsilon(1e-4));
  testing::ran("OpenCV dnn", CV_VERSION, testing::policies_on(as_view(out[0])),
               "network: convolution, ReLU in place, pooling; images, parts, float16");
}

}  // namespace
