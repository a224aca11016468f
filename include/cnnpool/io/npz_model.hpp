// Models as .npz archives, for NumPy: whitening, codebook, netvlad_head, in and out. Needs libzip, as npz.hpp does.
//
//   write_npz("whiten.npz", w);                         // NumPy: f = load(...); y = (x - f["mean"]) @ f["matrix"].T
//   const auto w = read_npz<whitening>("pca.npz");      // NumPy: savez("pca.npz", mean=mean, matrix=rows)
//
// Arrays: whitening: mean (1 x d), matrix (k x d), variances (1 x r, only where they are known); codebook: centres
// (K x d); netvlad_head: weights (K x d), biases (1 x K). When reading, 1 x d may also be one axis of d, numbers may
// have any type of .npy, and arrays of other names are ignored. Models are kept in float, variances in double.
// model.hpp has a format of one file with a checksum. Whatever is wrong is an error with the file's name; a file that
// is written appears when it is complete.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "../policy/vlad.hpp"
#include "../post/projection.hpp"
#include "npz.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

template <class T>
descriptors<std::remove_const_t<T>> array_of(const matrix<T>& m) {
  descriptors<std::remove_const_t<T>> r(m.rows, m.cols);
  for (index_t i = 0; i < m.rows; ++i)
    for (index_t j = 0; j < m.cols; ++j) r(i, j) = m(i, j);
  return r;
}

class npz_model_reader {
 public:
  explicit npz_model_reader(const std::string& path) : path_(path), file_(path) {}

  bool has(const std::string& name) const {
    const std::vector<std::string> names = file_.names();
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  /// rows: 1, or any number where it is 0.
  descriptors<double> read(const std::string& name, index_t rows) const {
    const npy_array a = file_.read(name);
    const std::size_t rank = a.shape().size();
    if (rank != 2 && !(rank == 1 && rows == 1)) bad("array ", in_quotes(name), " has ", rank, " axes, expected 2");
    const any_feature_view v = a.view();
    const shape& e = v.extents();
    if ((rows == 1 && e.n != 1) || e.n == 0) bad("array ", in_quotes(name), " is ", e.n, " x ", e.c);
    descriptors<double> r(e.n, e.c);
    visit(v, [&](const auto& x) {
      for (index_t i = 0; i < e.n; ++i)
        for (index_t j = 0; j < e.c; ++j) r(i, j) = number(x(i, j, 0, 0));
    });
    return r;
  }
  template <class... Pieces>
  [[noreturn]] void bad(const Pieces&... pieces) const {
    raise("read_npz: ", path_, ": ", pieces...);
  }
  shared_array<float> floats(const descriptors<double>& d, const char* what) const {
    return shared_array<float>(finite_floats({d.data(), d.values().size()}, ("read_npz: " + path_).c_str(), what));
  }

 private:
  template <class T>
  static double number(const T& x) {
    if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>) return static_cast<double>(to_float(x));
    else return static_cast<double>(x);
  }

  std::string path_;
  npz_file file_;
};

}  // namespace detail

inline void write_npz(const std::string& path, const projection& w) {
  if (w.output_size() == 0) raise("write_npz: the projection is empty");
  npz_writer out(path);
  out.add("mean", detail::array_of(w.mean()));
  out.add("matrix", detail::array_of(w.rows()));
  if (w.variances().size() != 0) out.add("variances", detail::array_of(w.variances().rows(1, w.variances().size())));
  out.commit();
}
inline void write_npz(const std::string& path, const codebook& c) {
  if (c.clusters() == 0) raise("write_npz: the codebook is empty");
  npz_writer out(path);
  out.add("centres", detail::array_of(c.centres()));
  out.commit();
}
inline void write_npz(const std::string& path, const netvlad_head& h) {
  if (h.clusters() == 0) raise("write_npz: the head is empty");
  npz_writer out(path);
  out.add("weights", detail::array_of(h.weights()));
  const kernel::matrix<const float> biases = h.biases();
  out.add("biases", detail::array_of(kernel::matrix<const float>{biases.data, 1, biases.rows, biases.rows, 1}));
  out.commit();
}

/// Model: whitening, codebook or netvlad_head.
template <class Model>
Model read_npz(const std::string& path) {
  const detail::npz_model_reader file(path);
  if constexpr (std::is_same_v<Model, projection>) {
    const descriptors<double> mean = file.read("mean", 1), rows = file.read("matrix", 0);
    if (rows.cols() != mean.cols() || rows.cols() == 0)
      file.bad("its mean of ", mean.cols(), " and its matrix of ", rows.rows(), " x ", rows.cols(),
               " do not belong together");
    kernel::shared_array<double> variances;
    if (file.has("variances")) {
      const descriptors<double> v = file.read("variances", 1);
      variances = kernel::shared_array<double>(std::vector<double>(v.data(), v.data() + v.values().size()));
    }
    return {file.floats(mean, "the mean"), file.floats(rows, "the matrix"), rows.rows(), std::move(variances)};
  } else if constexpr (std::is_same_v<Model, codebook>) {
    const descriptors<double> centres = file.read("centres", 0);
    if (centres.cols() == 0) file.bad("its codebook is ", centres.rows(), " x 0");
    const kernel::shared_array<float> numbers = file.floats(centres, "the centres");
    return {std::span<const float>(numbers.data(), centres.values().size()), centres.rows()};
  } else {
    static_assert(std::is_same_v<Model, netvlad_head>,
                  "cnnpool::read_npz: models are projection, codebook and netvlad_head");
    const descriptors<double> weights = file.read("weights", 0), biases = file.read("biases", 1);
    if (weights.rows() != biases.cols() || weights.cols() == 0)
      file.bad("its weights of ", weights.rows(), " x ", weights.cols(), " and its ", biases.cols(),
               " biases do not belong together");
    return {file.floats(weights, "the weights"), file.floats(biases, "the biases")};
  }
}

}  // namespace cnnpool
