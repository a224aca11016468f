// Per cent of a device-to-device copy in the same run: 100 * (bytes read + written by the method / time of the method)
// / (bytes read + written by the copy / its time), timed in turns, median of the ratios. Prints a Markdown table.
// Peers at the same sums: cub::DeviceSegmentedReduce, and the Thrust backend. Every method is first checked against
// cpu. VLAD and whitening: times of cublasSgemm at their product, in turns with them. Link with -lcublas
// where it is installed.
#include <cnnpool/backend/cuda/cuda.cuh>
#include <cnnpool/backend/cuda/models.hpp>
#include <cnnpool/backend/thrust/thrust.hpp>
#include <cnnpool/policy/vlad.hpp>
#include <cnnpool/cnnpool.hpp>
#include <cnnpool/post/projection.hpp>

#if __has_include(<cublas_v2.h>)
#include <cublas_v2.h>
#endif
#include <cub/device/device_segmented_reduce.cuh>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace {

// Not `using namespace cnnpool`: CCCL has a namespace called cuda.
using cnnpool::descriptor_span, cnnpool::device_space, cnnpool::device_workspace, cnnpool::feature_view;
using cnnpool::float16, cnnpool::nchw, cnnpool::nhwc, cnnpool::shape;

/// Device memory that frees itself.
template <class T>
struct device_array {
  T* data = nullptr;
  explicit device_array(std::size_t size) {
    cnnpool::detail::check_cuda(cudaMalloc(&data, size * sizeof(T)), "benchmark");
  }
  ~device_array() { cudaFree(data); }
  device_array(const device_array&) = delete;
};

float milliseconds(const std::function<void()>& f) {
  static const auto event = [] {
    cudaEvent_t e;
    cudaEventCreate(&e);
    return e;
  };
  static const cudaEvent_t start = event(), stop = event();
  cudaEventRecord(start);
  f();
  cudaEventRecord(stop);
  cnnpool::detail::check_cuda(cudaEventSynchronize(stop), "benchmark");
  float time = 0;
  cudaEventElapsedTime(&time, start, stop);
  return time;
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

/// The batch in host memory and on the device, and a second buffer for the copy.
template <class T>
struct workload {
  shape extents;
  std::vector<T> host;
  device_array<T> x, copy;

  explicit workload(const shape& s)
      : extents(s), host(static_cast<std::size_t>(checked_size(s, "benchmark"))), x(host.size()), copy(host.size()) {
    unsigned state = 1;
    for (T& v : host) {
      state = state * 1664525u + 1013904223u;
      const float number = static_cast<float>(state >> 8) / 8388608.f - 0.6f;
      const float rectified = number > 0 ? number : 0;
      if constexpr (std::is_same_v<T, float>) v = rectified;
      else v = cnnpool::to_float16(rectified);
    }
    cudaMemcpy(x.data, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice);
  }
  double bytes() const { return static_cast<double>(host.size() * sizeof(T)); }

  /// Per cent of the copy that `f` reaches; f reads the batch once, as far as anybody can see from outside.
  double per_cent(double written, const std::function<void()>& f) const {
    std::vector<double> ratios;
    for (int i = 0; i < 31; ++i) {
      const double copied = milliseconds(
          [&] { cudaMemcpyAsync(copy.data, x.data, host.size() * sizeof(T), cudaMemcpyDeviceToDevice); });
      const double pooled = milliseconds(f);
      if (i > 4) ratios.push_back((bytes() + written) / pooled / (2 * bytes() / copied));
    }
    return 100 * median(ratios);
  }
};

template <class T, class Backend, class Layout, class P>
void row(const workload<T>& w, const char* name, const Backend& backend, const Layout& layout,
         const char* layout_name, const P& policy, bool checked = true) {
  const feature_view<T, device_space> x(w.x.data, w.extents, layout);
  const cnnpool::index_t d = descriptor_size(policy, w.extents);
  device_array<float> out(static_cast<std::size_t>(w.extents.n * d));
  const descriptor_span<float, device_space> span(out.data, w.extents.n, d);
  device_workspace memory;
  pool_into(backend, x, policy, span, memory);
  std::vector<float> got(static_cast<std::size_t>(w.extents.n * d));
  cudaMemcpy(got.data(), out.data, got.size() * sizeof(float), cudaMemcpyDeviceToHost);
  double worst = 0;
  if (checked) {
    const auto expected = pool(feature_view<T>(w.host.data(), w.extents, layout), policy);
    for (std::size_t i = 0; i < got.size(); ++i)
      worst = std::fmax(worst, std::fabs(static_cast<double>(got[i]) - static_cast<double>(expected.data()[i])) /
                                   (1e-3 + std::fabs(static_cast<double>(expected.data()[i]))));
  }
  const double percent = w.per_cent(static_cast<double>(got.size() * sizeof(float)),
                                    [&] { pool_into(backend, x, policy, span, memory); });
  std::printf("| %s | %s | %s | %s | %.1f | %.1e |\n", name, to_string(w.extents).c_str(),
              std::is_same_v<T, float> ? "fp32" : "fp16", layout_name, percent, worst);
  std::fflush(stdout);
}

struct plane_start {
  int positions;
  __host__ __device__ int operator()(int i) const { return i * positions; }
};

void segmented_reduce(const workload<float>& w) {
  const int segments = static_cast<int>(w.extents.n * w.extents.c), positions = static_cast<int>(w.extents.positions());
  const auto begin = thrust::make_transform_iterator(thrust::counting_iterator<int>(0), plane_start{positions});
  device_array<float> out(static_cast<std::size_t>(segments));
  std::size_t bytes = 0;
  cub::DeviceSegmentedReduce::Sum(nullptr, bytes, w.x.data, out.data, segments, begin, begin + 1);
  device_array<char> temporary(bytes);
  const double percent = w.per_cent(4.0 * segments, [&] {
    cub::DeviceSegmentedReduce::Sum(temporary.data, bytes, w.x.data, out.data, segments, begin, begin + 1);
  });
  std::printf("| cub::DeviceSegmentedReduce, sum | %s | fp32 | nchw | %.1f | |\n", to_string(w.extents).c_str(),
              percent);
}

#if __has_include(<cublas_v2.h>)
std::vector<float> numbers(std::size_t count) {
  std::vector<float> v(count);
  unsigned state = 7;
  for (float& x : v) x = static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) / 16777216.f;
  return v;
}

