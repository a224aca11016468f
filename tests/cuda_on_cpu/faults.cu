// A fault of every kind that the interpreter says it sees, each in a process of its own, and programs that are right.
//   faults               runs them all, forwards and backwards
//   faults NAME          only that one, in this process
#include <cuda_runtime.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr int threads = 64;

template <class T>
T* device(std::size_t count, bool written = true) {
  T* p = nullptr;
  cudaMalloc(&p, count * sizeof(T));
  if (written) cudaMemset(p, 0, count * sizeof(T));
  return p;
}

__global__ void copy(const float* from, float* to, int count, int shift) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) to[i] = from[i + shift];
}
__global__ void store(float* to, int at) {
  if (threadIdx.x == 7) to[at] = 1;
}
__global__ void copy_four(const float* from, float* to) {
  *reinterpret_cast<float4*>(to) = *reinterpret_cast<const float4*>(from);
}
enum shared_fault { no_barrier, write_after_read, two_writers, beyond, unwritten, none };
__global__ void in_shared(float* to, shared_fault which) {
  extern __shared__ float s[];
  const unsigned t = threadIdx.x, next = (t + 1) % threads;
  if (which == beyond && t == 5) s[threads] = 1;
  if (which != unwritten || t != 9) s[which == two_writers && t == 40 ? 3 : t] = static_cast<float>(t);
  if (which != no_barrier) __syncthreads();
  const float v = s[next];
  if (which == write_after_read) s[t] = v;
  to[t] = v;
}
__global__ void at_barrier(float* to, unsigned reach) {
  extern __shared__ float s[];
  s[threadIdx.x] = 1;
  if (threadIdx.x < reach) {
    __syncthreads();
    to[threadIdx.x] = s[threadIdx.x];
  }
}
__global__ void two_barriers(float* to) {
  if (threadIdx.x % 2 == 0) {
    __syncthreads();
    to[0] = 1;
  } else {
    __syncthreads();
    to[1] = 2;
  }
}
__global__ void divide(int* to, int by) { to[threadIdx.x] = 7 / by; }
__global__ void shuffle(int* to) { to[threadIdx.x] = __shfl_xor_sync(0xffffffffu, to[threadIdx.x], 1); }

__device__ __noinline__ double cube(double x) { return x * x * x; }
// Branches, loops of different lengths, local memory, a call, types of every width, a sum in a fixed order.
__global__ void right(const float* from, const unsigned char* bytes, double* to, int count) {
  __shared__ double s[threads];
  const int t = static_cast<int>(threadIdx.x);
  double own[4] = {0, 0, 0, 0};
  for (int i = t; i < count; i += threads)
    own[(bytes[i] + i) % 4] += cube(static_cast<double>(from[i])) + static_cast<signed char>(bytes[i]);
  s[t] = own[0] + own[1] - own[2] + own[3];
  for (int step = threads / 2; step > 0; step /= 2) {
    __syncthreads();
    if (t < step) s[t] += s[t + step];
  }
  if (t == 0) to[blockIdx.x] = s[0];
}

int run_right() {
  constexpr int count = 1000, blocks = 3;
  std::vector<float> x(count);
  std::vector<unsigned char> b(count);
  std::vector<double> partial(threads, 0), got(blocks);
  std::vector<std::vector<double>> own(threads, std::vector<double>(4, 0));
  for (int i = 0; i < count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    x[k] = std::sin(static_cast<float>(i));
    b[k] = static_cast<unsigned char>(i * 37);
    const double v = x[k];
    own[k % threads][static_cast<std::size_t>((b[k] + i) % 4)] += v * v * v + static_cast<signed char>(b[k]);
  }
  double expected = 0;
  for (const auto& o : own) expected += o[0] + o[1] - o[2] + o[3];
  auto* const dx = device<float>(count, false);
  auto* const db = device<unsigned char>(count, false);
  auto* const out = device<double>(blocks, false);
  cudaMemcpy(dx, x.data(), count * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpy(db, b.data(), count, cudaMemcpyHostToDevice);
  right<<<blocks, threads>>>(dx, db, out, count);
  cudaMemcpy(got.data(), out, blocks * sizeof(double), cudaMemcpyDeviceToHost);
  for (const double g : got)
    if (std::fabs(g - expected) > 1e-9) {
      std::printf("got %.17g, expected %.17g\n", g, expected);
      return 1;
    }
  in_shared<<<1, threads, threads * sizeof(float)>>>(device<float>(threads), none);
  cudaDeviceSynchronize();
  cudaFree(dx);
  return cudaGetLastError() == cudaSuccess ? 0 : 1;
}

// What the runtime refuses with an error of CUDA's, as CUDA does.
int run_refused() {
  auto* const p = device<float>(threads);
  in_shared<<<1, threads, 1 << 20>>>(p, none);
  if (cudaGetLastError() != cudaErrorInvalidValue) return 1;
  copy<<<0, threads>>>(p, p, threads, 0);
  if (cudaGetLastError() != cudaErrorInvalidConfiguration) return 2;
  void* more = nullptr;
  if (cudaMalloc(&more, std::size_t{1} << 45) != cudaErrorMemoryAllocation) return 3;
  cudaStream_t s = nullptr;
  cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking);
  cudaGraph_t graph = nullptr;
  cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal);
  store<<<1, threads, 0, s>>>(p, 0);
  if (cudaMalloc(&more, 4) != cudaErrorStreamCaptureUnsupported) return 4;
  if (cudaStreamEndCapture(s, &graph) != cudaErrorStreamCaptureInvalidated) return 5;
  return 0;
}

struct program {
  const char* name;
  const char* says;  // a part of its sentence; nothing where it is right
  std::function<int()> run;
};

