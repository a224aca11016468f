// Products, and the nearest weights of every row, in tiles (contract_tile.hpp): the sums of a tile are written, or
// searched in place.
#pragma once

#include "contract_tile.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Writes result j of row r of image n to column j * (rows of an image) + r.
template <class X, class W, class A>
struct contract_blocks {
  using tile_type = contract_tile<X, W, A, true>;
  using registers = typename tile_type::registers;
  static constexpr int threads = tile_type::threads, resident = sizeof(A) == 4 ? 2 : 1;

  tile_type tile;

  CNNPOOL_HD index_t blocks() const { return tile.row_tiles() * tile.result_tiles(); }
  CNNPOOL_HD int steps() const { return tile.turns() + 1; }
  CNNPOOL_HD int shared_bytes() const { return tile_type::shared_bytes(); }

  CNNPOOL_HD void run(int step, index_t block, int thread, char* shared, registers& own) const {
    if (step == 0) {
      const index_t rows = block / tile.result_tiles();
      tile.start_rows(own, rows, thread);
      tile.start_results(own, rows, block % tile.result_tiles(), thread);
      tile.clear(own);
    }
    if (step < tile.turns()) tile.fetch(own, step, thread);
    if (step > 0) tile.multiply(own, step - 1, step - 1, thread, shared);
    if (step < tile.turns()) tile.put(own, step, step, thread, shared);
    else store(own, block / tile.result_tiles(), block % tile.result_tiles() * tile_type::wide, thread);
  }

 private:
  CNNPOOL_HD void store(const registers& own, index_t rows, index_t first, int thread) const {
    const auto& p = tile.p;
    CNNPOOL_UNROLL(8)
    for (int i = 0; i < tile_type::down; ++i) {
      index_t image, line;
      if (!tile.row(rows, tile.own_row(thread, i), image, line)) continue;
      A* const to = p.result + image * p.by_image + line * p.by_output;
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < tile_type::across; ++j) {
        const index_t result = first + tile.own_result(thread, j);
        if (result < tile.results) to[result * p.by_value] = own.sums[i][j];
      }
    }
  }
};

/// Writes the k with the smallest squared_norms(k) - factor (weights(k) . row), the first of equal ones, for each row.
template <class X, class W, class A>
struct nearest_blocks {
  using tile_type = contract_tile<X, W, A, false>;
  struct registers {
    typename tile_type::registers tile;
    A smallest[array_size(tile_type::down)], at[array_size(tile_type::down)];
  };
  static constexpr int threads = tile_type::threads, resident = sizeof(A) == 4 ? 2 : 1;

  tile_type tile;
  matrix<const double> squared_norms;
  A factor;

  CNNPOOL_HD index_t blocks() const { return tile.row_tiles(); }
  CNNPOOL_HD int turns() const { return static_cast<int>(tile.result_tiles()) * tile.turns(); }
  CNNPOOL_HD int steps() const { return turns() + 3; }
  CNNPOOL_HD int shared_bytes() const {
    constexpr int found = 2 * tile_type::side * tile_type::tall * static_cast<int>(sizeof(A));
    return tile_type::shared_bytes() > found ? tile_type::shared_bytes() : found;
  }

  /// All tiles of the weights one after the other, as one sequence of turns; then the threads that share rows agree.
  CNNPOOL_HD void run(int step, index_t block, int thread, char* shared, registers& own) const {
    const int all = turns(), per_tile = tile.turns();
    if (step == 0) {
      tile.start_rows(own.tile, block, thread);
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < tile_type::down; ++i) own.smallest[i] = limits<A>::above_all, own.at[i] = A(0);
    }
    if (step > all) return agree(step - all, block, thread, reinterpret_cast<A*>(shared), own);
    if (step < all) {
      if (step % per_tile == 0) tile.start_results(own.tile, block, step / per_tile, thread);
      tile.fetch(own.tile, step % per_tile, thread);
    }
    if (step > 0) tile.multiply(own.tile, (step - 1) % per_tile, step - 1, thread, shared);
    if (step > 0 && step % per_tile == 0) search(own, (step / per_tile - 1) * tile_type::wide, thread);
    if (step < all && step % per_tile == 0) tile.clear(own.tile);
    if (step < all) tile.put(own.tile, step % per_tile, step, thread, shared);
  }

 private:
  CNNPOOL_HD void search(registers& own, int first, int thread) const {
    CNNPOOL_UNROLL(4)
    for (int j = 0; j < tile_type::across; ++j) {
      const index_t k = first + tile.own_result(thread, j);
      if (k >= tile.results) continue;
      const A norm = static_cast<A>(squared_norms(k, 0));
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < tile_type::down; ++i) {
        const A value = norm - factor * own.tile.sums[i][j];
        if (value < own.smallest[i]) own.smallest[i] = value, own.at[i] = static_cast<A>(k);
      }
    }
  }
  CNNPOOL_HD void agree(int step, index_t block, int thread, A* shared, const registers& own) const {
    constexpr int tall = tile_type::tall, side = tile_type::side;
    A* const at = shared + side * tall;
    if (step == 1) {
      CNNPOOL_UNROLL(8)
      for (int i = 0; i < tile_type::down; ++i) {
        const int to = thread / side * tall + tile.own_row(thread, i);
        shared[to] = own.smallest[i], at[to] = own.at[i];
      }
    } else if (index_t image, line; thread < tall && tile.row(block, thread, image, line)) {
      int best = thread;
      for (int other = thread + tall; other < side * tall; other += tall)
        if (shared[other] < shared[best] || (shared[other] == shared[best] && at[other] < at[best])) best = other;
      tile.p.result[image * tile.p.by_image + line * tile.p.by_output] = at[best];
    }
  }
};

}  // namespace cnnpool::detail
