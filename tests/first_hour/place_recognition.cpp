// A camera drives a route twice: every frame is described, looked for among the older frames, and added to them.

#undef NDEBUG  // the assertions are what this program is for
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/search/flat_index.hpp>

static long allocations = 0;
void* operator new(std::size_t n) {
  ++allocations;
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t n, std::align_val_t a) {
  ++allocations;
  const std::size_t align = static_cast<std::size_t>(a);
  if (void* p = std::aligned_alloc(align, (n + align - 1) / align * align)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

int main() {
  const int places = 100, frames = 2 * places, c = 64, h = 12, w = 16, newest = 20, k = 5;
  const double threshold = 0.99, margin = 0.01;  // a loop closure: a cosine this high, and this far above the k-th
  std::vector<float> map(c * h * w);
  const cnnpool::feature_view<float> x(map.data(), {.c = c, .h = h, .w = w}, cnnpool::nchw);
  const auto describe = cnnpool::gem_p<3>{} | cnnpool::l2{};

  cnnpool::descriptors<float> d(1, c);
  cnnpool::workspace memory(cnnpool::workspace_bytes(cnnpool::cpu{}, x, describe));
  cnnpool::flat_index<float> seen;
  cnnpool::neighbours best;
  cnnpool::search_workspace search_memory;
  seen.reserve(frames, c);
  seen.nearest_into(d, k, best, search_memory);  // takes what a search of so many rows needs

  int closed = 0, wrong = 0;
  long late = 0;
  double kth = 0;
  for (int frame = 0; frame < frames; ++frame) {
    unsigned place = static_cast<unsigned>(frame % places) * 2654435761u + 1;
    unsigned noise = static_cast<unsigned>(frame) + 77u;
    for (std::size_t i = 0; i < map.size(); ++i) {  // a place has channels that are loud there; every frame is noisy
      if (i % (h * w) == 0) place = place * 1664525u + 1013904223u;
      noise = noise * 1664525u + 1013904223u;
      map[i] = static_cast<float>(place >> 20) / 4096 * 4 + static_cast<float>(noise >> 20) / 4096 * 0.2f;
    }
    const long before = allocations;
    cnnpool::pool_into(x, describe, d, memory);
    seen.nearest_into(d, k, best, search_memory, {.except_last = newest});
    seen.add(d);
    late += allocations - before;
    if (static_cast<int>(best[0].size()) < k) continue;
    kth = best[0].scores().back();
    for (const auto [id, score] : best[0]) {
      if (score < threshold || score < kth + margin) break;
      (id == frame - places ? closed : wrong) += 1;
    }
  }
  assert(closed == places && wrong == 0 && seen.rows() == frames && kth < threshold);
  assert(late == 0);
  std::printf("%d loop closures, %d wrong; the last 5th score was %.4f; %ld allocations in the loop\n", closed, wrong,
              kth, late);
}
