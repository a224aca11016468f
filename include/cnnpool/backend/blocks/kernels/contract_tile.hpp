// A tile of a product: 128 x 64 results (doubles: 64 x 64), computed by 256 threads.
// A thread has 8 x 4 (doubles: 4 x 4) of them in its registers.
//
// 16 elements of the tile's rows and weights at a time go through shared memory while the next ones are being loaded.
// Every result adds its products in logical order (InParts: 32 at a time, as for_each_backend.hpp does), so its bits
// depend neither on the tile nor on the batch:
//   |error| <= (elements/32 + 33) u SUM |x w|, otherwise (elements + 1) u SUM |x w|.
#pragma once

#include "../kernel.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

template <class X, class W, class A, bool InParts>
struct contract_tile {
  using T = typename X::value_type;
  static constexpr int threads = 256, side = 16, deep = 16, part = 32;  // side x side threads
  static constexpr int tall = sizeof(A) == 4 ? 128 : 64, wide = 64, down = tall / side, across = wide / side;
  static constexpr int quad = 16 / static_cast<int>(sizeof(A));         // what one load from shared memory brings
  static constexpr int x_run = tall * deep / threads, w_run = wide * deep / threads;  // elements that a thread brings
  static constexpr int x_pitch = tall + 4, w_pitch = wide + 4, buffer = deep * (x_pitch + w_pitch);

  struct registers {
    A sums[array_size(down)][array_size(across)], parts[InParts ? array_size(down) : 1][array_size(across)];
    T x_next[array_size(x_run)];  // as they are stored: converted when they have arrived
    W w_next[array_size(w_run)];
    const T* x;  // the row, or its weights, that this thread brings; null behind the last one
    const W* w;
  };

  fold_problem<X, A> p;  // its outputs are the rows
  const W* weights;
  index_t weights_stride, weights_image_stride, results;

  /// With weights of their own, images do not share tiles.
  CNNPOOL_HD bool shares_weights() const { return weights_image_stride == 0; }
  CNNPOOL_HD index_t row_tiles() const {
    if (shares_weights()) return (p.images * p.outputs.count + tall - 1) / tall;
    return p.images * ((p.outputs.count + tall - 1) / tall);
  }
  CNNPOOL_HD index_t result_tiles() const { return (results + wide - 1) / wide; }
  /// The number of turns of 16 elements, and a last one that loads nothing.
  CNNPOOL_HD int turns() const { return static_cast<int>((p.elements.count + deep - 1) / deep); }
  CNNPOOL_HD static constexpr int shared_bytes() { return 2 * buffer * static_cast<int>(sizeof(A)); }

  /// Image and row of row i of a tile, or false after the last one.
  CNNPOOL_HD bool row(index_t tile, int i, index_t& image, index_t& line) const {
    const index_t rows = p.outputs.count;
    if (shares_weights()) {
      const index_t at = tile * tall + i;
      image = at / rows, line = at % rows;
      return at < p.images * rows;
    }
    const index_t per_image = (rows + tall - 1) / tall;
    image = tile / per_image, line = tile % per_image * tall + i;
    return line < rows;
  }
  /// Which of a tile's rows and results are a thread's i-th and j-th.
  CNNPOOL_HD static int own_row(int thread, int i) { return (i / quad * side + thread % side) * quad + i % quad; }
  CNNPOOL_HD static int own_result(int thread, int j) { return (j / quad * side + thread / side) * quad + j % quad; }

