// The primitives of learned parts at every edge of a tile: products of positions with rows of weights, sums of
// positions weighted per image, the nearest centre, sums of residuals by group.
#include "../probes.hpp"
#include "../suite.hpp"

using namespace testing;
using namespace cnnpool;

namespace of_products {  // named: nvcc warns of a policy's pool, which the concept only mentions

/// out(n, j*c + k) = SUM_p (the product above) x(n, k, p).
struct sums_by_products {
  kernel::matrix<const float> weights;
  index_t descriptor_size(const shape& s) const { return weights.rows * s.c; }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const kernel::matrix<A> q = s.template make<A>(x.extents().n, weights.rows * x.extents().positions());
    b.contract(s, x, kernel::over_channels{}, weights, q);
    b.contract(s, x, kernel::over_positions{}, kernel::matrix<const A>(q), out);
  }
};
/// out(n, p) = the centre nearest to position p.
struct nearest_centres {
  kernel::matrix<const float> centres;
  kernel::matrix<const double> squared_norms;
  index_t descriptor_size(const shape& s) const { return s.positions(); }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    b.contract(s, x, kernel::over_channels{}, centres, out, kernel::store_nearest{squared_norms, 2});
  }
};

/// Position p of image n is of group (5 n + 7 p + p/3) mod K, its scale 1 + p/8, its weight 2 - n/4.
CNNPOOL_HD index_t group_of(index_t n, index_t p, index_t groups) {
  return (5 * n + 7 * p + p / 3) % groups;
}
template <class A>
struct make_groups {
  kernel::matrix<A> groups, scales, weights;
  index_t count;
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t n = i / groups.cols, p = i % groups.cols;
    groups(n, p) = static_cast<A>(group_of(n, p, count));
    scales(n, p) = A(1) + static_cast<A>(p) / A(8);
    weights(n, p) = A(2) - static_cast<A>(n) / A(4);
  }
};
struct residuals {
  kernel::matrix<const float> centres;
  bool scaled, weighted;
  index_t descriptor_size(const shape& s) const { return centres.rows * s.c; }
  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    const kernel::scratch::frame frame(s);
    const index_t n = x.extents().n, positions = x.extents().positions();
    const kernel::matrix<A> groups = s.template make<A>(n, positions), scales = s.template make<A>(n, positions),
                    weights = s.template make<A>(n, positions);
    b.for_each_index(s, n * positions, make_groups<A>{groups, scales, weights, centres.rows});
    const kernel::matrix<const A> none;
    b.residual_sums(s, x, kernel::matrix<const A>(groups), scaled ? kernel::matrix<const A>(scales) : none,
                      weighted ? kernel::matrix<const A>(weights) : none, centres, out);
  }
};

}  // namespace of_products

using namespace of_products;

