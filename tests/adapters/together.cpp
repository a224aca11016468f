// All adapters in one translation unit, and every type has exactly one: where two matched, this would not compile.
// Frameworks that are not installed are left out; those that bring much with them, or declare LAPACK
// in another way (dlib), are asked in their own tests.
#if __has_include(<armadillo>)
#define ARMA_DONT_USE_WRAPPER
#include <armadillo>
#define CNNPOOL_TEST_ARMADILLO
#endif
#if __has_include(<armnn/Tensor.hpp>)
#include <armnn/Tensor.hpp>
#define CNNPOOL_TEST_ARMNN
#endif
#if __has_include(<oneapi/dnnl/dnnl.hpp>)
#include <cnnpool/adapters/onednn.hpp>
#define CNNPOOL_TEST_ONEDNN
#endif

#include <cnnpool/adapters/armadillo.hpp>
#include <cnnpool/adapters/armnn.hpp>
#include <cnnpool/adapters/caffe.hpp>
#include <cnnpool/adapters/cuda_array_interface.hpp>
#include <cnnpool/adapters/descriptors.hpp>
#include <cnnpool/adapters/dlib.hpp>
#include <cnnpool/adapters/dlpack.hpp>
#include <cnnpool/adapters/eigen.hpp>
#include <cnnpool/adapters/eigen_tensor.hpp>
#include <cnnpool/adapters/executorch.hpp>
#include <cnnpool/adapters/kokkos.hpp>
#include <cnnpool/adapters/mdspan.hpp>
#include <cnnpool/adapters/mnn.hpp>
#include <cnnpool/adapters/ncnn.hpp>
#include <cnnpool/adapters/onnx.hpp>
#include <cnnpool/adapters/onnxruntime.hpp>
#include <cnnpool/adapters/std.hpp>
#include <cnnpool/adapters/tensorrt.hpp>
#include <cnnpool/adapters/tflite.hpp>
#include <cnnpool/adapters/torch.hpp>
#include <cnnpool/adapters/tvm_ffi.hpp>
#include <cnnpool/adapters/xtensor.hpp>
#include <cnnpool/cnnpool.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#if defined(CNNPOOL_TEST_CCCL)
#include <cuda/std/mdspan>
#endif

#include <iostream>

#include "catch.hpp"

using namespace cnnpool;

namespace {
template <class T>
concept owner_and_view = viewable<T> && detail::owns_memory<T>;
template <class T>
concept only_view = viewable<T> && !detail::owns_memory<T>;
template <class T>
concept output = detail::has_output<T>;
}  // namespace

