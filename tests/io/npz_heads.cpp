#include <cnnpool/io/npz_heads.hpp>

#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/core/token_view.hpp>
#include <cnnpool/pool.hpp>

#include <functional>
#include <limits>
#include <map>

#include "catch.hpp"
#include "errors.hpp"
#include "folder.hpp"
#include "random.hpp"

using namespace cnnpool;

namespace {

constexpr index_t d = 6, hidden = 5, h = 3, w = 3, images = 2;

/// Numbers that float16 holds.
std::vector<float> numbers(index_t count, std::uint64_t stream) {
  testing::random_numbers random(stream);
  std::vector<float> r(static_cast<std::size_t>(count));
  for (float& v : r) v = to_float(to_float16(static_cast<float>(random.uniform(-1, 1))));
  return r;
}

/// An array of a checkpoint; .npy as npz_writer writes it has 2 or 4 axes, other numbers of axes are put together here.
struct array {
  std::vector<index_t> extents;
  std::string bytes, descr = "<f4";
  bool fortran = false;
};
template <class T>
std::string bytes_of(const std::vector<T>& v) {
  return {reinterpret_cast<const char*>(v.data()), v.size() * sizeof(T)};
}
array floats(const std::vector<index_t>& extents, const std::vector<float>& v) { return {extents, bytes_of(v)}; }
array halves(const std::vector<index_t>& extents, const std::vector<float>& v) {
  std::vector<float16> half;
  for (const float x : v) half.push_back(to_float16(x));
  return {extents, bytes_of(half), "<f2"};
}
std::string npy(const array& a) {
  std::string shape;
  for (const index_t extent : a.extents) shape += std::to_string(extent) + ",";
  std::string header = "{'descr': '" + a.descr + "', 'fortran_order': " + (a.fortran ? "True" : "False") +
                       ", 'shape': (" + shape + "), }";
  header.resize(117, ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + a.bytes;
}

using arrays = std::map<std::string, array>;
std::string write(const std::string& path, const arrays& all) {
  std::map<std::string, std::string> files;
  for (const auto& [name, a] : all) files[name + ".npy"] = npy(a);
  zip_t* const z = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, bytes] : files)
    REQUIRE(zip_file_add(z, name.c_str(), zip_source_buffer(z, bytes.data(), bytes.size(), 0), 0) >= 0);
  REQUIRE(zip_close(z) == 0);
  return path;
}

/// Layer `name` of the numbers seed and seed + 1, in the file and as a policy has it.
linear<float> add_layer(arrays& to, const std::string& name, index_t outputs, index_t inputs, std::uint64_t seed,
                        bool convolution = false) {
  const std::vector<float> weights = numbers(outputs * inputs, seed), biases = numbers(outputs, seed + 1);
  to[name + ".weight"] = floats(convolution ? std::vector<index_t>{outputs, inputs, 1, 1}
                                            : std::vector<index_t>{outputs, inputs},
                                weights);
  to[name + ".bias"] = floats({outputs}, biases);
  return {weights, biases};
}
salad_head<float> add_salad(arrays& to, const std::string& name) {
  const auto network = [&](const char* part, const char* second, index_t outputs, std::uint64_t seed,
                           bool convolution) {
    const std::string first = name + part;
    return mlp<float>{add_layer(to, first + "0", hidden, d, seed, convolution),
                      add_layer(to, first + second, outputs, hidden, seed + 2, convolution)};
  };
  to[name + ".dust_bin"] = floats({1}, {0.75f});
  return {network(".token_features.", "2", 4, 10, false), network(".cluster_features.", "3", 3, 20, true),
          network(".score.", "3", 2, 30, true), {.dustbin = 0.75}};
}

template <class T>
bool same(const linear<T>& a, const linear<float>& b) {
  bool equal = a.input_size() == b.input_size() && a.output_size() == b.output_size();
  for (index_t i = 0; equal && i < a.output_size(); ++i) {
    equal = a.biases()(0, i) == b.biases()(0, i);
    for (index_t j = 0; equal && j < a.input_size(); ++j)
      equal = kernel::as_lane<float>(a.weights()(i, j), {}) == b.weights()(i, j);
  }
  return equal;
}
template <class T>
bool same(const salad_head<T>& a, const salad_head<float>& b) {
  bool equal = a.options.dustbin == b.options.dustbin && a.options.iterations == b.options.iterations;
  for (const auto& [x, y] : {std::pair(&a.token, &b.token), std::pair(&a.features, &b.features),
                             std::pair(&a.scores, &b.scores)})
    equal = equal && same(x->first, y->first) && same(x->second, y->second);
  return equal;
}
bool same(const descriptors<double>& a, const descriptors<double>& b) {
  return a.values().size() == b.values().size() && std::equal(a.data(), a.data() + a.values().size(), b.data());
}

