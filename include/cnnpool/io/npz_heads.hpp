// The heads of visual place recognition with the weights that their authors publish: .npz archives whose arrays have
// the names of the checkpoint's parameters. Needs libzip, as npz.hpp does. docs/heads.md says what each head is.
//
//   const auto head = megaloc_from_npz<float16>("megaloc.npz");         // pool(tokens, head)
//
//   cosplace_from_npz     aggregation.1.p, .3.weight, .3.bias (CosPlace; EigenPlaces has the same)
//   salad_from_npz        aggregator.token_features.{0,2}, .cluster_features.{0,3}, .score.{0,3}, each .weight and
//                         .bias, aggregator.dust_bin
//   megaloc_from_npz      the same behind aggregator.agg, and aggregator.linear.weight, .bias
//   netvlad_from_npz      pool.centroids, pool.conv.weight, pool.conv.bias where it is there (Patch-NetVLAD)
//   supervlad_from_npz    aggregation.conv.weight; how many of its clusters are ghosts is not in the checkpoint
//   linear_from_npz       name.weight, name.bias: any other layer, e.g. Patch-NetVLAD's "WPCA.0"
//
// scripts/weights writes such a file from a checkpoint. Names are taken as they are: the prefix that
// torch.nn.DataParallel puts in front of them, `module.`, is not known here, the scripts strip it. Arrays of other
// names are ignored. A weight is outputs x inputs, a 1 x 1 convolution's further axes of 1 behind them; a number on its
// own needs an axis (the scripts give it one). float16, float32 and float64 are read.
//
// T is what layers store: float, float16 or bfloat16. An array of that type is read once and kept as it was read, any
// other is converted number by number: at most one array and its converted copy are in memory beside what is done.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../chain.hpp"
#include "../policy/gem.hpp"
#include "../policy/salad_head.hpp"
#include "../policy/unit_positions.hpp"
#include "../policy/vlad.hpp"
#include "../post/l2.hpp"
#include "../post/linear.hpp"
#include "npz.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// Arrays of one file by the names of a checkpoint; `who` is the function that reads them.
class npz_weights {
 public:
  npz_weights(const char* who, const std::string& path) : who_(who), path_(path), file_(path) {}

  bool has(const std::string& name) const {
    const std::vector<std::string> names = file_.names();
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  template <class... Pieces>
  [[noreturn]] void bad(const std::string& name, const Pieces&... pieces) const {
    raise(who_, ": ", path_, ": array ", in_quotes(name), " ", pieces...);
  }

  double number(const std::string& name) const {
    npy_array a = read(name);
    for (const index_t extent : a.shape())
      if (extent != 1) bad(name, "has shape ", text_of(a.shape()), ", expected 1 number");
    return static_cast<double>(stored<float>(name, std::move(a), 1, 1).data()[0]);
  }
  template <class T>
  struct table {
    shared_array<T> numbers;
    index_t rows = 0, cols = 0;
  };
  /// outputs x inputs, or outputs x inputs x 1 x 1. cols: how many inputs there have to be, 0 for any number.
  template <class T>
  table<T> rows(const std::string& name, index_t cols = 0) const {
    npy_array a = read(name);
    const std::vector<index_t> s = a.shape();
    const std::string inputs = cols == 0 ? "inputs" : decimal(cols);
    if (s.size() < 2 || s[0] == 0 || s[1] == 0 || (cols != 0 && s[1] != cols) ||
        std::any_of(s.begin() + 2, s.end(), [](index_t extent) { return extent != 1; }))
      bad(name, "has shape ", text_of(s), ", expected outputs x ", inputs, ", and axes of 1 behind them if any");
    return {stored<T>(name, std::move(a), s[0], s[1]), s[0], s[1]};
  }
  shared_array<float> one_axis(const std::string& name, index_t count) const {
    npy_array a = read(name);
    if (a.shape() != std::vector<index_t>{count}) bad(name, "has shape ", text_of(a.shape()), ", expected ", count);
    return stored<float>(name, std::move(a), 1, count);
  }
  /// name.weight and name.bias.
  template <class T>
  linear<T> layer(const std::string& name, index_t inputs = 0) const {
    table<T> w = rows<T>(name + ".weight", inputs);
    return {std::move(w.numbers), one_axis(name + ".bias", w.rows)};
  }
  template <class T>
  mlp<T> layers(const std::string& first, const std::string& second, index_t inputs = 0) const {
    const linear<T> hidden = layer<T>(first, inputs);
    return {hidden, layer<T>(second, hidden.output_size())};
  }
  /// SALAD's networks behind a name.
  template <class T>
  salad_head<T> salad(const std::string& name) const {
    const mlp<T> token = layers<T>(name + ".token_features.0", name + ".token_features.2");
    const index_t d = token.first.input_size();
    return {token, layers<T>(name + ".cluster_features.0", name + ".cluster_features.3", d),
            layers<T>(name + ".score.0", name + ".score.3", d), {.dustbin = number(name + ".dust_bin")}};
  }

 private:
  npy_array read(const std::string& name) const {
    npy_array a = file_.read(name);
    const scalar_type t = a.type();
    if (t != scalar_type::float16 && t != scalar_type::float32 && t != scalar_type::float64)
      bad(name, "holds ", to_string(t), ", expected float16, float32 or float64");
    return a;
  }
  /// The array as rows x cols numbers of type T, row by row.
  template <class T>
  shared_array<T> stored(const std::string& name, npy_array a, index_t rows, index_t cols) const {
    switch (a.type()) {
      case scalar_type::float16: return stored<T, float16>(name, std::move(a), rows, cols);
      case scalar_type::float64: return stored<T, double>(name, std::move(a), rows, cols);
      default: return stored<T, float>(name, std::move(a), rows, cols);
    }
  }
  template <class T, class Read>
  shared_array<T> stored(const std::string& name, npy_array a, index_t rows, index_t cols) const {
    const Read* const data = static_cast<const Read*>(a.data());
    const auto check_finite = [&](const T& x, index_t i, const Read& as_read) {
      if (std::isfinite(float_of(x))) return;
      bad(name, "has ", shown(as_read), " as number ", i, ", expected a finite ", to_string(scalar_type_of<T>()));
    };
    if constexpr (std::is_same_v<T, Read>) {
      if (!a.header().fortran_order) {
        for (index_t i = 0; i < rows * cols; ++i) check_finite(data[i], i, data[i]);
        const auto owner = std::make_shared<const npy_array>(std::move(a));  // what data points to moves with it
        return {std::shared_ptr<const T>(owner, data), rows * cols};
      }
    }
    std::vector<T> r;
    r.reserve(static_cast<std::size_t>(rows * cols));
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < cols; ++j) {
        const Read& x = data[a.header().fortran_order ? i + j * rows : i * cols + j];
        r.push_back(of_float<T>(float_of(x)));
        check_finite(r.back(), i * cols + j, x);
      }
    return shared_array<T>(std::move(r));
  }
  template <class X>
  static float float_of(const X& x) {
    if constexpr (std::is_arithmetic_v<X>) return static_cast<float>(x);
    else return to_float(x);
  }
  /// What a message says of it: a double that is no float as it is.
  static double shown(double x) { return x; }
  static double shown(float x) { return static_cast<double>(x); }
  static double shown(float16 x) { return static_cast<double>(to_float(x)); }
  template <class T>
  static T of_float(float x) {
    if constexpr (std::is_same_v<T, float16>) return to_float16(x);
    else if constexpr (std::is_same_v<T, bfloat16>) return to_bfloat16(x);
    else return x;
  }

