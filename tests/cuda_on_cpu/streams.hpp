// Streams and graphs as lists of work. Nothing runs when it is asked for: a stream's work runs in its order when the
// host waits for it, so a host that forgot to wait reads what is not there yet.
#pragma once

#include <cuda_runtime_api.h>

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace cuda_on_cpu {

using work = std::function<void()>;

struct graph {
  std::vector<work> nodes;
};

struct stream {
  std::deque<work> pending;
  bool blocking = true;        // waits for the default stream, and that one for it
  graph* captured = nullptr;   // being made
  bool spoilt = false;         // something happened that must not happen during a capture
};

/// One lock for the whole runtime: threads of the host take turns.
std::recursive_mutex& lock();

stream& stream_of(cudaStream_t);
stream* new_stream(bool blocking);
void delete_stream(stream*);

/// Into the graph where the stream is captured.
void add(stream&, work);
void finish(stream&);
void finish_all();

bool capturing();
/// For what a capture does not allow: spoils it, and says so.
bool spoils_a_capture();

}  // namespace cuda_on_cpu