template <class F>
std::function<int()> launched(F f) {
  return [f] {
    f();
    cudaDeviceSynchronize();
    return 0;
  };
}

const std::vector<program>& programs() {
  const auto shared = [](shared_fault which) {
    return launched([which] { in_shared<<<1, threads, threads * sizeof(float)>>>(device<float>(threads), which); });
  };
  static const std::vector<program> all{
      {"right", "", run_right},
      {"refused", "", run_refused},
      {"read_beyond", "block 1, thread 3 reads 4 bytes of global memory at 0x",
       launched([] { copy<<<2, threads>>>(device<float>(68), device<float>(68), 68, 1); })},
      {"read_before", "4 bytes in front of an allocation of 256 bytes",
       launched([] { copy<<<1, threads>>>(device<float>(64), device<float>(64), 64, -1); })},
      {"write_beyond", "thread 7 writes 4 bytes of global memory at 0x",
       launched([] { store<<<1, threads>>>(device<float>(64), 64); })},
      {"memory_of_the_host", "which is no memory of the device", launched([] {
         static float host[threads];
         copy<<<1, threads>>>(host, device<float>(64), 64, 0);
       })},
      {"use_after_free", "of 256 bytes that have been freed", launched([] {
         auto* const p = device<float>(64);
         cudaFree(p);
         copy<<<1, threads>>>(p, device<float>(64), 64, 0);
       })},
      {"use_after_free_in_order", "bytes that have been freed", launched([] {
         cudaStream_t s = nullptr;
         cudaStreamCreate(&s);
         void* p = nullptr;
         cudaMallocAsync(&p, 256, s);
         cudaFreeAsync(p, s);
         store<<<1, threads, 0, s>>>(static_cast<float*>(p), 0);
       })},
      {"freed_twice", "which is freed already", [] {
         auto* const p = device<float>(64);
         cudaFree(p);
         cudaFree(p);
         return 0;
       }},
      {"read_unwritten", "of an allocation of 256 bytes, which nothing has written: ld.global",
       launched([] { copy<<<1, threads>>>(device<float>(64, false), device<float>(64), 64, 0); })},
      {"copy_unwritten", "cudaMemcpy reads byte 0 of an allocation of 256 bytes, which nothing has written", [] {
         float v = 0;
         cudaMemcpy(&v, device<float>(64, false), sizeof v, cudaMemcpyDeviceToHost);
         return 0;
       }},
      {"copy_beyond", "cudaMemcpy uses 260 bytes at 0x", [] {
         float v[65];
         cudaMemcpy(v, device<float>(64), sizeof v, cudaMemcpyDeviceToHost);
         return 0;
       }},
      {"not_waited_for", "got 0", [] {  // work runs when it is waited for
         cudaStream_t s = nullptr;
         cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking);
         auto* const p = device<float>(1);
         float v = 0;
         cudaDeviceSynchronize();
         store<<<1, threads, 0, s>>>(p, 0);
         cudaMemcpy(&v, p, sizeof v, cudaMemcpyDeviceToHost);
         std::fprintf(stderr, "got %g\n", static_cast<double>(v));
         if (v == 0) std::abort();
         return 0;
       }},
      {"misaligned", "reads 16 bytes at 0x",
       launched([] { copy_four<<<1, 1>>>(device<float>(8) + 1, device<float>(8)); })},
      {"shared_beyond", "thread 5 writes 4 bytes at 256 of 256 bytes of shared memory", shared(beyond)},
      {"shared_unwritten", "reads byte 36 of shared memory, which no thread of the block has written",
       shared(unwritten)},
      {"race_read", "of shared memory, which", shared(no_barrier)},  // backwards it was not written yet
      {"race_write", "read since the last barrier", shared(write_after_read)},
      {"race_two_writers", "wrote since the last barrier", shared(two_writers)},
      {"barrier_of_a_warp", "waits at a barrier that 32 of the 64 threads have not reached",
       launched([] { at_barrier<<<1, threads, 256>>>(device<float>(64), 32); })},
      {"barrier_of_some", "waits at a barrier that 54 of the 64 threads have not reached",
       launched([] { at_barrier<<<1, threads, 256>>>(device<float>(64), 10); })},
      {"two_barriers", "of its warp waits at another one",
       launched([] { two_barriers<<<1, threads>>>(device<float>(64)); })},
      {"division_by_zero", "divides by zero", launched([] { divide<<<1, threads>>>(device<int>(64), 0); })},
      {"unknown", "an instruction that is not known here: shfl.sync",
       launched([] { shuffle<<<1, threads>>>(device<int>(64)); })},
  };
  return all;
}

/// What a program prints on its error stream, and whether it ended as it should.
bool as_expected(const program& p, const char* order) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const pid_t child = fork();
  if (child == 0) {
    setenv("CUDA_ON_CPU_ORDER", order, 1);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    std::exit(p.run());
  }
  close(ends[1]);
  std::string text;
  char part[256];
  for (ssize_t n = 0; (n = read(ends[0], part, sizeof part)) > 0;) text.append(part, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  const bool right = *p.says == '\0', ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  const bool good = right ? ended : WIFSIGNALED(status) && text.find(p.says) != text.npos;
  std::printf("%s %s, %s: %s", good ? "ok    " : "FAILED", p.name, order, text.empty() ? "\n" : text.c_str());
  if (!good) std::printf("       expected: %s\n", right ? "no fault" : p.says);
  std::fflush(stdout);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  int failed = 0;
  for (const program& p : programs()) {
    if (argc > 1) {
      if (std::strcmp(argv[1], p.name) == 0) return p.run();
      continue;
    }
    for (const char* order : {"forwards", "backwards"}) failed += !as_expected(p, order);
  }
  std::printf("%d failed\n", failed);
  return failed == 0 && argc == 1 ? 0 : 1;
}
