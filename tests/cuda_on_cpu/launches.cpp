// What nvcc's own code calls: kernels are registered before main, and launched by their address on the host.
#include <cuda_runtime_api.h>
#include <cxxabi.h>

#include <cstring>

#include "calls.hpp"
#include "launch.hpp"
#include "streams.hpp"

using namespace cuda_on_cpu;

cudaError_t cuda_on_cpu_answer(cudaError_t e);

namespace {

struct configuration {
  dim3 blocks, threads;
  std::size_t shared_bytes;
  void* stream;
};
thread_local std::vector<configuration> configurations;

std::map<const void*, std::string>& names() {
  static auto* const all = new std::map<const void*, std::string>;
  return *all;
}

/// Templates of templates are hundreds of letters long; the kernel stands in front.
std::string readable(const std::string& mangled) {
  int status = 0;
  char* const found = abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status);
  std::string name = status == 0 ? found : mangled;
  std::free(found);
  for (const char* prefix : {"void ", "(anonymous namespace)::", "cnnpool::v0_1_0::detail::", "cnnpool::v0_1_0::"})
    for (std::size_t at = 0; (at = name.find(prefix)) != name.npos;) name.erase(at, std::strlen(prefix));
  return name.size() <= 160 ? name : name.substr(0, 157) + "...";
}

cudaError_t launch(const void* host, dim3 blocks, dim3 threads, void** arguments, std::size_t shared_bytes,
                   cudaStream_t s) {
  const std::lock_guard l(lock());
  ++made_calls().launches;
  const auto name = names().find(host);
  if (name == names().end()) fault("a kernel is launched that was not registered");
  kernel_launch k{&code_of(name->second), readable(name->second), blocks.x, threads.x, shared_bytes, {}};
  if (blocks.y != 1 || blocks.z != 1 || threads.y != 1 || threads.z != 1)
    fault("kernel ", k.name, ": launches of more than one dimension are not supported");
  if (blocks.x == 0 || blocks.x > 0x7fffffff || threads.x == 0 ||
      threads.x > static_cast<unsigned>(k.kernel->text.most_threads))
    return cuda_on_cpu_answer(cudaErrorInvalidConfiguration);
  if (shared_bytes + static_cast<std::size_t>(k.kernel->text.shared_bytes) > (48 << 10))
    return cuda_on_cpu_answer(cudaErrorInvalidValue);
  if (capturing() && stream_of(s).captured == nullptr && stream_of(s).blocking && spoils_a_capture())
    return cuda_on_cpu_answer(cudaErrorStreamCaptureImplicit);
  k.parameters.resize(static_cast<std::size_t>(k.kernel->text.in_bytes));
  for (std::size_t n = 0; n < k.kernel->text.in.size(); ++n) {
    const ptx::parameter& p = k.kernel->text.in[n];
    std::memcpy(k.parameters.data() + p.offset, arguments[n], static_cast<std::size_t>(p.bytes));
  }
  add(stream_of(s), [k = std::move(k)] { execute(k); });
  return cudaSuccess;
}

}  // namespace

extern "C" {

// The PTX lies in the program in clear: nvcc --no-compress -gencode arch=compute_75,code=compute_75.
void** __cudaRegisterFatBinary(void* registered) {
  struct wrapper {
    int magic, version;
    const char* data;
    void* file;
  };
  const char* const data = static_cast<wrapper*>(registered)->data;
  std::uint64_t size = 0;
  std::memcpy(&size, data + 8, 8);  // of what follows the 16 bytes of the header
  const std::string_view all(data, size + 16);
  const std::size_t first = all.find(".version ");
  if (first == all.npos) fault("there is no PTX in this program: compile it with --no-compress");
  add_module(all.substr(first, all.find('\0', first) - first));
  static void* handle = nullptr;
  return &handle;
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
char __cudaInitModule(void**) { return 0; }
void __cudaRegisterFunction(void**, const char* host, char*, const char* device, int, void*, void*, void*, void*,
                            int*) {
  names()[host] = device;
}
void __cudaRegisterVar(void**, char*, char*, const char* name, int, size_t, int, int) {
  fault("the variable ", name, " in device memory is not supported");
}

unsigned __cudaPushCallConfiguration(dim3 blocks, dim3 threads, size_t shared_bytes, void* stream) {
  configurations.push_back({blocks, threads, shared_bytes, stream});
  return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3* blocks, dim3* threads, size_t* shared_bytes, void* stream) {
  const configuration c = configurations.back();
  configurations.pop_back();
  *blocks = c.blocks;
  *threads = c.threads;
  *shared_bytes = c.shared_bytes;
  *static_cast<void**>(stream) = c.stream;
  return cudaSuccess;
}
cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* host) {
  *kernel = reinterpret_cast<cudaKernel_t>(const_cast<void*>(host));
  return cudaSuccess;
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 blocks, dim3 threads, void** arguments, size_t shared_bytes,
                               cudaStream_t s) {
  return launch(kernel, blocks, threads, arguments, shared_bytes, s);
}
cudaError_t cudaLaunchKernel(const void* host, dim3 blocks, dim3 threads, void** arguments, size_t shared_bytes,
                             cudaStream_t s) {
  return launch(host, blocks, threads, arguments, shared_bytes, s);
}

}  // extern "C"