/// A chain that needs a model, and cublasSgemm at its product alone: `rows` descriptors of c against `results` of c.
template <class P, class Cpu>
void learned_row(cublasHandle_t blas, const workload<float>& w, const char* name, const P& policy, const Cpu& on_cpu,
                 cnnpool::index_t rows, cnnpool::index_t results) {
  const feature_view<float, device_space> x(w.x.data, w.extents, nhwc);
  const cnnpool::index_t n = w.extents.n, d = descriptor_size(policy, w.extents), c = w.extents.c;
  device_array<float> out(static_cast<std::size_t>(n * d)), products(static_cast<std::size_t>(rows * results));
  device_array<float> weights(static_cast<std::size_t>(results * c));
  cudaMemset(weights.data, 0, static_cast<std::size_t>(results * c) * sizeof(float));
  const descriptor_span<float, device_space> span(out.data, n, d);
  device_workspace memory;
  const auto whole = [&] { pool_into(cnnpool::cuda_backend{}, x, policy, span, memory); };
  whole();
  std::vector<float> got(static_cast<std::size_t>(d));
  cudaMemcpy(got.data(), out.data, got.size() * sizeof(float), cudaMemcpyDeviceToHost);
  const auto expected = pool(feature_view<float>(w.host.data(), {1, c, w.extents.h, w.extents.w}, nhwc), on_cpu);
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    worst = std::fmax(worst, std::fabs(static_cast<double>(got[i]) - static_cast<double>(expected.data()[i])));
  const float one = 1, none = 0;
  const auto gemm = [&] {
    cublasSgemm(blas, CUBLAS_OP_T, CUBLAS_OP_N, static_cast<int>(results), static_cast<int>(rows), static_cast<int>(c),
                &one, weights.data, static_cast<int>(c), w.x.data, static_cast<int>(c), &none, products.data,
                static_cast<int>(results));
  };
  std::vector<double> times, peers, ratios;
  for (int i = 0; i < 31; ++i) {
    const double peer = milliseconds(gemm), own = milliseconds(whole);
    if (i > 4) times.push_back(own), peers.push_back(peer), ratios.push_back(own / peer);
  }
  std::printf("| %s | %s | %.3f | %.3f | %.2f | %.1e |\n", name, to_string(w.extents).c_str(), median(times),
              median(peers), median(ratios), worst);
}

