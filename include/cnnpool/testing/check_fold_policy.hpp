// For the tests of your own policy: checks the laws that every backend relies on, and says which one is broken.
//
//   const auto report = cnnpool::check_fold_policy(my_policy{});
//   assert(report.ok);          // report.sentence: "merge is not commutative: ..., with the numbers"
//
// Checked on seeded values: init is neutral; merge is commutative and associative; stepping a list in one go is the
// same as in two parts that are merged (so no order, lane or thread can matter); a pack of lanes gives what scalars
// give; every backend gives the same descriptor; a NaN among the elements makes the result NaN. Sums are compared to a
// relative tolerance. Elements far from zero (offset) give in float what they give in double, within a hundredth: a
// difference of large sums, such as the mean of squares less the square of the mean, does not.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../backend/reference/reference.hpp"
#include "../pool.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct fold_report {
  bool ok = true;
  std::string sentence;  // the first law that is broken
  explicit operator bool() const { return ok; }
};

struct fold_check_options {
  std::uint64_t seed = 1;
  double tolerance = 1e-5;
  double smallest = -4, largest = 4;  // of the values; choose a range where the policy is defined
  bool nan_propagates = true;
  double offset = 1000;  // what is added to them to find what cancels in float; 0: not looked for
};

namespace detail {

class fold_checker {
 public:
  explicit fold_checker(const fold_check_options& o) : options_(o), state_(o.seed) {}

  double value() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    const double unit = static_cast<double>(state_ >> 11) * 0x1p-53;
    return options_.smallest + unit * (options_.largest - options_.smallest);
  }
  std::vector<double> list(index_t size) {
    std::vector<double> r(static_cast<std::size_t>(size));
    for (double& v : r) v = value();
    return r;
  }

  /// The results of a state, one after the other.
  template <class F, class S>
  std::vector<double> results(const F& f, const S& s, index_t n) const {
    const auto r = f.finish(s, n);
    std::vector<double> values_;
    for (int k = 0; k < value_count<std::remove_cvref_t<decltype(r)>>; ++k)
      values_.push_back(static_cast<double>(detail::value(r, k)));
    return values_;
  }
  template <class V = double, class F>
  auto folded(const F& f, const std::vector<double>& x) const {
    auto s = f.template init<V>();
    for (const double v : x) s = f.step(s, static_cast<V>(v));
    return s;
  }

  bool same(double a, double b) const {
    if (a != a || b != b) return (a != a) == (b != b);
    return a == b || std::fabs(a - b) <= options_.tolerance * (1 + std::fabs(a) + std::fabs(b));
  }
  void compare(const char* law, const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t k = 0; k < a.size() && report.ok; ++k)
      if (!same(a[k], b[k])) fail(law, a[k], b[k], k);
  }
  void compare_precisions(const std::vector<double>& in_float, const std::vector<double>& in_double) {
    for (std::size_t k = 0; k < in_float.size() && report.ok; ++k)
      if (std::isfinite(in_float[k]) && std::isfinite(in_double[k]) &&  // a fold may leave float's range
          std::fabs(in_float[k] - in_double[k]) > 0.01 * std::fabs(in_double[k]) + 0x1p-126)
        fail("elements far from zero cancel in float", in_float[k], in_double[k], k);
  }
  void fail(const char* law, double a, double b, std::size_t k) {
    report.ok = false;
    std::string text;
    append(text, law);
    append(text, ": ");
    append(text, a);
    append(text, " and ");
    append(text, b);
    if (k > 0) {
      append(text, ", statistic ");
      append(text, k);
    }
    report.sentence = text;
  }

  fold_report report;

 private:
  fold_check_options options_;
  std::uint64_t state_;
};

}  // namespace detail

/// See the top of this file.
template <class F>
  requires fold_policy<F>
[[nodiscard]] fold_report check_fold_policy(const F& f, const fold_check_options& options = {}) {
  static_assert(fold_policy<F, double>, "cnnpool::check_fold_policy: the fold does not work with V = double");
  static_assert(sizeof(typename F::template state<float>) % sizeof(float) == 0,
                "cnnpool::check_fold_policy: the state holds something that is not a V");
  detail::fold_checker c(options);
  for (const index_t size : {1, 2, 3, 7, 16, 49}) {
    const auto x = c.list(size), y = c.list(size), z = c.list(3);
    const auto a = c.folded(f, x), b = c.folded(f, y), d = c.folded(f, z);
    const auto init = f.template init<double>();
    c.compare("init is not neutral on the left of merge", c.results(f, a, size), c.results(f, f.merge(init, a), size));
    c.compare("init is not neutral on the right of merge", c.results(f, a, size), c.results(f, f.merge(a, init), size));
    c.compare("merge is not commutative", c.results(f, f.merge(a, b), 2 * size), c.results(f, f.merge(b, a), 2 * size));
    c.compare("merge is not associative", c.results(f, f.merge(f.merge(a, b), d), 2 * size + 3),
              c.results(f, f.merge(a, f.merge(b, d)), 2 * size + 3));
    auto both = x;
    both.insert(both.end(), y.begin(), y.end());
    c.compare("two parts that are merged differ from one list", c.results(f, c.folded(f, both), 2 * size),
              c.results(f, f.merge(a, b), 2 * size));
    const std::vector<double> backwards(x.rbegin(), x.rend());
    c.compare("the order of the elements matters", c.results(f, a, size), c.results(f, c.folded(f, backwards), size));
    auto distant = x;
    for (double& v : distant) v = static_cast<double>(static_cast<float>(v + options.offset));
    if (options.offset != 0)
      c.compare_precisions(c.results(f, c.template folded<float>(f, distant), size),
                           c.results(f, c.folded(f, distant), size));
    if (!c.report.ok) return c.report;
  }

  // Maps of several sizes, on every instruction set and layout, against plain scalars.
  for (const shape& s : {shape{1, 3, 1, 1}, shape{2, 9, 3, 5}, shape{1, 17, 7, 7}, shape{1, 5, 13, 20}}) {
    std::vector<float> x(static_cast<std::size_t>(s.n * s.c * s.positions()));
    for (float& v : x) v = static_cast<float>(c.value());
    for (const bool channels_last : {false, true}) {
      const strides layout = channels_last ? nhwc(s) : nchw(s);
      for (const bool with_nan : {false, true}) {
        if (with_nan) x[x.size() / 2] = std::nanf("");
        const feature_view<float> view(x.data(), s, layout);
        const auto expected = pool(reference{}, view, f);
        if (with_nan && options.nan_propagates) {
          bool found = false;
          for (index_t i = 0; i < expected.rows(); ++i)
            for (const double v : expected.row(i)) found = found || v != v;
          if (!found) c.fail("a NaN element is lost", std::nan(""), expected(0, 0), 0);
        }
        for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
          const auto got = pool(cpu{.target = level}, view, f);
          for (index_t i = 0; i < got.rows() && c.report.ok; ++i)
            for (index_t j = 0; j < got.cols() && c.report.ok; ++j)
              if ((!with_nan || options.nan_propagates) && !c.same(static_cast<double>(got(i, j)), expected(i, j)))
                c.fail("packs of lanes differ from scalars", static_cast<double>(got(i, j)), expected(i, j), 0);
        }
        if (!c.report.ok) return c.report;
      }
      x[x.size() / 2] = 1;
    }
  }
  return c.report;
}

}  // namespace cnnpool