namespace {

struct problem {
  index_t n, c, h, w, results;
};
/// One below, at and one above a tile's edge: 64, 128 positions, 16 and 32 channels, 64 results.
const problem problems[] = {{3, 1, 1, 1, 1},   {2, 15, 5, 3, 3},   {3, 33, 7, 7, 65}, {1, 64, 4, 16, 64},
                            {2, 17, 9, 7, 66}, {1, 32, 1, 129, 4}, {70, 31, 1, 1, 7}, {2, 48, 8, 16, 2}};

std::vector<float> random_weights(index_t count, random_numbers& r) {
  std::vector<float> w(static_cast<std::size_t>(count));
  for (float& v : w) v = static_cast<float>(r.uniform(-1, 1));
  return w;
}

/// f(problem, placed batch, weights, text) for every problem and layout.
template <class T, class F>
void on_every_problem(const F& f) {
  random_numbers r;
  int cases = 0;
  for (const problem& p : problems) {
    const std::vector<float> weights = random_weights(p.results * p.c, r);
    for (const layout_case& layout : layouts()) {
      const placed<T> x({p.n, p.c, p.h, p.w}, layout, cases++ % 4, signed_values(r));
      INFO(to_string(scalar_type_of<T>()) << ", " << x.text << ", " << p.results << " results");
      f(p, x, weights);
    }
  }
}
oracle::real weight(const std::vector<float>& w, const problem& p, index_t j, index_t c) {
  return static_cast<oracle::real>(w[static_cast<std::size_t>(j * p.c + c)]);
}
kernel::matrix<const float> as_matrix(std::span<const float> w, const problem& p) {
  return {w.data(), p.results, p.c, p.c, 1};
}

/// Rows of `got` against rows of (value, sum of absolute terms).
template <class D>
void check_rows(const std::vector<oracle::row>& expected, const std::vector<oracle::row>& terms, oracle::real factor,
                const descriptors<D>& got) {
  for (std::size_t n = 0; n < expected.size(); ++n) {
    const std::string difference = first_difference(expected[n], relative(terms[n], factor),
                                                    std::as_const(got).row(static_cast<index_t>(n)));
    if (!difference.empty()) FAIL("image " << n << ": " << difference);
  }
}

template <class T>
void check_products() {
  on_every_problem<T>([](const problem& p, const placed<T>& x, const std::vector<float>& weights) {
    const index_t positions = p.h * p.w;
    std::vector<oracle::row> products_, absolute, sums, absolute_sums;
    for (const oracle::map& image : x.images) {
      oracle::row v, a, s, b;
      for (index_t j = 0; j < p.results; ++j)
        for (index_t at = 0; at < positions; ++at) {
          oracle::real value = 0, all = 0;
          for (index_t c = 0; c < p.c; ++c) {
            const oracle::real term = weight(weights, p, j, c) * image.at(static_cast<int>(c), static_cast<int>(at));
            value += term, all += std::fabs(term);
          }
          v.push_back(value), a.push_back(all);
        }
      for (index_t j = 0; j < p.results; ++j)
        for (index_t c = 0; c < p.c; ++c) {
          oracle::real value = 0, all = 0;
          for (index_t at = 0; at < positions; ++at) {
            const oracle::real element = image.at(static_cast<int>(c), static_cast<int>(at));
            const auto product = static_cast<std::size_t>(j * positions + at);
            value += v[product] * element, all += a[product] * std::fabs(element);
          }
          s.push_back(value), b.push_back(all);
        }
      products_.push_back(v), absolute.push_back(a), sums.push_back(s), absolute_sums.push_back(b);
    }
    for (const auto& b : backends()) {
      using D = typename std::remove_cvref_t<decltype(b)>::template accumulator<T>;
      constexpr auto u = static_cast<oracle::real>(std::numeric_limits<D>::epsilon() / 2);
      const kernel::matrix<const float> w = as_matrix(readable_by(b, weights), p);
      const auto c = static_cast<oracle::real>(p.c), n = static_cast<oracle::real>(positions);
      const oracle::real quantised = quantized_scalar<T> ? 1 : 0;  // a rounding of x itself
      check_rows(products_, absolute, (c + 2 + quantised) * u, pooled(b, x.view, x.memory, products{w}));
      check_rows(sums, absolute_sums, (c + n + 4 + 2 * quantised) * u,
                 pooled(b, x.view, x.memory, sums_by_products{w}));
    }
  });
}

template <class T>
void check_nearest() {
  on_every_problem<T>([](const problem& p, const placed<T>& x, const std::vector<float>& centres) {
    std::vector<double> norms;
    for (index_t k = 0; k < p.results; ++k) {
      oracle::real norm = 0;
      for (index_t c = 0; c < p.c; ++c) norm += weight(centres, p, k, c) * weight(centres, p, k, c);
      norms.push_back(static_cast<double>(norm));
    }
    for (const auto& b : backends()) {
      using D = typename std::remove_cvref_t<decltype(b)>::template accumulator<T>;
      constexpr auto u = static_cast<oracle::real>(std::numeric_limits<D>::epsilon() / 2);
      const nearest_centres policy{as_matrix(readable_by(b, centres), p),
                                   {readable_by(b, norms).data(), p.results, 1, 1, 1}};
      const auto got = pooled(b, x.view, x.memory, policy);
      for (index_t n = 0; n < p.n; ++n)
        for (index_t at = 0; at < p.h * p.w; ++at) {
          const oracle::map& image = x.images[static_cast<std::size_t>(n)];
          oracle::row distance, off;
          for (index_t k = 0; k < p.results; ++k) {
            oracle::real d = static_cast<oracle::real>(norms[static_cast<std::size_t>(k)]), terms = d;
            for (index_t c = 0; c < p.c; ++c) {
              const oracle::real v = image.at(static_cast<int>(c), static_cast<int>(at));
              const oracle::real term = 2 * weight(centres, p, k, c) * v;
              d -= term, terms += std::fabs(term);
            }
            distance.push_back(d), off.push_back(terms * static_cast<oracle::real>(p.c + 4) * u);
          }
          const auto found = static_cast<std::size_t>(got(n, at));
          REQUIRE(found < distance.size());
          for (std::size_t k = 0; k < distance.size(); ++k)
            if (distance[k] + off[k] + off[found] < distance[found])
              FAIL("image " << n << ", position " << at << ": centre " << found << ", but " << k << " is nearer");
        }
    }
  });
}

template <class T>
void check_residuals() {
  random_numbers r;
  int cases = 0;
  // More groups than positions, than the sums of a block, and than any block's.
  for (const problem& p : {problem{2, 5, 3, 3, 4}, problem{3, 131, 7, 7, 9}, problem{1, 70, 5, 8, 100},
                           problem{2, 17, 4, 9, 500}, problem{1, 3, 40, 41, 1600}, problem{1, 2, 6, 6, 7000}}) {
    const std::vector<float> centres = random_weights(p.results * p.c, r);
    for (const layout_case& layout : layouts()) {
      const placed<T> x({p.n, p.c, p.h, p.w}, layout, cases++ % 4, signed_values(r));
      const bool scaled = cases % 2 == 0, weighted = cases % 3 == 0;
      INFO(to_string(scalar_type_of<T>()) << ", " << x.text << ", " << p.results << " groups");
      std::vector<oracle::row> sums, absolute;
      for (std::size_t n = 0; n < x.images.size(); ++n) {
        oracle::row value(static_cast<std::size_t>(p.results * p.c)), all = value;
        for (index_t at = 0; at < p.h * p.w; ++at) {
          const index_t k = group_of(static_cast<index_t>(n), at, p.results);
          for (index_t c = 0; c < p.c; ++c) {
            const oracle::real v = x.images[n].at(static_cast<int>(c), static_cast<int>(at)) *
                                   (scaled ? 1 + static_cast<oracle::real>(at) / 8 : 1);
            const oracle::real by = weighted ? 2 - static_cast<oracle::real>(n) / 4 : 1;
            const auto to = static_cast<std::size_t>(k * p.c + c);
            value[to] += (v - weight(centres, p, k, c)) * by;
            all[to] += (std::fabs(v) + std::fabs(weight(centres, p, k, c))) * by;
          }
        }
        sums.push_back(value), absolute.push_back(all);
      }
      for (const auto& b : backends()) {
        using D = typename std::remove_cvref_t<decltype(b)>::template accumulator<T>;
        constexpr auto u = static_cast<oracle::real>(std::numeric_limits<D>::epsilon() / 2);
        const auto n = static_cast<oracle::real>(p.h * p.w);
        check_rows(sums, absolute, (n + 4) * u,
                   pooled(b, x.view, x.memory, residuals{as_matrix(readable_by(b, centres), p), scaled, weighted}));
      }
    }
  }
}

}  // namespace

