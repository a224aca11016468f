// What docs/backends.md promises of a call, and what a call costs in numbers that need no machine.
//   promises              the assertions
//   promises [counts]     the table of benchmarks/results/ptx.md, for CNNPOOL_TEST_IMAGES images (2)
#include <cnnpool/cnnpool.hpp>
#include <cnnpool/backend/cuda/cuda.cuh>
#include <cnnpool/backend/cuda/models.hpp>
#include <cnnpool/policy/vlad.hpp>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "../catch.hpp"
#include "../random.hpp"
#include "calls.hpp"

using namespace cnnpool;
using cuda_on_cpu::made_calls;

namespace {

using detail::check_cuda;

struct stream {
  cudaStream_t handle = nullptr;
  stream() { check_cuda(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking), "a stream"); }
  ~stream() { cudaStreamDestroy(handle); }
  stream(const stream&) = delete;
  void wait() const { check_cuda(cudaStreamSynchronize(handle), "a stream"); }
};

/// A batch on the device.
template <class T>
struct batch {
  device_workspace memory;
  feature_view<T, device_space> view;

  template <class Layout>
  batch(const shape& s, const Layout& layout) {
    testing::random_numbers r;
    std::vector<T> host(static_cast<std::size_t>(checked_size(s, "batch")));
    for (T& v : host) v = static_cast<T>(static_cast<float>(r.uniform(0, 3)));
    memory.reserve(host.size() * sizeof(T));
    check_cuda(cudaMemcpy(memory.data(), host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice), "a batch");
    view = {static_cast<const T*>(memory.data()), s, layout};
  }
  double bytes() const {
    return static_cast<double>(checked_size(view.extents(), "batch")) * static_cast<double>(sizeof(T));
  }
};

/// Descriptors on the device.
struct rows {
  device_workspace memory;
  descriptor_span<float, device_space> span;
  rows(index_t n, index_t d)
      : memory(static_cast<std::size_t>(n * d) * sizeof(float)), span(static_cast<float*>(memory.data()), n, d) {}
  std::vector<float> host() const {
    std::vector<float> v(static_cast<std::size_t>(span.rows() * span.cols()));
    check_cuda(cudaMemcpy(v.data(), span.data(), v.size() * sizeof(float), cudaMemcpyDeviceToHost), "back");
    return v;
  }
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// What a call asked of CUDA besides launches.
template <class F>
cuda_on_cpu::calls asked_by(const F& call) {
  const cuda_on_cpu::calls before = made_calls();
  call();
  cuda_on_cpu::calls after = made_calls();
  after.launches -= before.launches;
  after.allocations -= before.allocations;
  after.frees -= before.frees;
  after.stream_allocations -= before.stream_allocations;
  after.copies -= before.copies;
  after.synchronisations -= before.synchronisations;
  return after;
}

template <class T, class P>
void check_promises(const batch<T>& x, const P& policy) {
  const stream s, other;
  const cuda_backend on{.stream = s.handle}, there{.stream = other.handle};
  const index_t n = x.view.extents().n, d = descriptor_size(policy, x.view.extents());
  rows out(n, d), again(n, d);
  device_workspace w(workspace_bytes(on, x.view, policy)), of_other(w.capacity());

  auto asked = asked_by([&] { pool_into(on, x.view, policy, out.span, w); });
  CHECK(asked.launches > 0);
  CHECK(asked == cuda_on_cpu::calls{.launches = asked.launches});  // no synchronisation, allocation, copy
  s.wait();
  const std::vector<float> expected = out.host();

  const auto launches = asked.launches;
  asked = asked_by([&] { pool_into(on, x.view, policy, again.span); });
  CHECK(asked.stream_allocations <= 1);
  CHECK(asked == cuda_on_cpu::calls{.launches = launches, .stream_allocations = asked.stream_allocations});
  s.wait();
  CHECK(same_bits(again.host(), expected));

  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  check_cuda(cudaStreamBeginCapture(s.handle, cudaStreamCaptureModeGlobal), "begin");
  pool_into(on, x.view, policy, out.span, w);
  pool_into(on, x.view, policy, again.span);
  check_cuda(cudaStreamEndCapture(s.handle, &graph), "end");
  check_cuda(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (const rows* r : {&out, &again}) cudaMemset(r->span.data(), 0x7f, expected.size() * sizeof(float));
    cudaDeviceSynchronize();
    check_cuda(cudaGraphLaunch(executable, s.handle), "launch");
    s.wait();
    CHECK(same_bits(out.host(), expected));
    CHECK(same_bits(again.host(), expected));
  }
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);

