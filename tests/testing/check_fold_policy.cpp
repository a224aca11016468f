#include <cnnpool/testing/check_fold_policy.hpp>

#include <cnnpool/policy/average.hpp>
#include <cnnpool/policy/max.hpp>
#include <cnnpool/policy/sum.hpp>

#include "catch.hpp"

using namespace cnnpool;

namespace {

struct log_sum_exp {
  float beta = 10;
  template <class V> using state = V;
  template <class V> CNNPOOL_HD V init() const { return V(0); }
  template <class V> CNNPOOL_HD V step(V s, V x) const {
    return s + cnnpool::kernel::exp(kernel::in_every_lane<V>(beta) * x);
  }
  template <class V> CNNPOOL_HD V merge(V a, V b) const { return a + b; }
  template <class V> CNNPOOL_HD V finish(V s, index_t n) const {
    return cnnpool::kernel::log(s / kernel::in_every_lane<V>(n)) / kernel::in_every_lane<V>(beta);
  }
};

struct wrong_init : sum {
  template <class V> CNNPOOL_HD V init() const { return V(1); }
};
struct not_commutative : sum {
  template <class V> CNNPOOL_HD V merge(const V& a, const V& b) const { return a + b + a * a * b; }
};
struct forgets_a_part : sum {
  template <class V> CNNPOOL_HD V merge(const V& a, const V& b) const { return cnnpool::kernel::maximum(a, b); }
};
struct order_matters : sum {
  template <class V> CNNPOOL_HD V step(const V& s, const V& x) const { return s * V(0.5f) + x; }
};
struct loses_nan : max_policy {
  template <class V> CNNPOOL_HD V step(const V& s, const V& x) const { return cnnpool::kernel::select(x > s, x, s); }
  template <class V> CNNPOOL_HD V merge(const V& a, const V& b) const { return cnnpool::kernel::select(b > a, b, a); }
};
/// The mean of squares less the square of the mean: nothing is left of it far from zero.
struct cancelling_variance {
  template <class V> struct state { V sum, squares; };
  template <class V> CNNPOOL_HD state<V> init() const { return {V(0), V(0)}; }
  template <class V> CNNPOOL_HD state<V> step(const state<V>& s, const V& x) const {
    return {s.sum + x, s.squares + x * x};
  }
  template <class V> CNNPOOL_HD state<V> merge(const state<V>& a, const state<V>& b) const {
    return {a.sum + b.sum, a.squares + b.squares};
  }
  template <class V> CNNPOOL_HD V finish(const state<V>& s, index_t n) const {
    const V count = kernel::in_every_lane<V>(n), mean = s.sum / count;
    return s.squares / count - mean * mean;
  }
};
struct differs_by_lane : sum {
  template <class V>
  CNNPOOL_HD V step(const V& s, const V& x) const {
    return s + x * kernel::in_every_lane<V>(sizeof(V) / sizeof(kernel::lane_t<V>));
  }
};

template <class F>
std::string broken(const F& f) {
  const fold_report r = check_fold_policy(f);
  CHECK(r.ok == r.sentence.empty());
  return r.sentence.substr(0, r.sentence.find(':'));
}

}  // namespace

TEST_CASE("good folds pass") {
  CHECK(check_fold_policy(sum{}).sentence == "");
  CHECK(check_fold_policy(max()).sentence == "");
  CHECK(check_fold_policy(average{}).sentence == "");
}
TEST_CASE("the design's log_sum_exp passes") {
  CHECK(check_fold_policy(log_sum_exp{}, {.smallest = -1, .largest = 2}).sentence == "");
}
TEST_CASE("a difference of large sums is found, if it is looked for") {
  CHECK(broken(cancelling_variance{}) == "elements far from zero cancel in float");
  CHECK(check_fold_policy(cancelling_variance{}, {.offset = 0}).sentence == "");
}
TEST_CASE("a broken law is named") {
  CHECK(broken(wrong_init{}) == "init is not neutral on the left of merge");
  CHECK(broken(not_commutative{}) == "merge is not commutative");
  CHECK(broken(forgets_a_part{}) == "init is not neutral on the left of merge");
  CHECK(broken(order_matters{}) == "two parts that are merged differ from one list");
  CHECK(broken(loses_nan{}) == "a NaN element is lost");
  CHECK(broken(differs_by_lane{}) == "packs of lanes differ from scalars");
}
