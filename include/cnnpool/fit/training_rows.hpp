// What a fit reads: n descriptors of d components, as anything with rows(), cols() and (i, j): descriptors,
// descriptor_span, position_rows, an Eigen matrix. All at once, or in parts: a range of them, or a function that
// returns the next part, an empty one at the end. A part need not be kept: each is read before the next is asked for,
// so all may lie in one buffer (what a fit keeps, its header says). Numbers that are not finite are an error that names
// the row.
#pragma once

#if !__has_include(<Eigen/Core>)
#error "cnnpool/fit/training_rows.hpp: <Eigen/Core> is missing; install Eigen (Debian: libeigen3-dev, -isystem /usr/include/eigen3)"
#endif

#include <Eigen/Core>

#include <cmath>
#include <concepts>
#include <ranges>
#include <utility>

#include "../core/shape.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <class M>
concept training_rows = requires(const M& m) {
  { m.rows() } -> std::convertible_to<index_t>;
  { m.cols() } -> std::convertible_to<index_t>;
  { m(m.rows(), m.cols()) } -> std::convertible_to<double>;
};
/// Several of them, one after the other.
template <class R>
concept training_range = !training_rows<R> && std::ranges::input_range<const R> &&
                         training_rows<std::remove_cvref_t<std::ranges::range_reference_t<const R>>>;
template <class F>
concept training_source = !training_rows<F> && std::invocable<F&> &&
                          training_rows<std::remove_cvref_t<std::invoke_result_t<F&>>>;

namespace detail {

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// f(block) for all rows, some hundreds at a time, as doubles. `before`: rows that were read earlier, for the message.
template <training_rows M, class F>
void each_block(const M& m, const char* where, index_t before, const F& f) {
  const index_t rows = static_cast<index_t>(m.rows()), cols = static_cast<index_t>(m.cols());
  constexpr index_t most = 256;
  for (index_t first = 0; first < rows; first += most) {
    row_major block(rows - first < most ? rows - first : most, cols);
    for (index_t i = 0; i < block.rows(); ++i)
      for (index_t j = 0; j < cols; ++j) {
        using I = decltype(m.rows());
        block(i, j) = static_cast<double>(m(static_cast<I>(first + i), static_cast<I>(j)));
        if (!std::isfinite(block(i, j)))
          raise(where, ": component ", j, " of row ", before + first + i, " is ", block(i, j),
                ", expected a finite number");
      }
    f(block);
  }
}

/// f(rows) for every part of a range or a source.
template <class R, class F>
void each_part(R&& parts, const F& f) {
  if constexpr (training_rows<std::remove_cvref_t<R>>) {
    f(parts);
  } else if constexpr (training_range<std::remove_cvref_t<R>>) {
    for (const auto& part : parts) f(part);
  } else {
    for (;;) {
      const auto& part = parts();
      if (part.rows() == 0) return;
      f(part);
    }
  }
}

}  // namespace detail

/// Everything that a fit accepts.
template <class R>
concept training_data = training_rows<R> || training_range<R> || training_source<R>;

}  // namespace cnnpool
