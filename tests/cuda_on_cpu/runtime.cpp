// The functions of CUDA's runtime that the library and its tests call.
#include <cuda_runtime_api.h>

#include <utility>

#include "calls.hpp"
#include "streams.hpp"

using namespace cuda_on_cpu;

namespace {

thread_local cudaError_t last_error = cudaSuccess;

cudaError_t answer(cudaError_t e) {
  if (e != cudaSuccess) last_error = e;
  return e;
}
bool on_device(cudaMemcpyKind kind, bool source, const void* p) {
  if (kind == cudaMemcpyDefault) {
    const allocation* const a = nearest(reinterpret_cast<address>(p));
    return a != nullptr && a->holds(reinterpret_cast<address>(p), 1);
  }
  return kind == cudaMemcpyDeviceToDevice || kind == (source ? cudaMemcpyDeviceToHost : cudaMemcpyHostToDevice);
}
using locked = std::lock_guard<std::recursive_mutex>;

cudaError_t get_memory(void** p, std::size_t size, bool managed) {
  const locked l(lock());
  ++made_calls().allocations;
  if (spoils_a_capture()) return answer(cudaErrorStreamCaptureUnsupported);
  const allocation* const a = allocate(size, managed);
  if (a == nullptr) return answer(cudaErrorMemoryAllocation);
  *p = reinterpret_cast<void*>(a->begin);
  return cudaSuccess;
}

}  // namespace

calls& cuda_on_cpu::made_calls() {
  static calls all;
  return all;
}

extern "C" {

cudaError_t cudaMalloc(void** p, size_t size) { return get_memory(p, size, false); }
cudaError_t cudaMallocManaged(void** p, size_t size, unsigned) { return get_memory(p, size, true); }
cudaError_t cudaFree(void* p) {
  const locked l(lock());
  if (p == nullptr) return cudaSuccess;
  ++made_calls().frees;
  if (spoils_a_capture()) return answer(cudaErrorStreamCaptureUnsupported);
  finish_all();
  if (const std::string wrong = release(reinterpret_cast<address>(p)); !wrong.empty())
    fault("cudaFree of ", hex{reinterpret_cast<address>(p)}, ", which ", wrong);
  return cudaSuccess;
}

// At once where no graph is made: its address may be used by what the stream gets from now on.
cudaError_t cudaMallocAsync(void** p, size_t size, cudaStream_t stream) {
  const locked l(lock());
  ++made_calls().stream_allocations;
  allocation* const a = allocate(size, false);
  if (a == nullptr) return answer(cudaErrorMemoryAllocation);
  *p = reinterpret_cast<void*>(a->begin);
  if (stream_of(stream).captured != nullptr) {
    release(a->begin);
    add(stream_of(stream), [a] { revive(*a); });
  }
  return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* p, cudaStream_t stream) {
  const locked l(lock());
  add(stream_of(stream), [begin = reinterpret_cast<address>(p)] {
    if (const std::string wrong = release(begin); !wrong.empty())
      fault("cudaFreeAsync of ", hex{begin}, ", which ", wrong);
  });
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, size_t count, cudaMemcpyKind kind) {
  const locked l(lock());
  ++made_calls().copies;
  if (spoils_a_capture()) return answer(cudaErrorStreamCaptureUnsupported);
  add(stream_of(nullptr), [=] { copy(to, from, count, on_device(kind, false, to), on_device(kind, true, from)); });
  finish(stream_of(nullptr));
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t count, cudaMemcpyKind kind, cudaStream_t stream) {
  const locked l(lock());
  ++made_calls().copies;
  add(stream_of(stream), [=] { copy(to, from, count, on_device(kind, false, to), on_device(kind, true, from)); });
  return cudaSuccess;
}
cudaError_t cudaMemset(void* to, int value, size_t count) {
  const locked l(lock());
  if (spoils_a_capture()) return answer(cudaErrorStreamCaptureUnsupported);
  add(stream_of(nullptr), [=] { fill(to, value, count); });
  return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize() {
  const locked l(lock());
  ++made_calls().synchronisations;
  if (spoils_a_capture()) return answer(cudaErrorStreamCaptureUnsupported);
  finish_all();
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t s) {
  const locked l(lock());
  ++made_calls().synchronisations;
  if (stream_of(s).captured != nullptr && spoils_a_capture()) return answer(cudaErrorStreamCaptureUnsupported);
  finish(stream_of(s));
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* s, unsigned flags) {
  const locked l(lock());
  *s = reinterpret_cast<cudaStream_t>(new_stream((flags & cudaStreamNonBlocking) == 0));
  return cudaSuccess;
}
cudaError_t cudaStreamCreate(cudaStream_t* s) { return cudaStreamCreateWithFlags(s, cudaStreamDefault); }
cudaError_t cudaStreamDestroy(cudaStream_t s) {
  const locked l(lock());
  delete_stream(&stream_of(s));
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode) {
  const locked l(lock());
  if (s == nullptr || stream_of(s).captured != nullptr) return answer(cudaErrorStreamCaptureUnsupported);
  stream_of(s).captured = new graph;
  stream_of(s).spoilt = false;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t* made) {
  const locked l(lock());
  stream& captured = stream_of(s);
  *made = reinterpret_cast<cudaGraph_t>(captured.captured);
  captured.captured = nullptr;
  if (*made == nullptr) return answer(cudaErrorIllegalState);
  if (!captured.spoilt) return cudaSuccess;
  delete reinterpret_cast<graph*>(*made);
  *made = nullptr;
  return answer(cudaErrorStreamCaptureInvalidated);
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t from, unsigned long long) {
  *made = reinterpret_cast<cudaGraphExec_t>(new graph(*reinterpret_cast<graph*>(from)));
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t g, cudaStream_t s) {
  const locked l(lock());
  for (const work& w : reinterpret_cast<graph*>(g)->nodes) add(stream_of(s), w);
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t g) {
  delete reinterpret_cast<graph*>(g);
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t g) {
  delete reinterpret_cast<graph*>(g);
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* n) {
  *n = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* n) {
  *n = 0;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int n) { return n == 0 ? cudaSuccess : answer(cudaErrorInvalidDevice); }
cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
cudaError_t cudaPeekAtLastError() { return last_error; }
const char* cudaGetErrorString(cudaError_t e) {
  switch (e) {
    case cudaSuccess: return "no error";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInvalidValue: return "invalid argument";
    case cudaErrorInvalidConfiguration: return "invalid configuration argument";
    case cudaErrorStreamCaptureUnsupported: return "operation not permitted when stream is capturing";
    case cudaErrorStreamCaptureInvalidated: return "operation failed due to a previous error during capture";
    default: return "another error";
  }
}

}  // extern "C"

// For launches.cpp.
cudaError_t cuda_on_cpu_answer(cudaError_t e) { return answer(e); }