const std::vector<float> memory = numbers(images * (1 + h * w) * d, 1);
const token_view<float> tokens(memory.data(), {.n = images, .tokens = 1 + h * w, .d = d}, {.h = h, .w = w});
const feature_view<float> map(memory.data(), {.n = images, .c = d, .h = h, .w = w}, nhwc);

}  // namespace

TEST_CASE("CosPlace's head has the exponent and the layer of its file") {
  const test_folder in("npz_heads");
  arrays all{{"aggregation.1.p", floats({1}, {2.75f})}, {"backbone.0.weight", floats({1}, {1})}};
  const linear<float> layer = add_layer(all, "aggregation.3", 4, d, 40);
  const auto head = cosplace_from_npz(write(in / "a.npz", all));
  CHECK(same(pool(reference{}, map, head), pool(reference{}, map, unit_positions{} | gem{.p = 2.75} | layer | l2{})));
}

TEST_CASE("SALAD's and MegaLoc's heads, whatever type the file has and the layers store") {
  const test_folder in("npz_heads");
  arrays all;
  const salad_head<float> expected = add_salad(all, "aggregator");
  CHECK(same(salad_from_npz(write(in / "a.npz", all)), expected));
  CHECK(same(salad_from_npz<float16>(in / "a.npz"), expected));

  arrays mega;
  add_salad(mega, "aggregator.agg");
  const linear<float> last = add_layer(mega, "aggregator.linear", 7, 10, 50);
  const auto head = megaloc_from_npz(write(in / "b.npz", mega));
  CHECK(same(head.policy.policy, expected));
  CHECK(same(head.policy.last, last));
  CHECK(same(pool(reference{}, tokens, head), pool(reference{}, tokens, expected | last | l2{})));

  for (auto& [name, a] : mega)  // as float16
    if (name.ends_with(".weight")) {
      std::vector<float> v(a.bytes.size() / sizeof(float));
      std::memcpy(v.data(), a.bytes.data(), a.bytes.size());
      a = halves(a.extents, v);
    }
  const auto half = megaloc_from_npz<float16>(write(in / "b.npz", mega));
  static_assert(std::is_same_v<decltype(half.policy.last), linear<float16>>);
  CHECK((same(half.policy.policy, expected) && same(half.policy.last, last)));
  CHECK(same(megaloc_from_npz(in / "b.npz").policy.last, last));
}

TEST_CASE("a layer in columns, in double, in bfloat16") {
  const test_folder in("npz_heads");
  const std::vector<float> by_rows{1, 2, 3, 4, 5, 6};
  const linear<float> expected(by_rows, {7, 8});
  const array columns{{2, 3}, bytes_of(std::vector<double>{1, 4, 2, 5, 3, 6}), "<f8", true};
  const array same_type{{2, 3}, bytes_of(std::vector<float>{1, 4, 2, 5, 3, 6}), "<f4", true};
  for (const array& a : {columns, same_type}) {
    write(in / "a.npz", {{"WPCA.0.weight", a}, {"WPCA.0.bias", floats({2}, {7, 8})}});
    CHECK(same(linear_from_npz(in / "a.npz", "WPCA.0"), expected));
    CHECK(same(linear_from_npz<bfloat16>(in / "a.npz", "WPCA.0"), expected));
  }
}

TEST_CASE("NetVLAD with biases and without, and SuperVLAD") {
  const test_folder in("npz_heads");
  const std::vector<float> weights = numbers(3 * d, 60), centres = numbers(3 * d, 61), biases = numbers(3, 62);
  arrays all{{"pool.conv.weight", floats({3, d, 1, 1}, weights)}, {"pool.centroids", floats({3, d}, centres)}};
  const codebook words(centres, 3);
  const auto is = [&](const netvlad_head& head) {
    return same(pool(reference{}, map, netvlad_from_npz(write(in / "a.npz", all))),
                pool(reference{}, map, netvlad(words, head)));
  };
  CHECK(is(netvlad_head(weights, 3)));
  all["pool.conv.bias"] = floats({3}, biases);
  CHECK(is(netvlad_head(weights, biases)));
  write(in / "b.npz", {{"aggregation.conv.weight", floats({3, d, 1}, weights)}});
  CHECK(same(pool(reference{}, map, supervlad_from_npz(in / "b.npz", 1)),
             pool(reference{}, map, supervlad(netvlad_head(weights, 3), 1))));
}

