// What only the CUDA backend has: streams, graphs, stream-ordered memory, models on the device. Runs where there is a
// GPU.
#include <cnnpool/backend/cuda/cuda.cuh>
#include <cnnpool/backend/cuda/models.hpp>
#include <cnnpool/backend/reference/reference.hpp>
#include <cnnpool/policy/vlad.hpp>
#include <cnnpool/cnnpool.hpp>

#include <cstring>
#include <thread>
#include <vector>

#include "../catch.hpp"
#include "../random.hpp"
#include "on_device.hpp"

using namespace cnnpool;
using testing::on_device;

namespace {

struct batch {
  std::vector<float> values;
  feature_view<float> view;
  explicit batch(std::uint64_t stream, const shape& s = {8, 96, 13, 11})
      : values(static_cast<std::size_t>(checked_size(s, "batch"))) {
    testing::random_numbers r(stream);
    for (float& v : values) v = static_cast<float>(r.uniform(0, 3));
    view = {values.data(), s, nchw};
  }
};

/// Device memory for descriptors.
struct device_rows {
  device_workspace memory;
  descriptor_span<float, device_space> span;
  device_rows(index_t rows, index_t cols)
      : memory(static_cast<std::size_t>(rows * cols) * sizeof(float)),
        span(static_cast<float*>(memory.data()), rows, cols) {}
  std::vector<float> host() const {
    std::vector<float> v(static_cast<std::size_t>(span.rows() * span.cols()));
    detail::check_cuda(cudaMemcpy(v.data(), span.data(), v.size() * sizeof(float), cudaMemcpyDeviceToHost), "back");
    return v;
  }
};

struct stream {
  cudaStream_t handle = nullptr;
  stream() { detail::check_cuda(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking), "a stream"); }
  ~stream() { cudaStreamDestroy(handle); }
  stream(const stream&) = delete;
  void wait() const { detail::check_cuda(cudaStreamSynchronize(handle), "a stream"); }
};

const auto policy = concat(cnnpool::sum{}, cnnpool::max(), gem{}, relu{} | crow{}, rmac{}) | l2{};

void check_close(const std::vector<float>& got, const descriptors<double>& expected) {
  REQUIRE(got.size() == expected.values().size());
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(static_cast<double>(got[i]) == Approx(expected.data()[i]).margin(1e-5));
}

}  // namespace

TEST_CASE("a captured graph replays the descriptors of what its input holds then") {
  const batch first(1), second(2);
  on_device<float> x(first.values, first.view);
  const auto expected = pool(reference{}, second.view, policy);
  device_rows out(expected.rows(), expected.cols());
  const stream s;
  device_workspace w(workspace_bytes(cuda_backend{.stream = s.handle}, x.view, policy));
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  detail::check_cuda(cudaStreamBeginCapture(s.handle, cudaStreamCaptureModeGlobal), "begin");
  pool_into(cuda_backend{.stream = s.handle}, x.view, policy, out.span, w);
  detail::check_cuda(cudaStreamEndCapture(s.handle, &graph), "end");
  detail::check_cuda(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
  detail::check_cuda(cudaMemcpy(const_cast<float*>(x.view.data()), second.values.data(),
                                second.values.size() * sizeof(float), cudaMemcpyHostToDevice), "other input");
  detail::check_cuda(cudaGraphLaunch(executable, s.handle), "launch");
  s.wait();
  check_close(out.host(), expected);
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);
}

TEST_CASE("streams and threads at once, each with a workspace of its own") {
  constexpr int count = 4;
  std::vector<std::thread> threads;
  std::vector<std::vector<float>> got(count);
  for (int t = 0; t < count; ++t)
    threads.emplace_back([t, &got] {
      const batch b(static_cast<std::uint64_t>(10 + t));
      const on_device<float> x(b.values, b.view);
      const stream s;
      device_workspace w;
      device_rows out(b.view.extents().n, descriptor_size(policy, b.view.extents()));
      for (int repeat = 0; repeat < 20; ++repeat)
        pool_into(cuda_backend{.stream = s.handle}, x.view, policy, out.span, w);
      s.wait();
      got[static_cast<std::size_t>(t)] = out.host();
    });
  for (std::thread& t : threads) t.join();
  for (int t = 0; t < count; ++t)
    check_close(got[static_cast<std::size_t>(t)],
                pool(reference{}, batch(static_cast<std::uint64_t>(10 + t)).view, policy));
}

TEST_CASE("temporaries in stream-ordered memory") {
  const batch b(3);
  const on_device<float> x(b.values, b.view);
  const stream s;
  device_rows out(b.view.extents().n, descriptor_size(policy, b.view.extents()));
  pool_into(cuda_backend{.stream = s.handle}, x.view, policy, out.span);
  s.wait();
  check_close(out.host(), pool(reference{}, b.view, policy));
}

TEST_CASE("a model on the device") {
  const batch b(4);
  const on_device<float> x(b.values, b.view);
  testing::random_numbers r;
  std::vector<double> mean(96), rows(32 * 96);
  for (double& v : mean) v = r.uniform(-1, 1);
  for (double& v : rows) v = r.uniform(-1, 1);
  const projection w(mean, rows);
  device_rows out(b.view.extents().n, 32);
  device_workspace memory;
  pool_into(cuda_backend{}, x.view, gem{} | to_device(w) | l2{}, out.span, memory);
  check_close(out.host(), pool(reference{}, b.view, gem{} | w | l2{}));

  const codebook book(rows, 32);
  device_rows long_rows(b.view.extents().n, 32 * 96);
  pool_into(cuda_backend{}, x.view, vlad(to_device(book), {.power = true, .intra = true}), long_rows.span, memory);
  check_close(long_rows.host(), pool(reference{}, b.view, vlad(book, {.power = true, .intra = true})));

  const std::vector<float> weights(rows.begin(), rows.end()), biases(32, 0.25f);
  const netvlad_head head(weights, biases);
  pool_into(cuda_backend{}, x.view, netvlad(to_device(book), to_device(head)), long_rows.span, memory);
  check_close(long_rows.host(), pool(reference{}, b.view, netvlad(book, head)));
}

TEST_CASE("MOP-VLAD on the device") {
  const batch whole(6, {2, 96, 1, 1}), parts(7, {2 * 9, 96, 1, 1});
  const on_device<float> x(whole.values, whole.view), y(parts.values, parts.view);
  testing::random_numbers r;
  std::vector<double> mean(96), rows(16 * 96), centres(4 * 16);
  for (auto* v : {&mean, &rows, &centres})
    for (double& d : *v) d = r.uniform(-1, 1);
  const projection w(mean, rows);
  const codebook book(centres, 4);
  const std::vector<mop_level> levels{{}, {.input = w, .centres = book, .options = mop_paper}};
  const std::vector<basic_mop_level<device_space>> there{
      {}, {.input = to_device(w), .centres = to_device(book), .options = mop_paper}};
  device_rows out(2, 96 + 4 * 16);
  device_workspace memory;
  pool_into(cuda_backend{}, std::vector{x.view, y.view}, mop_vlad(there), out.span, memory);
  check_close(out.host(), pool(reference{}, std::vector{whole.view, parts.view}, mop_vlad(levels)));
}

TEST_CASE("large batches: slices that share their temporaries") {
  const batch b(5, {40, 256, 25, 24});
  const on_device<float> x(b.values, b.view);
  device_rows out(40, 256);
  device_workspace memory;
  pool_into(cuda_backend{}, x.view, crow{} | l2{}, out.span, memory);
  check_close(out.host(), pool(reference{}, b.view, crow{} | l2{}));
}
