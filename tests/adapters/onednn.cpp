#include <cnnpool/adapters/onednn.hpp>

#include <cstring>
#include <iostream>

#include "adapters/convolution.hpp"
#include "adapters/same_tokens.hpp"

using namespace cnnpool;
using tensor = dnnl::memory;
using testing::at;

namespace {
const dnnl::engine cpu_engine(dnnl::engine::kind::cpu, 0);

tensor in_plain(const shape& s, std::vector<float>& values, tensor::format_tag tag = tensor::format_tag::nchw) {
  return tensor({{s.n, s.c, s.h, s.w}, tensor::data_type::f32, tag}, cpu_engine, values.data());
}
/// Version 3 renamed it.
tensor::dims dims_of(const auto& desc) {
  if constexpr (requires { desc.get_dims(); })
    return desc.get_dims();
  else
    return desc.dims();
}
/// The same numbers in another format.
tensor reordered(tensor from, tensor::format_tag tag, tensor::data_type type = tensor::data_type::f32) {
  dnnl::stream stream(cpu_engine);
  tensor to({dims_of(from.get_desc()), type, tag}, cpu_engine);
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
  return to;
}
std::vector<float> numbers(const shape& s) {
  std::vector<float> v(at(s.n * s.c * s.h * s.w));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i % 251);
  return v;
}
}  // namespace

