// A codebook: K centres of d components, to which VLAD compares descriptors. A value whose copies share the centres;
// Space is where they lie. fit/codebook.hpp fits one; it can also be made from centres from elsewhere. Centres are kept
// in float.
#pragma once

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "../kernel/shared_array.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <class Space = host_space>
class basic_codebook {
 public:
  using space = Space;

  basic_codebook() = default;
  /// clusters x d numbers, centre by centre.
  template <class T>
  basic_codebook(std::span<const T> centres, index_t clusters)
    requires(std::is_same_v<Space, host_space>)
      : clusters_(clusters) {
    const index_t size = static_cast<index_t>(centres.size());
    if (clusters < 1 || size == 0 || size % clusters != 0)
      raise("codebook: ", size, " numbers are not ", clusters, " centres");
    const index_t d = size / clusters;
    std::vector<float> numbers;
    std::vector<double> norms;
    for (index_t k = 0; k < clusters; ++k) {
      double norm = 0;
      for (index_t j = 0; j < d; ++j) {
        numbers.push_back(static_cast<float>(centres[static_cast<std::size_t>(k * d + j)]));
        if (!std::isfinite(numbers.back()))
          raise("codebook: component ", j, " of centre ", k, " is ", numbers.back(), ", expected a finite float");
        norm += static_cast<double>(numbers.back()) * static_cast<double>(numbers.back());
      }
      norms.push_back(norm);
    }
    centres_ = kernel::shared_array<float>(std::move(numbers));
    norms_ = kernel::shared_array<double>(std::move(norms));
  }
  template <class T>
  basic_codebook(const std::vector<T>& centres, index_t clusters)
      : basic_codebook(std::span<const T>(centres), clusters) {}
  /// From numbers that are already in the space; norms: the squared length of every centre.
  basic_codebook(kernel::shared_array<float, Space> centres, kernel::shared_array<double, Space> norms)
      : centres_(std::move(centres)), norms_(std::move(norms)), clusters_(norms_.size()) {
    if (clusters_ < 1 || centres_.size() == 0 || centres_.size() % clusters_ != 0)
      raise("codebook: ", centres_.size(), " numbers are not ", clusters_, " centres");
  }

  index_t clusters() const { return clusters_; }
  index_t dimensions() const { return clusters_ == 0 ? 0 : centres_.size() / clusters_; }
  /// clusters x d.
  kernel::matrix<const float> centres() const { return centres_.rows(clusters(), dimensions()); }
  /// |centre|^2, clusters x 1.
  kernel::matrix<const double> squared_norms() const { return norms_.rows(clusters(), 1); }
  const kernel::shared_array<float, Space>& centre_numbers() const { return centres_; }
  const kernel::shared_array<double, Space>& norm_numbers() const { return norms_; }

 private:
  kernel::shared_array<float, Space> centres_;
  kernel::shared_array<double, Space> norms_;
  index_t clusters_ = 0;
};

/// What fit_codebook returns.
using codebook = basic_codebook<host_space>;

}  // namespace cnnpool
