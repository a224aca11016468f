// Descriptors that rank nothing: zero, or all alike. Their ties are ordered by the photos' numbers, and lists of photos
// are sorted by what they show, so a dead network gets a mAP far above chance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <cnnpool/core/descriptors.hpp>

struct dead_rows {
  std::size_t rows = 0, zero = 0;
  double least_cosine = 1;  ///< of any row that is not zero to the first of them
  static constexpr double alike = 0.9999;

  bool all_alike() const { return rows - zero > 1 && least_cosine > alike; }
  bool all_equal() const { return zero == rows || (zero == 0 && least_cosine > 1 - 1e-6); }
  bool all_dead() const { return rows > 0 && (zero == rows || all_alike()); }

  std::string text() const {
    char cosine[40];
    std::snprintf(cosine, sizeof cosine, "%.6f", least_cosine);
    std::string out;
    if (zero > 0) out = std::to_string(zero) + " of " + std::to_string(rows) + " descriptors are zero";
    if (all_alike())
      out += (out.empty() ? "" : " and ") + std::to_string(rows - zero) + " are all alike (cosines of at least " +
             cosine + ")";
    return out;
  }
};

/// Descriptors of unit length or zero. ok: those that count; all of them where it is empty.
inline dead_rows look_for_dead_rows(const cnnpool::descriptors<float>& d, const std::vector<char>& ok = {}) {
  dead_rows found;
  const float* first = nullptr;
  for (cnnpool::index_t i = 0; i < d.rows(); ++i) {
    if (!ok.empty() && ok[static_cast<std::size_t>(i)] == 0) continue;
    ++found.rows;
    const auto row = d.row(i);
    double square = 0, product = 0;
    for (const float value : row) square += static_cast<double>(value) * static_cast<double>(value);
    if (!(square > 0)) {
      ++found.zero;
      continue;
    }
    if (first == nullptr) first = row.data();
    for (std::size_t k = 0; k < row.size(); ++k) product += static_cast<double>(first[k]) * static_cast<double>(row[k]);
    found.least_cosine = std::min(found.least_cosine, product);
  }
  return found;
}
