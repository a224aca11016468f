// What models do with their numbers: checked on the way in, converted where a backend accumulates in another type.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "../kernel/run_policy.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// value(0), value(1), ... as floats.
template <class Value>
std::vector<float> finite_floats(std::size_t count, const Value& value, const char* where, const char* what) {
  std::vector<float> r;
  r.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double x = value(i);
    r.push_back(static_cast<float>(x));
    if (!std::isfinite(r.back())) raise(where, ": number ", i, " of ", what, " is ", x, ", expected a finite float");
  }
  return r;
}
inline std::vector<float> finite_floats(std::span<const double> values, const char* where, const char* what) {
  return finite_floats(values.size(), [&](std::size_t i) { return values[i]; }, where, what);
}

/// `in` as numbers of type A: itself, or a converted copy.
template <class A, class B, class T>
matrix<const A> converted_model(const B& b, scratch& s, const matrix<const T>& in) {
  if constexpr (std::is_same_v<A, T>) {
    return in;
  } else {
    const matrix<A> copy = s.make<A>(in.rows, in.cols);
    b.transform(s, copy, read_as_is{}, in);
    return copy;
  }
}

/// One row for each of `rows` rows.
template <class A>
matrix<const A> repeated(const matrix<const A>& row, index_t rows) {
  return {row.data, rows, row.cols, 0, 1};
}

}  // namespace cnnpool::detail