TEST_CASE("plain, channels last and blocked formats, channels no multiple of the block") {
  const shape s{2, 20, 6, 5};
  std::vector<float> v = numbers(s);
  const auto at_index = [&](auto n, auto c, auto h, auto w) { return v[at(nchw(s).n * n + 30 * c + 5 * h + w)]; };
  tensor plain = in_plain(s, v);
  CHECK_ADAPTER(plain, {.extents = s, .stride = strides{600, 30, 5, 1}}, at_index, [&] { v[0] = 500; });
  using tag = tensor::format_tag;
  CHECK_ADAPTER(reordered(plain, tag::nhwc), {.extents = s, .stride = strides{600, 1, 100, 20}}, at_index);
  CHECK_ADAPTER(reordered(plain, tag::nChw8c), {.extents = s, .stride = strides{720, 240, 40, 8, 8, 1}}, at_index);
  const tensor blocked = reordered(plain, tag::nChw16c);
  CHECK_ADAPTER(blocked, {.extents = s, .stride = strides{960, 480, 80, 16, 16, 1}}, at_index);
  const auto d = pool(as_view(blocked), sum{}), expected = pool(as_view(plain), sum{});
  for (index_t i = 0; i < 20; ++i) CHECK(d(1, i) == expected(1, i));
}
TEST_CASE("element types") {
  const shape s{1, 3, 4, 5};
  std::vector<float> v = numbers(s);
  tensor plain = in_plain(s, v);
  const auto value = [&](auto, auto c, auto h, auto w) { return v[at(20 * c + 5 * h + w)]; };
  using type = tensor::data_type;
  using tag = tensor::format_tag;
  CHECK_ADAPTER(reordered(plain, tag::nhwc, type::u8),
                {.extents = s, .type = scalar_type::uint8, .how = {.quantized = {0.5f, 2}}, .quantized = {0.5f, 2}},
                [&](auto... i) { return static_cast<std::uint8_t>(value(i...)); });
  const tensor signed_bytes = reordered(plain, tag::nchw, type::s8);
  CHECK(as_view(signed_bytes).type() == scalar_type::int8);
  CHECK_ADAPTER(reordered(plain, tag::nchw, type::bf16), {.extents = s, .type = scalar_type::bfloat16},
                [&](auto... i) { return to_bfloat16(value(i...)); });
  const tensor half({{1, 3, 4, 5}, type::f16, tag::nchw}, cpu_engine);
  CHECK(as_view(half).type() == scalar_type::float16);
  const tensor integers({{1, 3, 4, 5}, type::s32, tag::nchw}, cpu_engine);
  CHECK(sentence([&] { as_view(integers); }) ==
        "as_view: the oneDNN memory has elements of data type 4, expected f32, f16, bf16, s8 or u8");
}
TEST_CASE("submemory, strides of one's own, fewer axes") {
  const shape s{2, 20, 6, 5};
  std::vector<float> v = numbers(s);
  const tensor plain = in_plain(s, v);
  const tensor part(plain.get_desc().submemory_desc({1, 16, 6, 5}, {1, 2, 0, 0}), cpu_engine, v.data());
  CHECK_ADAPTER(part, {.extents = {1, 16, 6, 5}},
                [&](auto, auto c, auto h, auto w) { return v[at(600 + 30 * (c + 2) + 5 * h + w)]; });
  const tensor sparse_rows({{2, 3, 2, 2}, tensor::data_type::f32, tensor::dims{100, 30, 10, 2}}, cpu_engine, v.data());
  CHECK(as_view(sparse_rows).stride() == strides{100, 30, 10, 2});
  const tensor two({{2, 3}, tensor::data_type::f32, tensor::format_tag::nc}, cpu_engine, v.data());
  CHECK(as_view(two).extents() == shape{2, 3, 1, 1});
  const tensor three({{2, 3, 7}, tensor::data_type::f32, tensor::format_tag::ncw}, cpu_engine, v.data());
  CHECK(as_view(three).extents() == shape{2, 3, 1, 7});
  const tensor none({{0, 3, 4, 4}, tensor::data_type::f32, tensor::format_tag::nchw}, cpu_engine, v.data());
  CHECK(as_view(none).extents() == shape{0, 3, 4, 4});
}
TEST_CASE("tokens, plain and in blocks of channels") {
  std::vector<float> v = numbers({2, 4, 1, 9});
  using tag = tensor::format_tag;
  const tensor plain({{2, 9, 4}, tensor::data_type::f32, tag::abc}, cpu_engine, v.data());
  testing::same_tokens(
      plain, [&](auto n, auto token, auto c) -> const float& { return v[at((n * 9 + token) * 4 + c)]; });
  const tensor first({{2, 4, 9}, tensor::data_type::f32, tag::ncw}, cpu_engine, v.data());
  const auto of_token = [&](auto n, auto token, auto c) { return v[at((n * 4 + c) * 9 + token)]; };
  for (const tag format : {tag::ncw, tag::nwc, tag::nCw8c})
    testing::same_tokens(reordered(first, format), of_token, {.axes = "ncw"});
}
TEST_CASE("a convolution in the format that oneDNN chooses, and in blocked ones") {
  testing::convolution c;
  using tag = tensor::format_tag;
  std::string chosen, policies;
  for (const tag out_format : {tag::any, tag::nChw8c, tag::nChw16c}) {
    using type = tensor::data_type;
    const tensor::dims one{1, 1};
    const tensor::desc in({2, 3, 6, 5}, type::f32, tag::nchw), weights({20, 3, 3, 3}, type::f32, tag::oihw),
        bias({20}, type::f32, tag::x), any_in({2, 3, 6, 5}, type::f32, tag::any),
        any_weights({20, 3, 3, 3}, type::f32, tag::any), any_out({2, 20, 6, 5}, type::f32, out_format);
#if DNNL_VERSION_MAJOR == 2
    const dnnl::convolution_forward::desc d(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                                            any_in, any_weights, bias, any_out, one, one, one);
    const dnnl::convolution_forward::primitive_desc p(d, cpu_engine);
#else
    const dnnl::convolution_forward::primitive_desc p(cpu_engine, dnnl::prop_kind::forward_inference,
                                                      dnnl::algorithm::convolution_direct, any_in, any_weights, bias,
                                                      any_out, one, one, one);
#endif
    dnnl::stream stream(cpu_engine);
    tensor plain_in(in, cpu_engine, c.input.data()), plain_weights(weights, cpu_engine, c.weights.data());
    tensor the_in(p.src_desc(), cpu_engine), the_weights(p.weights_desc(), cpu_engine), out(p.dst_desc(), cpu_engine);
    dnnl::reorder(plain_in, the_in).execute(stream, plain_in, the_in);
    dnnl::reorder(plain_weights, the_weights).execute(stream, plain_weights, the_weights);
    dnnl::convolution_forward(p).execute(stream, {{DNNL_ARG_SRC, the_in},
                                                  {DNNL_ARG_WEIGHTS, the_weights},
                                                  {DNNL_ARG_BIAS, tensor(bias, cpu_engine, c.bias.data())},
                                                  {DNNL_ARG_DST, out}});
    stream.wait();
    policies = c.check(as_view(out));
    const strides s = as_view(out).stride();
    if (out_format == tag::any)
      chosen = s.block > 1 ? "blocks of " + std::to_string(s.block) : s.c == 1 ? "nhwc" : "nchw";
    else
      CHECK(s.block == (out_format == tag::nChw8c ? 8 : 16));
  }
  testing::ran(
      DNNL_VERSION_MAJOR < 3 ? "oneDNN of Debian" : "oneDNN",
      std::to_string(DNNL_VERSION_MAJOR) + "." + std::to_string(DNNL_VERSION_MINOR), policies,
      "convolution in nChw8c, nChw16c and what it chose itself (" + chosen + "), nchw, submemory, u8, s8, bf16");
}
TEST_CASE("what cannot be read is one sentence") {
  const auto said = [](const tensor& m, const hints& h = {}) { return sentence([&] { as_view(m, h); }); };
  CHECK(said(tensor()) == "as_view: the oneDNN memory is empty");
  using type = tensor::data_type;
  using tag = tensor::format_tag;
  CHECK(said(tensor({{1, 2, 3, 4, 5}, type::f32, tag::ncdhw}, cpu_engine)) ==
        "as_view: the oneDNN memory has 5 axes, expected 1 to 4");
  CHECK(said(tensor(tensor::desc(), cpu_engine)) == "as_view: the oneDNN memory has 0 axes, expected 1 to 4");
  CHECK(said(tensor({{16, 16, 3, 3}, type::f32, tag::OIhw8i8o}, cpu_engine)) ==
        "as_view: the oneDNN memory has 2 inner blocks, expected at most 1; reorder it to a plain format");
  CHECK(said(tensor({{16, 16, 3, 3}, type::f32, tag::Oihw16o}, cpu_engine)) ==
        "as_view: the oneDNN memory has its block on axis 0, expected axis 1, the channels; reorder it to a plain "
        "format");
  const tensor blocked({{1, 16, 3, 3}, type::f32, tag::nChw8c}, cpu_engine);
  CHECK(said(blocked, {.axes = "nhwc"}) ==
        "as_view: axes \"nhwc\", expected c second: the oneDNN memory has blocks of channels there");
  CHECK(said(blocked).empty());
  tensor taken = blocked;
  const tensor moved = std::move(taken);
  CHECK(said(taken) == "as_view: the oneDNN memory is empty");
}
#if DNNL_VERSION_MAJOR == 2  // version 3 has no Winograd
TEST_CASE("weights of Winograd's have no strides") {
  using type = tensor::data_type;
  using tag = tensor::format_tag;
  const tensor::desc images({1, 64, 56, 56}, type::f32, tag::any), weights({64, 64, 3, 3}, type::f32, tag::any);
  const tensor::dims one{1, 1};
  try {
    const dnnl::convolution_forward::primitive_desc p(
        {dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_winograd, images, weights, images, one, one,
         one},
        cpu_engine);
    const tensor transformed(p.weights_desc(), cpu_engine);
    CHECK(sentence([&] { as_view(transformed); }) ==
          "as_view: the oneDNN memory has a format without strides, expected a reorder to a plain one");
  } catch (const dnnl::error&) {
    std::cout << "skipped: oneDNN's Winograd weights: this CPU has no such primitive\n";
  }
}
#endif
