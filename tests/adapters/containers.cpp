// Every policy on the tensors of the containers: their rows in docs/frameworks/README.md. What each adapter reads is in
// the test of its name.
#include <cnnpool/adapters/dlpack.hpp>
#include <cnnpool/adapters/eigen_tensor.hpp>
#include <cnnpool/adapters/mdspan.hpp>
#include <cnnpool/adapters/xtensor.hpp>

#ifdef CNNPOOL_TEST_CCCL
#include <cuda/std/mdspan>
#endif
#ifdef CNNPOOL_TEST_MDSPAN_REFERENCE
#include <bit>  // its headers use what these declare
#include <memory>

#include <experimental/mdspan>
#endif
#include <unsupported/Eigen/CXX11/Tensor>
#include <xtensor/xadapt.hpp>
#include <xtensor/xtensor_config.hpp>

#include <string>
#include <vector>

#include "adapters/policies.hpp"
#include "catch.hpp"
#include "random.hpp"

using namespace cnnpool;

namespace {

constexpr index_t n = 2, c = 20, h = 6, w = 5;

std::vector<float>& numbers() {
  static std::vector<float> v = [] {
    testing::random_numbers random;
    std::vector<float> all(n * c * h * w);
    for (float& x : all) x = static_cast<float>(random.uniform(-1, 3));
    return all;
  }();
  return v;
}
template <class... Part>
std::string version(const Part&... parts) {
  std::string text;
  ((text += (text.empty() ? "" : ".") + std::to_string(parts)), ...);
  return text;
}
/// The policies that agree; none may not.
std::string all_policies_on(const any_feature_view& x) {
  const std::string names = testing::policies_on(x);
  CHECK(names.find('!') == std::string::npos);
  return names;
}

}  // namespace

TEST_CASE("Eigen") {
  const Eigen::TensorMap<Eigen::Tensor<float, 4>> t(numbers().data(), w, h, c, n);  // column-major: w varies first
  testing::ran("Eigen", version(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION),
               all_policies_on(as_view(t, {.axes = "whcn"})), "Matrix, Map with strides, Tensor, TensorMap");
}
TEST_CASE("xtensor") {
  const auto t = xt::adapt(numbers(), std::vector<std::size_t>{n, h, w, c});
  testing::ran("xtensor", version(XTENSOR_VERSION_MAJOR, XTENSOR_VERSION_MINOR, XTENSOR_VERSION_PATCH),
               all_policies_on(as_view(t, {.axes = "nhwc"})), "xtensor, xarray, adaptors, strided views");
}
TEST_CASE("DLPack") {
  std::int64_t extents[] = {n, c, h, w};
  const dlpack::tensor t{numbers().data(), {1, 0}, 4, {2, 32, 1}, extents, nullptr, 0};
  testing::ran("DLPack", "1.x", all_policies_on(as_view(t)), "DLTensor, both managed structs");
}
#ifdef CNNPOOL_TEST_CCCL
TEST_CASE("mdspan") {
  const cuda::std::mdspan<float, cuda::std::dextents<std::int64_t, 4>> t(numbers().data(), n, c, h, w);
  testing::ran("mdspan of CCCL", version(CCCL_MAJOR_VERSION, CCCL_MINOR_VERSION, CCCL_PATCH_VERSION),
               all_policies_on(as_view(t)), "right, left and strided layouts");
}
#endif
#ifdef CNNPOOL_TEST_MDSPAN_REFERENCE
TEST_CASE("the reference implementation's mdspan") {
  const std::experimental::mdspan<float, std::experimental::dextents<std::int64_t, 4>> t(numbers().data(), n, c, h, w);
  testing::ran("mdspan, reference", CNNPOOL_TEST_MDSPAN_REFERENCE, all_policies_on(as_view(t)),
               "right, left and strided layouts");
}
#endif