  const char* who_;
  std::string path_;
  npz_file file_;
};

}  // namespace detail

/// unit_positions{} | gem{.p = p} | linear | l2{}: CosPlace and EigenPlaces, behind their last convolution.
template <class T = float>
auto cosplace_from_npz(const std::string& path) {
  const detail::npz_weights file("cosplace_from_npz", path);
  const double p = file.number("aggregation.1.p");
  if (!(p > 0)) file.bad("aggregation.1.p", "is ", p, ", expected a positive number");
  return unit_positions{} | gem{.p = p} | file.layer<T>("aggregation.3") | l2{};
}

/// Of a token_view.
template <class T = float>
salad_head<T> salad_from_npz(const std::string& path) {
  return detail::npz_weights("salad_from_npz", path).salad<T>("aggregator");
}

/// salad_head | linear | l2{}, of a token_view. Its matrix has 140 million numbers: float16 halves it.
template <class T = float>
auto megaloc_from_npz(const std::string& path) {
  const detail::npz_weights file("megaloc_from_npz", path);
  const salad_head<T> head = file.salad<T>("aggregator.agg");
  return head | file.layer<T>("aggregator.linear", head.descriptor_size({})) | l2{};
}

/// Patch-NetVLAD's, and NetVLAD's of the same code. Its regions are pool_regions(x, policy, sliding_grid{...}).
inline vlad_policy<host_space> netvlad_from_npz(const std::string& path) {
  const detail::npz_weights file("netvlad_from_npz", path);
  const auto weights = file.rows<float>("pool.conv.weight"), centres = file.rows<float>("pool.centroids", weights.cols);
  if (centres.rows != weights.rows)
    file.bad("pool.centroids", "has ", centres.rows, " rows, expected ", weights.rows, ", as pool.conv.weight");
  const codebook words(std::span<const float>(centres.numbers.data(), static_cast<std::size_t>(centres.numbers.size())),
                       centres.rows);
  if (file.has("pool.conv.bias"))
    return netvlad(words, netvlad_head(weights.numbers, file.one_axis("pool.conv.bias", weights.rows)));
  const kernel::shared_array<float> none(std::vector<float>(static_cast<std::size_t>(weights.rows)));
  return netvlad(words, netvlad_head(weights.numbers, none));
}

/// ghosts: 1 in the published model of 4 clusters, 2 in that of 1 cluster.
inline vlad_policy<host_space> supervlad_from_npz(const std::string& path, index_t ghosts) {
  const detail::npz_weights file("supervlad_from_npz", path);
  const std::string name = "aggregation.conv.weight";
  const auto weights = file.rows<float>(name);
  if (ghosts < 0 || ghosts >= weights.rows)
    file.bad(name, "has ", weights.rows, " rows, expected more than the ", ghosts, " ghosts");
  const std::span<const float> numbers(weights.numbers.data(), static_cast<std::size_t>(weights.numbers.size()));
  return supervlad(netvlad_head(numbers, weights.rows), ghosts);
}

/// Any layer with a bias: name.weight and name.bias.
template <class T = float>
linear<T> linear_from_npz(const std::string& path, const std::string& name) {
  return detail::npz_weights("linear_from_npz", path).layer<T>(name);
}

}  // namespace cnnpool