void learned_rows() {
  std::puts("\n| chain, fp32, nhwc | batch | ms | cublasSgemm of its product, ms | ratio "
            "| largest difference from cpu, first image |\n|---|---|---|---|---|---|");
  cublasHandle_t blas = nullptr;
  if (cublasCreate(&blas) != CUBLAS_STATUS_SUCCESS) cnnpool::raise("benchmark: cuBLAS does not start");
  {
    const workload<float> w({64, 512, 24, 32});
    const cnnpool::codebook book(numbers(64 * 512), 64);
    learned_row(blas, w, "VLAD, 64 centres", vlad(to_device(book)), vlad(book), 64 * 24 * 32, 64);
  }
  for (const cnnpool::index_t n : {64, 1024}) {
    const workload<float> w({n, 2048, 1, 1});
    const std::vector<float> rows = numbers(512 * 2048);
    const cnnpool::projection whiten(std::vector<double>(2048, 0.5), std::vector<double>(rows.begin(), rows.end()));
    learned_row(blas, w, "whitening 2048 to 512, L2", cnnpool::sum{} | to_device(whiten) | cnnpool::l2{},
                cnnpool::sum{} | whiten | cnnpool::l2{}, n, 512);
  }
  cublasDestroy(blas);
}
#else
void learned_rows() { std::puts("\ncuBLAS is not installed here: no figures of VLAD and whitening."); }
#endif

template <class T>
void rows(const shape& s) {
  const workload<T> w(s);
  const auto three = cnnpool::concat(cnnpool::sum{}, cnnpool::max(), cnnpool::gem{});
  row(w, "sum, max, GeM 3 in one pass", cnnpool::cuda_backend{}, nchw, "nchw", three);
  row(w, "sum, max, GeM 3 in one pass", cnnpool::cuda_backend{}, nhwc, "nhwc", three);
  row(w, "sum", cnnpool::cuda_backend{}, nchw, "nchw", cnnpool::sum{});
  row(w, "R-MAC", cnnpool::cuda_backend{}, nchw, "nchw", cnnpool::rmac{});
  row(w, "R-MAC", cnnpool::cuda_backend{}, nhwc, "nhwc", cnnpool::rmac{});
  row(w, "CroW", cnnpool::cuda_backend{}, nchw, "nchw", cnnpool::crow{});
  row(w, "CroW", cnnpool::cuda_backend{}, nhwc, "nhwc", cnnpool::crow{});
  row(w, "sum, Thrust backend", cnnpool::thrust_backend{}, nchw, "nchw", cnnpool::sum{});
  if constexpr (std::is_same_v<T, float>) segmented_reduce(w);
}

}  // namespace

int main() {
  cudaDeviceProp device{};
  if (cudaGetDeviceProperties(&device, 0) != cudaSuccess) {
    std::puts("no GPU: nothing was measured");
    return 3;
  }
  std::printf("GPU: %s, %d multiprocessors, L2 %d KiB\n\n", device.name, device.multiProcessorCount,
              device.l2CacheSize / 1024);
  std::puts("| method | batch | type | layout | per cent of a copy | largest difference from cpu |\n"
            "|---|---|---|---|---|---|");
  for (const shape& s : {shape{256, 2048, 7, 7}, shape{64, 512, 24, 32}, shape{64, 768, 37, 37}}) {
    rows<float>(s);
    rows<float16>(s);
  }
  learned_rows();
}