  // Two streams, and the host waits for the second one first.
  pool_into(on, x.view, policy, out.span, w);
  pool_into(there, x.view, policy, again.span, of_other);
  other.wait();
  CHECK(same_bits(again.host(), expected));
  s.wait();
  CHECK(same_bits(out.host(), expected));

  std::vector<std::vector<float>> got(2);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < got.size(); ++t)
    threads.emplace_back([&, t] {
      const stream own;
      device_workspace memory;
      const rows mine(n, d);
      pool_into(cuda_backend{.stream = own.handle}, x.view, policy, mine.span, memory);
      own.wait();
      got[t] = mine.host();
    });
  for (std::thread& t : threads) t.join();
  for (const auto& g : got) CHECK(same_bits(g, expected));
}

struct cost {
  double launches, read, sectors, written, instructions;
};
template <class T, class P>
cost cost_of(const batch<T>& x, const P& policy) {
  rows out(x.view.extents().n, descriptor_size(policy, x.view.extents()));
  device_workspace w(workspace_bytes(cuda_backend{}, x.view, policy));
  auto& now = cuda_on_cpu::counted();
  now.requests_counted = true;
  const auto before = now;
  pool_into(cuda_backend{}, x.view, policy, out.span, w);
  cudaDeviceSynchronize();
  now.requests_counted = false;
  const double read = static_cast<double>(now.bytes_read - before.bytes_read);
  return {static_cast<double>(now.launches - before.launches), read / x.bytes(),
          32 * static_cast<double>(now.sectors - before.sectors) / read,
          static_cast<double>(now.bytes_written - before.bytes_written) / x.bytes(),
          static_cast<double>(now.instructions - before.instructions) / (x.bytes() / sizeof(T))};
}

/// f(name, policy) for every policy that is built in, with the chains that are published.
template <class F>
void each_policy(index_t c, const F& f) {
  testing::random_numbers r;
  std::vector<double> mean(static_cast<std::size_t>(c)), numbers(static_cast<std::size_t>(16 * c));
  for (auto* v : {&mean, &numbers})
    for (double& d : *v) d = r.uniform(-1, 1);
  f("sum", sum{});
  f("max", cnnpool::max());
  f("average, l2", average{} | l2{});
  f("gem, p = 3, l2", gem{} | l2{});
  f("gem, p = 2.7, l2", gem{.p = 2.7} | l2{});
  f("spoc, l2", spoc{} | l2{});
  f("crow, l2", crow{} | l2{});
  f("rmac", rmac{});
  f("sum, max, gem in one", concat(sum{}, cnnpool::max(), gem{}) | l2{});
  f("gem then whitening, l2", gem{} | to_device(projection(mean, numbers)) | l2{});
  f("vlad of 16 centres", vlad(to_device(codebook(numbers, 16)), {.power = true, .intra = true}));
}

template <class F>
void each_batch(const shape& s, const F& f) {
  f("fp32", "NCHW", batch<float>(s, nchw));
  f("fp32", "NHWC", batch<float>(s, nhwc));
  f("fp16", "NCHW", batch<float16>(s, nchw));
  f("fp16", "NHWC", batch<float16>(s, nhwc));
}

}  // namespace

TEST_CASE("a call launches and does nothing else; graphs, streams and threads give its bits") {
  each_policy(40, [](const char* name, const auto& policy) {
    each_batch({3, 40, 9, 7}, [&](const char* type, const char* layout, const auto& x) {
      INFO(name << ", " << type << ", " << layout);
      check_promises(x, policy);
    });
  });
}

TEST_CASE("what a call of every policy costs", "[.][counts]") {
  const char* const asked = std::getenv("CNNPOOL_TEST_IMAGES");
  const index_t n = asked == nullptr ? 2 : std::atoll(asked);
  std::printf(
      "| policy | shape | type | layout | launches | bytes read / bytes of the map | bytes moved / bytes read | "
      "bytes written / bytes of the map | instructions per element |\n|---|---|---|---|---|---|---|---|---|\n");
  for (const shape& s : {shape{n, 512, 24, 32}, shape{n, 2048, 7, 7}})
    each_policy(s.c, [&](const char* name, const auto& policy) {
      each_batch(s, [&](const char* type, const char* layout, const auto& x) {
        const cost k = cost_of(x, policy);
        std::printf("| %s | %s | %s | %s | %.0f | %.3f | %.3f | %.4f | %.1f |\n", name, to_string(s).c_str(), type,
                    layout, k.launches, k.read, k.sectors, k.written, k.instructions);
        std::fflush(stdout);
      });
    });
}
