// Overlapping boxes share work: their edges cut the map into cells, every element is stepped into one cell, and a box
// is the merge of its cells, rows of cells first (boxes with the same rows share that merge).
#pragma once

#include "../../core/region.hpp"
#include "../../kernel/scratch.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// Cells in rows 0 .. row_cells-1 (row cell i: map rows row_cut[i] .. row_cut[i+1]-1) and likewise in columns.
struct region_plan {
  struct place {
    index_t row_first, row_last, col_first, col_last;  // cells, last excluded
    box region;
    index_t positions() const { return region.h * region.w; }
  };
  index_t row_cells = 0, col_cells = 0, count = 0;
  index_t most_rows = 0;  // of the map in a row of cells
  index_t* row_cut = nullptr;
  index_t* col_cut = nullptr;
  index_t* col_cell = nullptr;  // of a map column; columns outside every box have a cell too
  place* places = nullptr;

  /// The number of one-lane states that a kernel keeps for `lanes` channels: the cells, and one row of them.
  index_t states_for(index_t lanes) const { return (row_cells + 1) * col_cells * lanes; }

  template <class R>
  region_plan(scratch& s, const R& regions, index_t h, index_t w) : count(regions.size()) {
    row_cut = s.make<index_t>(1, h + 2).data;
    col_cut = s.make<index_t>(1, w + 2).data;
    col_cell = s.make<index_t>(1, w + 1).data;
    index_t* row_cell = s.make<index_t>(1, h + 1).data;
    places = s.make<place>(1, count).data;
    if (s.measuring()) {
      row_cells = 2 * count + 1 < h ? 2 * count + 1 : h;  // at most
      col_cells = 2 * count + 1 < w ? 2 * count + 1 : w;
      most_rows = h;
      return;
    }
    for (index_t i = 0; i <= h; ++i) row_cell[i] = 0;
    for (index_t j = 0; j <= w; ++j) col_cell[j] = 0;
    for (index_t k = 0; k < count; ++k) {
      const box b = regions[k];
      row_cell[b.h0] = row_cell[b.h0 + b.h] = col_cell[b.w0] = col_cell[b.w0 + b.w] = 1;
    }
    row_cells = number(row_cell, h, row_cut);
    col_cells = number(col_cell, w, col_cut);
    for (index_t r = 0; r < row_cells; ++r)
      if (row_cut[r + 1] - row_cut[r] > most_rows) most_rows = row_cut[r + 1] - row_cut[r];
    for (index_t k = 0; k < count; ++k) {
      const box b = regions[k];
      places[k] = {row_cell[b.h0], row_cell[b.h0 + b.h], col_cell[b.w0], col_cell[b.w0 + b.w], b};
    }
  }

 private:
  /// Turns marks of edges into the number of the cell that starts at or before each line; returns the number of cells.
  static index_t number(index_t* marks, index_t length, index_t* cut) {
    index_t cells = 0;
    cut[0] = 0;
    for (index_t i = 1; i <= length; ++i) {
      if (marks[i] != 0 || i == length) cut[++cells] = i;
      marks[i] = cells;
    }
    marks[0] = 0;
    return cells;
  }
};

}  // namespace cnnpool::detail