TEST_CASE("every type has its one adapter, and those that only point to memory say so") {
  STATIC_REQUIRE(owner_and_view<std::vector<float>>);
  STATIC_REQUIRE(owner_and_view<std::array<std::int8_t, 3>>);
  STATIC_REQUIRE(only_view<std::span<const double>>);
  STATIC_REQUIRE(owner_and_view<descriptors<float>>);
  STATIC_REQUIRE(only_view<descriptor_span<float>>);
  STATIC_REQUIRE(owner_and_view<dlpack::owner>);
  STATIC_REQUIRE(only_view<dlpack::tensor>);
  STATIC_REQUIRE(only_view<dlpack::managed_tensor>);
  STATIC_REQUIRE(only_view<dlpack::managed_tensor_versioned>);
  STATIC_REQUIRE(owner_and_view<Eigen::MatrixXf>);
  STATIC_REQUIRE(owner_and_view<Eigen::ArrayXXd>);
  STATIC_REQUIRE(only_view<Eigen::Map<const Eigen::MatrixXf>>);
  STATIC_REQUIRE(only_view<Eigen::Ref<Eigen::MatrixXf>>);
  STATIC_REQUIRE(owner_and_view<Eigen::Ref<const Eigen::MatrixXf>>);
  STATIC_REQUIRE(only_view<Eigen::Block<Eigen::MatrixXf>>);
  STATIC_REQUIRE(owner_and_view<Eigen::Tensor<float, 3>>);
  STATIC_REQUIRE(only_view<Eigen::TensorMap<Eigen::Tensor<float, 3>>>);
  STATIC_REQUIRE(owner_and_view<xt::xtensor<float, 2>>);
  STATIC_REQUIRE(owner_and_view<xt::xarray<float>>);
  STATIC_REQUIRE(only_view<decltype(xt::view(std::declval<xt::xarray<float>&>(), 1))>);
  STATIC_REQUIRE(only_view<decltype(xt::adapt(std::declval<std::vector<float>&>()))>);
  STATIC_REQUIRE_FALSE((viewable<std::vector<int>> || viewable<std::string> || viewable<float> || viewable<float*>));
}
TEST_CASE("and so has every type of the frameworks that are installed") {
  STATIC_REQUIRE(only_view<cuda_array>);
#if defined(CNNPOOL_TEST_ARMADILLO)
  STATIC_REQUIRE((owner_and_view<arma::fcube> && owner_and_view<arma::mat> && owner_and_view<arma::fvec>));
  STATIC_REQUIRE((only_view<arma::subview<float>> && only_view<arma::subview_cube<double>>));
  STATIC_REQUIRE((output<arma::fmat> && output<arma::vec> && !output<arma::fcube>));
#endif
#if defined(CNNPOOL_TEST_ARMNN)
  STATIC_REQUIRE((only_view<armnn::Tensor> && only_view<armnn::ConstTensor>));
#endif
#if defined(CNNPOOL_TEST_ONEDNN)
  STATIC_REQUIRE(owner_and_view<dnnl::memory>);
#endif
}
TEST_CASE("what can be written is an output, what cannot is none") {
  STATIC_REQUIRE((output<std::vector<float>> && !output<const std::vector<float>>));
  STATIC_REQUIRE_FALSE(output<std::vector<std::uint8_t>>);
  STATIC_REQUIRE((output<std::span<float>> && !output<std::span<const float>>));
  STATIC_REQUIRE((output<Eigen::MatrixXf> && !output<Eigen::MatrixXi> && !output<Eigen::Map<const Eigen::MatrixXf>>));
  STATIC_REQUIRE((output<xt::xtensor<double, 2>> && !output<Eigen::Tensor<float, 2>> && !output<dlpack::tensor>));
}
TEST_CASE("CCCL's mdspan beside the others") {
#if defined(CNNPOOL_TEST_CCCL)
  using images = cuda::std::mdspan<const float, cuda::std::dextents<int, 4>>;
  using matrix = cuda::std::mdspan<double, cuda::std::dextents<int, 2>>;
  STATIC_REQUIRE((only_view<images> && only_view<matrix> && !output<images> && output<matrix>));
#else
  std::cout << "skipped: CCCL's mdspan: the CUDA toolkit's headers were not found\n";
#endif
}
TEST_CASE("one call for all of them") {
  const std::vector<float> v{3, 4};
  const Eigen::RowVectorXf row = Eigen::RowVectorXf::LinSpaced(2, 3, 4);
  Eigen::Tensor<float, 2> tensor(1, 2);
  tensor.setValues({{3, 4}});
  const xt::xtensor<float, 2> x({{3, 4}});
  descriptors<float> d(1, 2);
  d(0, 0) = 3, d(0, 1) = 4;
  const dlpack::owner managed(dlpack::to_dlpack(d));
  const auto is_3_4 = [](const auto& view) {
    const auto r = pool(view, sum{});
    return r.rows() == 1 && r.cols() == 2 && r(0, 0) == 3 && r(0, 1) == 4;
  };
  CHECK(is_3_4(v));
  CHECK(is_3_4(row));
  CHECK(is_3_4(as_view(tensor, {.axes = "nc"})));
  CHECK(is_3_4(x));
  CHECK(is_3_4(d));
  CHECK(is_3_4(managed));
}
