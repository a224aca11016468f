#include "launch.hpp"

#include <algorithm>
#include <numeric>

namespace cuda_on_cpu {
namespace {

bool backwards() {
  static const bool b = [] {
    const char* const order = std::getenv("CUDA_ON_CPU_ORDER");
    if (order != nullptr && std::string(order) != "forwards" && std::string(order) != "backwards")
      fault("CUDA_ON_CPU_ORDER is ", order, ", expected forwards or backwards");
    return order != nullptr && std::string(order) == "backwards";
  }();
  return b;
}

template <class Value>
void fill(frame& f, std::uint32_t row, const Value& of_lane) {
  for (int l = 0; l < lanes; ++l) f.row<std::uint32_t>(row)[l] = static_cast<std::uint32_t>(of_lane(l));
}

/// Lanes in the order in which the threads run; those that a last warp lacks never start.
void start(warp& w, block& b, const kernel_launch& k, int first) {
  w.in = &b;
  w.size = std::min(lanes, static_cast<int>(k.threads) - first);
  for (int l = 0; l < lanes; ++l) w.thread[l] = backwards() ? first + w.size - 1 - l : first + l;
  if (w.top == nullptr) w.top = std::make_unique<frame>(&w, k.kernel);
  else w.top->start();
  fill(*w.top, k.kernel->thread_row, [&](int l) { return w.thread[l]; });
  fill(*w.top, k.kernel->block_row, [&](int) { return b.index; });
  fill(*w.top, k.kernel->threads_row, [&](int) { return k.threads; });
  fill(*w.top, k.kernel->blocks_row, [&](int) { return k.blocks; });
  w.running.assign(1, {0, w.size == lanes ? all_lanes : (lane_mask{1} << w.size) - 1});
  w.waiting = 0;
}

/// The threads that wait have to be all there are.
void check_barrier(const block& b, const std::vector<warp>& warps) {
  int waiting = 0, there = 0;
  for (const warp& w : warps) {
    waiting += __builtin_popcount(w.waiting);
    there += w.size;
  }
  if (waiting == 0 || waiting == there) return;
  const auto at = std::find_if(warps.begin(), warps.end(), [&](const warp& w) { return w.waiting != 0; });
  fault("kernel ", *b.kernel, ", block ", b.index, ", thread ", at->thread[__builtin_ctz(at->waiting)], " waits at a ",
        "barrier that ", there - waiting, " of the ", there, " threads have not reached and never will");
}

}  // namespace

void execute(const kernel_launch& k) {
  ++counted().launches;
  const std::size_t shared_bytes =
      static_cast<std::size_t>((k.kernel->text.shared_bytes + 15) / 16 * 16) + k.shared_bytes;
  std::vector<unsigned char> shared(shared_bytes);
  std::vector<shared_byte> marks(shared_bytes);
  std::vector<warp> warps((k.threads + lanes - 1) / lanes);
  block b{&k.name, k.parameters.data(), static_cast<int>(k.parameters.size()), 0,
          static_cast<std::int64_t>(shared_bytes), &shared, &marks, 1, 1};
  std::vector<std::size_t> order(warps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (backwards()) std::reverse(order.begin(), order.end());
  for (unsigned n = 0; n < k.blocks; ++n) {
    b.index = n;
    b.first_time = ++b.time;
    std::fill(shared.begin(), shared.end(), static_cast<unsigned char>(0xff));
    for (std::size_t w = 0; w < warps.size(); ++w) start(warps[w], b, k, static_cast<int>(w) * lanes);
    for (bool again = true; again; ++b.time) {
      again = false;
      for (const std::size_t w : order) {
        warps[w].run_to_barrier();
        again = again || warps[w].waiting != 0;
      }
      check_barrier(b, warps);
    }
  }
}

}  // namespace cuda_on_cpu