  CNNPOOL_HD void start_rows(registers& own, index_t tile, int thread) const {
    index_t image, line;
    own.x = row(tile, x_row(thread), image, line) ? p.start(image, line) : nullptr;
  }
  CNNPOOL_HD void start_results(registers& own, index_t rows_at, index_t tile, int thread) const {
    const index_t per_image = (p.outputs.count + tall - 1) / tall, j = tile * wide + thread / (deep / w_run);
    const W* const first = shares_weights() ? weights : weights + rows_at / per_image * weights_image_stride;
    own.w = j < results ? first + j * weights_stride : nullptr;
  }
  CNNPOOL_HD void clear(registers& own) const {
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < down; ++i) {
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < across; ++j) {
        own.sums[i][j] = A(0);
        if constexpr (InParts) own.parts[i][j] = A(0);
      }
    }
  }

  /// Loads the elements of a turn from the tensor, and puts them into one of two buffers in shared memory.
  CNNPOOL_HD void fetch(registers& own, int turn, int thread) const {
    fetch_x(own, turn * deep + x_first(thread));
    fetch_w(own, turn * deep + thread % (deep / w_run) * w_run);
  }
  CNNPOOL_HD void put(const registers& own, int turn, int which, int thread, char* shared) const {
    A* const to = reinterpret_cast<A*>(shared) + which % 2 * buffer;
    A* const x = to + x_first(thread) * x_pitch + x_row(thread);
    const index_t left = p.elements.count - (index_t{turn} * deep + x_first(thread));  // what follows must not be read
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < x_run; ++i) x[i * x_pitch] = i < left ? lane(own.x_next[i]) : A(0);
    A* const w = to + deep * x_pitch + thread % (deep / w_run) * w_run * w_pitch + thread / (deep / w_run);
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < w_run; ++i) w[i * w_pitch] = as_lane<A>(own.w_next[i], {});
  }
  CNNPOOL_HD void multiply(registers& own, int turn, int which, int thread, const char* shared) const {
    const A* const x = reinterpret_cast<const A*>(shared) + which % 2 * buffer + own_row(thread, 0);
    const A* const w = reinterpret_cast<const A*>(shared) + which % 2 * buffer + deep * x_pitch + own_result(thread, 0);
    CNNPOOL_UNROLL(16)
    for (int e = 0; e < deep; ++e) {
      A a[array_size(down)], b[array_size(across)];
      CNNPOOL_UNROLL(4)
      for (int i = 0; i < down; i += quad) from_shared(x + e * x_pitch + i * side, a + i);
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < across; j += quad) from_shared(w + e * w_pitch + j * side, b + j);
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < down; ++i) {
        CNNPOOL_UNROLL(4)
        for (int j = 0; j < across; ++j) {
          if constexpr (InParts) own.parts[i][j] += a[i] * b[j];
          else own.sums[i][j] += a[i] * b[j];
        }
      }
    }
    if constexpr (InParts)
      if (turn % (part / deep) == part / deep - 1 || turn == turns() - 1) add_parts(own);
  }

 private:
  CNNPOOL_HD static void add_parts(registers& own) {
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < down; ++i) {
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < across; ++j) {
        own.sums[i][j] += own.parts[i][j];
        own.parts[i][j] = A(0);
      }
    }
  }
  /// Threads follow what is adjacent in memory: the elements of a row, or the rows.
  CNNPOOL_HD bool rows_adjacent() const { return p.elements.inner_stride != 1 && p.outputs.inner_stride == 1; }
  CNNPOOL_HD int x_row(int thread) const { return rows_adjacent() ? thread % tall : thread / (deep / x_run); }
  CNNPOOL_HD int x_first(int thread) const {
    return (rows_adjacent() ? thread / tall : thread % (deep / x_run)) * x_run;
  }
  CNNPOOL_HD static void from_shared(const A* p, A* to) {
    const auto c = load_chunk<quad>(p);
    CNNPOOL_UNROLL(4)
    for (int k = 0; k < quad; ++k) to[k] = c.v[k];
  }
  CNNPOOL_HD A lane(const T& stored) const { return p.x.read(as_lane<A>(stored, p.x.view.quantized())); }

  CNNPOOL_HD void fetch_x(registers& own, index_t first) const {
    constexpr int piece = chunk_size<T> < x_run ? chunk_size<T> : x_run;
    const two_level_axis& e = p.elements;
    if (own.x != nullptr && first + x_run <= e.count && e.inner_stride == 1 &&
        (e.inner == e.count || e.inner % x_run == 0)) {
      const T* const at = own.x + e.offset(first);
      if (is_aligned<piece>(at)) {
        CNNPOOL_UNROLL(8)
        for (int i = 0; i < x_run; i += piece) {
          const auto c = load_chunk<piece>(at + i);
          CNNPOOL_UNROLL(8)
          for (int k = 0; k < piece; ++k) own.x_next[i + k] = c.v[k];
        }
      } else {
        CNNPOOL_UNROLL(8)
        for (int i = 0; i < x_run; ++i) own.x_next[i] = at[i];
      }
      return;
    }
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < x_run; ++i)
      own.x_next[i] = own.x != nullptr && first + i < e.count ? own.x[e.offset(first + i)] : T{};
  }
  CNNPOOL_HD void fetch_w(registers& own, index_t first) const {
    if (own.w != nullptr && first + w_run <= p.elements.count && is_aligned<w_run>(own.w + first)) {
      const auto c = load_chunk<w_run>(own.w + first);
      CNNPOOL_UNROLL(8)
      for (int k = 0; k < w_run; ++k) own.w_next[k] = c.v[k];
      return;
    }
    CNNPOOL_UNROLL(8)
    for (int k = 0; k < w_run; ++k)
      own.w_next[k] = own.w != nullptr && first + k < p.elements.count ? own.w[first + k] : W{};
  }
};

}  // namespace cnnpool::detail
