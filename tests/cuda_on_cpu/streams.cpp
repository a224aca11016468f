#include "streams.hpp"

#include <algorithm>
#include <memory>

namespace cuda_on_cpu {
namespace {

struct all_streams {
  stream legacy;  // the default one
  std::vector<std::unique_ptr<stream>> others;
};
all_streams& streams() {
  static auto* const all = new all_streams;
  return *all;
}

template <class F>
void each(const F& f) {
  f(streams().legacy);
  for (std::size_t k = 0; k < streams().others.size(); ++k) f(*streams().others[k]);
}

}  // namespace

std::recursive_mutex& lock() {
  static auto* const one = new std::recursive_mutex;
  return *one;
}

stream& stream_of(cudaStream_t s) {
  return s == nullptr || s == cudaStreamLegacy || s == cudaStreamPerThread ? streams().legacy
                                                                          : *reinterpret_cast<stream*>(s);
}
stream* new_stream(bool blocking) {
  streams().others.push_back(std::make_unique<stream>());
  streams().others.back()->blocking = blocking;
  return streams().others.back().get();
}
void delete_stream(stream* s) {
  finish(*s);
  std::erase_if(streams().others, [&](const auto& o) { return o.get() == s; });
}

void add(stream& s, work w) {
  if (s.captured != nullptr) {
    s.captured->nodes.push_back(std::move(w));
    return;
  }
  if (&s == &streams().legacy)
    each([&](stream& o) { if (&o != &s && o.blocking) finish(o); });
  else if (s.blocking) finish(streams().legacy);
  s.pending.push_back(std::move(w));
}

void finish(stream& s) {
  while (!s.pending.empty()) {
    const work w = std::move(s.pending.front());
    s.pending.pop_front();
    w();
  }
}
void finish_all() { each([](stream& s) { finish(s); }); }

bool capturing() {
  bool any = false;
  each([&](const stream& s) { any = any || s.captured != nullptr; });
  return any;
}
bool spoils_a_capture() {
  each([](stream& s) { s.spoilt = s.spoilt || s.captured != nullptr; });
  return capturing();
}

}  // namespace cuda_on_cpu