TEST_CASE("products and weighted sums on every layout and type, at the edges of tiles") {
  check_products<float>();
  if constexpr (!sanitized) {
    check_products<double>();
    check_products<float16>();
    check_products<std::uint8_t>();
  }
}
TEST_CASE("the nearest centre on every layout, at the edges of tiles") {
  check_nearest<float>();
  if constexpr (!sanitized) check_nearest<float16>();
}
TEST_CASE("sums of residuals by group on every layout, for few groups and many") {
  check_residuals<float>();
  if constexpr (!sanitized) check_residuals<float16>();
}
TEST_CASE("of equally near centres the first, and no centre for a NaN but the first") {
  for (const auto& b : backends()) {
    const std::vector<float> centres{4, 1, 2, 1, 2, 4}, x{1.5f, 1, 2, 3, std::numeric_limits<float>::quiet_NaN(), 9};
    const std::vector<double> norms{16, 1, 4, 1, 4, 16};
    const nearest_centres policy{{readable_by(b, centres).data(), 6, 1, 1, 1},
                                 {readable_by(b, norms).data(), 6, 1, 1, 1}};
    const auto got = pooled(b, feature_view<float>(x.data(), {1, 1, 1, 6}, nchw), x, policy);
    const double expected[] = {1, 1, 2, 0, 0, 0};
    for (index_t i = 0; i < 6; ++i) CHECK(static_cast<double>(got(0, i)) == expected[i]);
  }
}
TEST_CASE("a batch gives the bits of its images") {
  random_numbers r;
  const problem p{5, 70, 9, 11, 67};
  const std::vector<float> weights = random_weights(p.results * p.c, r);
  for (const layout_case& layout : {layouts()[0], layouts()[3]}) {
    const placed<float> x({p.n, p.c, p.h, p.w}, layout, 0, signed_values(r));
    for (const auto& b : backends()) {
      const sums_by_products policy{as_matrix(readable_by(b, weights), p)};
      const auto batch = pooled(b, x.view, x.memory, policy);
      for (index_t n = 0; n < p.n; ++n) {
        const auto alone = pooled(b, x.view.images(n, 1), x.memory, policy);
        for (index_t i = 0; i < alone.cols(); ++i) REQUIRE(batch(n, i) == alone(0, i));
      }
    }
  }
}
