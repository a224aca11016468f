// A learned linear projection of descriptors, y = P (x - m): PCA whitening, plain PCA, learned whitening (Lw).
//
// A model is a value: copies share its numbers. It is a stage, so policy | model | l2{} is a policy, in regions too.
// fit/ fits models; they can also be made from a mean and a matrix from elsewhere: scikit-learn's mean_ and components_
// (with whiten=True, explained_variance_ too), FAISS's PCAMatrix::mean and A. As a linear layer: W = P, b = -P m.
//
// Numbers are kept in float. The mean is subtracted first, so a large mean costs no accuracy. With u = 2^-24 the error
// of a component is at most
//   (d/4 + 5) u SUM |P_jk (x_k - m_k)| + u SUM |P_jk| |x_k - m_k|.
// A NaN spreads to the whole descriptor.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "../kernel/shared_array.hpp"
#include "model_numbers.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
struct difference {
  template <class V>
  CNNPOOL_HD V operator()(const V& a, const V& b) const {
    return a - b;
  }
};
}  // namespace detail

/// The model; Space is where its numbers lie. A default-constructed model is empty and raises when it is used.
template <class Space = host_space>
class basic_projection {
 public:
  static constexpr const char* name = "projection";
  using space = Space;

  basic_projection() = default;
  /// mean: d numbers; rows: output x d numbers, row by row.
  basic_projection(std::span<const double> mean, std::span<const double> rows)
    requires(std::is_same_v<Space, host_space>)
      : basic_projection(mean, rows, {}) {}
  /// The same with row j divided by sqrt(variances[j]): scikit-learn's components_ and explained_variance_.
  basic_projection(std::span<const double> mean, std::span<const double> rows, std::span<const double> variances)
    requires(std::is_same_v<Space, host_space>)
  {
    const std::size_t d = mean.size(), k = d == 0 ? 0 : rows.size() / d;
    if (d == 0 || k == 0 || k * d != rows.size())
      raise("projection: a mean of ", d, " and a matrix of ", rows.size(),
            " numbers, expected a multiple of the mean's");
    if (!variances.empty() && variances.size() != k)
      raise("projection: ", variances.size(), " variances for a matrix of ", k, " rows");
    for (std::size_t j = 0; j < variances.size(); ++j)
      if (!(variances[j] > 0)) raise("projection: variance ", j, " is ", variances[j], ", expected a positive number");
    const auto scaled = [&](std::size_t i) {
      return variances.empty() ? rows[i] : rows[i] / std::sqrt(variances[i / d]);
    };
    mean_ = kernel::shared_array<float>(detail::finite_floats(mean, "projection", "the mean"));
    rows_ = kernel::shared_array<float>(detail::finite_floats(rows.size(), scaled, "projection", "the matrix"));
    outputs_ = static_cast<index_t>(k);
  }
  /// From numbers that are already in the space: d, and outputs x d of them.
  basic_projection(kernel::shared_array<float, Space> mean, kernel::shared_array<float, Space> rows, index_t outputs,
             kernel::shared_array<double> variances = {})
      : mean_(std::move(mean)), rows_(std::move(rows)), variances_(std::move(variances)), outputs_(outputs) {
    index_t size = 0;
    if (outputs < 1 || mean_.size() < 1 || !detail::multiply(outputs, mean_.size(), size) || size != rows_.size())
      raise("projection: a mean of ", mean_.size(), " and a matrix of ", rows_.size(), " numbers do not give ", outputs,
            " outputs");
  }

  index_t input_size() const { return mean_.size(); }
  index_t output_size() const { return outputs_; }
  /// 1 x d.
  kernel::matrix<const float> mean() const { return mean_.rows(1, input_size()); }
  /// output x d, row by row.
  kernel::matrix<const float> rows() const { return rows_.rows(outputs_, input_size()); }
  /// Variances of the training data along all directions that it has, the largest first; empty if they are not known.
  const kernel::shared_array<double>& variances() const { return variances_; }
  /// The number of directions in which the training data differ at all; 0 if it is not known.
  index_t effective_rank() const { return variances_.size(); }
  const kernel::shared_array<float, Space>& mean_numbers() const { return mean_; }
  const kernel::shared_array<float, Space>& row_numbers() const { return rows_; }

  /// Only the strongest `dimensions` outputs.
  basic_projection truncated(index_t dimensions) const
    requires(std::is_same_v<Space, host_space>)
  {
    if (dimensions < 1 || dimensions > outputs_)
      raise("projection::truncated: dimensions is ", dimensions, ", expected 1 to ", outputs_);
    const float* first = rows_.data();
    return {mean_, kernel::shared_array<float>(std::vector<float>(first, first + dimensions * input_size())),
            dimensions, variances_};
  }

  /// y = P x: without subtracting the mean, as in MOP's released code.
  basic_projection without_mean() const
    requires(std::is_same_v<Space, host_space>)
  {
    return {kernel::shared_array<float>(std::vector<float>(static_cast<std::size_t>(input_size()))), rows_, outputs_,
            variances_};
  }

  // stage
  index_t output_size(index_t) const { return outputs_; }
  void (check)(index_t d) const {
    if (outputs_ == 0) raise("projection: the model is empty; fit one, or give it a mean and a matrix");
    if (d != input_size()) raise("projection: the model takes ", input_size(), " components, the descriptor has ", d);
  }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    static_assert(std::is_same_v<typename B::space, Space>,
                  "cnnpool::basic_projection: the model is in another memory space than the one this backend reads");
    const kernel::scratch::frame frame(s);
    const kernel::matrix<A> centred = s.make<A>(in.rows, in.cols);
    const kernel::matrix<const A> m = detail::converted_model<A>(b, s, mean());
    b.transform(s, centred, detail::difference{}, in, detail::repeated(m, in.rows));
    b.contract(s, kernel::rows_as_descriptors<Space>(centred), kernel::over_channels{}, rows(), out);
  }

 private:
  kernel::shared_array<float, Space> mean_, rows_;
  kernel::shared_array<double> variances_;
  index_t outputs_ = 0;
};

/// What the fits return.
using projection = basic_projection<host_space>;

}  // namespace cnnpool