TEST_CASE("what does not fit is one sentence with the file and the array") {
  const test_folder in("npz_heads");
  const std::string file = in / "a.npz";
  arrays good{{"aggregation.1.p", floats({1}, {3})}};
  add_layer(good, "aggregation.3", 4, d, 40);
  add_salad(good, "aggregator");
  add_salad(good, "aggregator.agg");
  add_layer(good, "aggregator.linear", 7, 10, 50);
  good["pool.conv.weight"] = good["aggregation.conv.weight"] = floats({3, d, 1, 1}, numbers(3 * d, 60));
  good["pool.centroids"] = floats({3, d}, numbers(3 * d, 61));
  const auto said = [&](const char* name, const array& a, const std::function<void()>& read) {
    arrays all = good;
    all[name] = a;
    write(file, all);
    return sentence(read);
  };
  const auto cosplace = [&] { cosplace_from_npz(file); };
  const std::string start = "cosplace_from_npz: " + file + ": array ", weight = "aggregation.3.weight";

  arrays without = good;
  without.erase("aggregation.3.bias");
  write(file, without);
  CHECK(sentence(cosplace) == "npz_file: " + file + ": array 'aggregation.3.bias' is not in the file");
  CHECK(said("aggregation.1.p", floats({2}, {3, 3}), cosplace) ==
        start + "'aggregation.1.p' has shape 2, expected 1 number");
  CHECK(said("aggregation.1.p", floats({1}, {-1}), cosplace) ==
        start + "'aggregation.1.p' is -1, expected a positive number");
  CHECK(said("aggregation.3.bias", floats({3}, {1, 2, 3}), cosplace) ==
        start + "'aggregation.3.bias' has shape 3, expected 4");
  CHECK(said("aggregation.3.bias", floats({1, 4}, {1, 2, 3, 4}), cosplace) ==
        start + "'aggregation.3.bias' has shape 1 x 4, expected 4");
  const auto inputs = [](const std::string& count) {
    return "expected outputs x " + count + ", and axes of 1 behind them if any";
  };
  const std::string shapes = inputs("inputs");
  CHECK(said(weight.c_str(), floats({4}, {1, 2, 3, 4}), cosplace) ==
        start + "'aggregation.3.weight' has shape 4, " + shapes);
  CHECK(said(weight.c_str(), floats({0, 4}, {}), cosplace) ==
        start + "'aggregation.3.weight' has shape 0 x 4, " + shapes);
  CHECK(said(weight.c_str(), floats({1, 1, 2, 2}, {1, 2, 3, 4}), cosplace) ==
        start + "'aggregation.3.weight' has shape 1 x 1 x 2 x 2, " + shapes);
  CHECK(said(weight.c_str(), {{2, 2}, "abcd", "|i1"}, cosplace) ==
        start + "'aggregation.3.weight' holds int8, expected float16, float32 or float64");
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(said(weight.c_str(), floats({1, 3}, {0, infinity, 0}), cosplace) ==
        start + "'aggregation.3.weight' has inf as number 1, expected a finite float32");
  CHECK(said(weight.c_str(), {{1, 1}, bytes_of(std::vector<double>{1e300}), "<f8"}, cosplace) ==
        start + "'aggregation.3.weight' has 1e+300 as number 0, expected a finite float32");
  CHECK(said(weight.c_str(), floats({1, 2}, {0, 1e6f}), [&] { cosplace_from_npz<float16>(file); }) ==
        start + "'aggregation.3.weight' has 1e+06 as number 1, expected a finite float16");
  CHECK(said("aggregation.1.p", {{}, bytes_of(std::vector<float>{3})}, cosplace) ==
        "read_npy: " + file + ": array 'aggregation.1.p': has 0 axes, expected 1 to 4 (feature maps)");

  const auto salad = [&] { salad_from_npz(file); };
  CHECK(said("aggregator.score.3.weight", floats({1, 4, 1, 1}, {1, 2, 3, 4}), salad) ==
        "salad_from_npz: " + file + ": array 'aggregator.score.3.weight' has shape 1 x 4 x 1 x 1, " + inputs("5"));
  CHECK(said("aggregator.cluster_features.0.weight", floats({1, 2}, {1, 2}), salad) ==
        "salad_from_npz: " + file + ": array 'aggregator.cluster_features.0.weight' has shape 1 x 2, " + inputs("6"));
  CHECK(said("aggregator.linear.weight", floats({1, 9}, numbers(9, 1)), [&] { megaloc_from_npz(file); }) ==
        "megaloc_from_npz: " + file + ": array 'aggregator.linear.weight' has shape 1 x 9, " + inputs("10"));
  CHECK(said("pool.centroids", floats({1, d}, numbers(d, 1)), [&] { netvlad_from_npz(file); }) ==
        "netvlad_from_npz: " + file + ": array 'pool.centroids' has 1 rows, expected 3, as pool.conv.weight");
  CHECK(sentence([&] { supervlad_from_npz(file, 3); }) ==
        "supervlad_from_npz: " + file +
            ": array 'aggregation.conv.weight' has 3 rows, expected more than the 3 ghosts");
}
