// A tensor class of your own, which owns n x h x w x c numbers, as the input and the output of the library.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <cstdio>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/testing/check_adapter.hpp>

namespace mine {

class tensor {
 public:
  tensor(int n, int h, int w, int c) : n_(n), h_(h), w_(w), c_(c), values_(std::size_t(n) * h * w * c) {}
  int n() const { return n_; }
  int h() const { return h_; }
  int w() const { return w_; }
  int c() const { return c_; }
  float& at(int n, int y, int x, int k) { return values_[((std::size_t(n) * h_ + y) * w_ + x) * c_ + k]; }
  float at(int n, int y, int x, int k) const { return values_[((std::size_t(n) * h_ + y) * w_ + x) * c_ + k]; }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }

 private:
  int n_, h_, w_, c_;
  std::vector<float> values_;
};

}  // namespace mine

template <>
struct cnnpool::adapter<mine::tensor> {
  static feature_view<float> view(const mine::tensor& t, const hints& how) {
    if (!how.axes.empty() && how.axes != "nhwc") raise("as_view: mine::tensor is nhwc, not ", how.axes);
    return {t.data(), {.n = t.n(), .c = t.c(), .h = t.h(), .w = t.w()}, nhwc};
  }
  static descriptor_span<float> output(mine::tensor& t) {
    if (t.h() != 1 || t.w() != 1)
      raise("pool_into: the output is of ", t.h(), " x ", t.w(), " positions, expected 1 x 1");
    return {t.data(), t.n(), t.c()};
  }
};

mine::tensor make() {
  mine::tensor t(3, 5, 6, 20);
  int i = 0;
  for (int n = 0; n < 3; ++n)
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 6; ++x)
        for (int k = 0; k < 20; ++k) t.at(n, y, x, k) = static_cast<float>(i++ * 7919 % 1009);
  return t;
}

int main() {
  const mine::tensor t = make();
  // cnnpool::as_view(make()) does not compile: the view would dangle.
  const auto checked = cnnpool::check_adapter(
      t, {.extents = {.n = 3, .c = 20, .h = 5, .w = 6}, .type = cnnpool::scalar_type::float32},
      [&](auto n, auto k, auto y, auto x) { return t.at(int(n), int(y), int(x), int(k)); });
  assert(checked.ok);

  const auto d = cnnpool::pool(t, cnnpool::max());
  mine::tensor out(3, 1, 1, 20);
  cnnpool::workspace memory;
  cnnpool::pool_into(t, cnnpool::max(), out, memory);
  const auto from_temporary = cnnpool::pool(make(), cnnpool::max());
  for (int n = 0; n < 3; ++n)
    for (int k = 0; k < 20; ++k) {
      float largest = -1;
      for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 6; ++x) largest = t.at(n, y, x, k) > largest ? t.at(n, y, x, k) : largest;
      assert(d(n, k) == largest && out.at(n, 0, 0, k) == largest && from_temporary(n, k) == largest);
    }
  mine::tensor wrong(3, 1, 1, 21);
  bool refused = false;
  try {
    cnnpool::pool_into(t, cnnpool::max(), wrong, memory);
  } catch (const cnnpool::error& e) {
    refused = true;
    std::printf("%s; ", e.what());
  }
  assert(refused);
  std::printf("mine::tensor is input and output\n");
}
