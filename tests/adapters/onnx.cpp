#include <onnx/onnx_pb.h>

#include <cnnpool/adapters/onnx.hpp>

#include <cstring>

#include "adapters/convolution.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using onnx::TensorProto;
using testing::at;

namespace {
TensorProto with_shape(std::initializer_list<std::int64_t> dims, int type) {
  TensorProto t;
  for (const std::int64_t d : dims) t.add_dims(d);
  t.set_data_type(type);
  return t;
}
template <class T>
void append_raw(std::string& raw, T v) {
  raw.append(reinterpret_cast<const char*>(&v), sizeof v);
}
}  // namespace

TEST_CASE("raw_data, float_data, double_data") {
  TensorProto floats = with_shape({2, 3, 4, 5}, TensorProto::FLOAT),
              doubles = with_shape({3, 4, 5}, TensorProto::DOUBLE), raw = with_shape({2, 3, 4, 5}, TensorProto::FLOAT),
              half = with_shape({24}, TensorProto::FLOAT16), bytes = with_shape({4, 6}, TensorProto::UINT8);
  std::string& memory = *raw.mutable_raw_data();
  for (int i = 0; i < 120; ++i) {
    floats.add_float_data(static_cast<float>(i));
    append_raw(memory, static_cast<float>(i));
    if (i < 60) doubles.add_double_data(i);
    if (i < 24) append_raw(*half.mutable_raw_data(), to_float16(static_cast<float>(i)));
    if (i < 24) bytes.mutable_raw_data()->push_back(static_cast<char>(i));
  }
  CHECK_ADAPTER(
      floats, {.extents = {2, 3, 4, 5}},
      [&](auto n, auto c, auto h, auto w) -> const float& {
        return floats.float_data().Get(static_cast<int>(((n * 3 + c) * 4 + h) * 5 + w));
      },
      [&] { floats.set_float_data(7, -1); });
  CHECK_ADAPTER(raw, {.extents = {2, 3, 4, 5}, .stride = strides{60, 20, 5, 1}},
                [](auto n, auto c, auto h, auto w) { return static_cast<float>(((n * 3 + c) * 4 + h) * 5 + w); });
  CHECK_ADAPTER(doubles, {.extents = {1, 3, 4, 5}, .type = scalar_type::float64},
                [](auto, auto c, auto h, auto w) { return static_cast<double>((c * 4 + h) * 5 + w); });
  CHECK_ADAPTER(half, {.extents = {1, 24, 1, 1}, .type = scalar_type::float16},
                [](auto, auto c, auto, auto) { return to_float16(static_cast<float>(c)); });
  CHECK_ADAPTER(bytes, {.extents = {4, 6, 1, 1}, .type = scalar_type::uint8},
                [](auto n, auto c, auto, auto) { return static_cast<std::uint8_t>(n * 6 + c); });
  TensorProto again;
  REQUIRE(again.ParseFromString(raw.SerializeAsString()));
  CHECK(pool(again, max())(1, 2) == 119);
  testing::ran("ONNX TensorProto", std::to_string(onnx::Version::IR_VERSION), testing::policies_on(as_view(raw)),
               "raw and typed data (version of the IR)");
}
TEST_CASE("tokens") {
  TensorProto t = with_shape({2, 9, 4}, TensorProto::FLOAT);
  for (int i = 0; i < 72; ++i) t.add_float_data(static_cast<float>(i));
  testing::same_tokens(t, [&](auto n, auto token, auto c) -> const float& {
    return t.float_data().Get(static_cast<int>((n * 9 + token) * 4 + c));
  });
}
TEST_CASE("what cannot be read is one sentence") {
  const auto said = [](const TensorProto& t) { return sentence([&] { as_view(t); }); };
  CHECK(said(with_shape({}, TensorProto::FLOAT)) == "as_view: the TensorProto has 0 axes, expected 1 to 4");
  CHECK(said(with_shape({1, 1, 1, 1, 1}, TensorProto::FLOAT)) ==
        "as_view: the TensorProto has 5 axes, expected 1 to 4");
  CHECK(said(with_shape({-1, 2}, TensorProto::FLOAT)) == "as_view: the TensorProto's axis 0 has an extent of -1");
  CHECK(said(with_shape({2}, TensorProto::INT64)) ==
        "as_view: the TensorProto has elements of ONNX data type 7, expected FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT8 or "
        "UINT8");
  CHECK(said(with_shape({2}, TensorProto::FLOAT)) == "as_view: the TensorProto has 0 elements, its shape needs 2");
  TensorProto t = with_shape({2}, TensorProto::FLOAT16);
  t.add_int32_data(1);
  CHECK(said(t) == "as_view: the TensorProto holds its float16 elements as 32-bit integers, expected raw_data");
  t = with_shape({2}, TensorProto::FLOAT);
  t.set_raw_data("12345");
  CHECK(said(t) == "as_view: the TensorProto has 5 bytes of float32");
  t.set_data_location(TensorProto::EXTERNAL);
  CHECK(said(t) == "as_view: the TensorProto's data are in another file (external data)");
  t.set_data_location(TensorProto::DEFAULT);
  t.mutable_segment();
  CHECK(said(t) == "as_view: the TensorProto is a segment of a larger one");
  const TensorProto none = with_shape({0, 3, 4, 4}, TensorProto::FLOAT);
  CHECK(as_view(none).extents() == shape{0, 3, 4, 4});
}
