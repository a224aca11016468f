// Regions of a map: boxes, and lists of boxes that are computed instead of stored.
//
// A region list has size() and operator[](k) -> box, both callable in a kernel; a grid makes one for a map:
// grid.regions(h, w). Nothing is allocated, so asking for the number of regions costs nothing.
#pragma once

#include <concepts>
#include <span>

#include "feature_view.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <class R>
concept region_list = requires(const R r, index_t k) {
  { r.size() } -> std::convertible_to<index_t>;
  { r[k] } -> std::convertible_to<box>;
};
template <class G>
concept region_grid = requires(const G g, index_t h, index_t w) {
  { g.regions(h, w) } -> region_list;
};

/// The user's own boxes. The memory remains the user's; the host checks the boxes and the backend reads them, so for a
/// GPU they must be in managed memory.
struct box_list {
  std::span<const box> boxes;
  struct list {
    const box* first;
    index_t count;
    CNNPOOL_HD index_t size() const { return count; }
    CNNPOOL_HD box operator[](index_t k) const { return first[k]; }
  };
  list regions(index_t, index_t) const { return {boxes.data(), static_cast<index_t>(boxes.size())}; }
};

/// The whole map as one region.
struct whole_map {
  struct list {
    index_t h, w;
    CNNPOOL_HD index_t size() const { return 1; }
    CNNPOOL_HD box operator[](index_t) const { return {0, 0, h, w}; }
  };
  list regions(index_t h, index_t w) const { return {h, w}; }
};

/// The regions of a list, and one more at the end.
template <region_list List>
struct regions_and {
  List list;
  box last;
  CNNPOOL_HD index_t size() const { return list.size() + 1; }
  CNNPOOL_HD box operator[](index_t k) const { return k < list.size() ? box(list[k]) : last; }
};

namespace detail {
/// Raises if a region is outside the map, and says which; also(k, shape of region k) checks what else must hold.
template <region_list R, class Also>
void check_regions(const R& regions, const shape& s, const char* where, const Also& also) {
  for (index_t k = 0; k < regions.size(); ++k) {
    const box b = regions[k];
    if (b.h < 1 || b.w < 1 || b.h0 < 0 || b.w0 < 0 || b.h0 > s.h - b.h || b.w0 > s.w - b.w)
      raise(where, ": region ", k, " is ", b.h, " x ", b.w, " at (", b.h0, ", ", b.w0, "), outside the map of ", s.h,
            " x ", s.w);
    also(k, shape{s.n, s.c, b.h, b.w});
  }
}
}  // namespace detail

}  // namespace cnnpool
