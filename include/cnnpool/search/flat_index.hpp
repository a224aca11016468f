// A database that grows and is searched again and again, exactly: what `nearest` gives over the same rows, bit for bit,
// however they came.
//
//   flat_index index(database);            or empty: flat_index<float> index;
//   index.add(pool(x, policy));            appends rows; the first ones decide how many components there are
//   index.nearest(queries, 5)              and nearest_into, which allocates nothing once its memory is warm
//   index.reserve(3000, 512)               up to 3000 rows add allocates nothing, nor nearest_into after the first call
//   index.nearest(queries, 5, {.except_last = 30})    the rows before the last 30: a camera's last frames look alike
//
// The index owns its rows: what they were added from may go. What `nearest` computes from a database in every call is
// kept beside them: the rows in float, of length 1, and their lengths. One query then costs one pass over those.
//
//   memory   rows * (cols (4 + sizeof(T)) + 9) bytes, reserved rows included, in blocks: a block grows by doubling, and
//            full ones stay in place
//   threads  nearest is const and may be called by several at once; add needs the index for itself
#pragma once

#include <vector>

#include "nearest.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
template <descriptor_rows D>
using number_of_rows = std::remove_cvref_t<decltype(std::declval<const D&>().row(0)[0])>;
}  // namespace detail

/// Which rows a query is compared with.
struct searched_rows {
  index_t except_last = 0;  // these many, the newest, are left out; as many as there are, or more: nothing is found
};

/// Rows of T's. Itself descriptor_rows, so that it can be the database of expand_queries and rerank.
template <class T = float>
class flat_index {
 public:
  /// `block.fewest` is ignored.
  explicit flat_index(metric by = metric::cosine, const search_blocks& block = {}) : by_(by), block_(block) {
    detail::check_blocks(block, "flat_index");
  }
  template <descriptor_rows Database>
    requires std::same_as<detail::number_of_rows<Database>, T>
  explicit flat_index(const Database& database, metric by = metric::cosine, const search_blocks& block = {})
      : flat_index(by, block) {
    cols_ = database.cols();
    add(database);
  }

  index_t rows() const { return rows_; }
  index_t cols() const { return cols_; }
  descriptor_row<const T> row(index_t i) const {
    const T* const block = blocks_[static_cast<std::size_t>(i / block_.rows)].rows.data();
    return {block + i % block_.rows * cols_, static_cast<std::size_t>(cols_)};
  }

  /// Takes the memory of `rows` rows of `cols` components at once, those that are there included; never gives any back.
  /// nearest_into then takes what a search of so many rows needs at its first call, of an empty index too; a later call
  /// of more queries or a larger k takes more. A copy has room for its rows only, like a vector's. Another length than
  /// that of rows that are there is an error.
  void reserve(index_t rows, index_t cols) {
    checked_size({.n = rows, .c = cols}, "flat_index");
    if (rows_ > 0) check_cols(cols);
    for (index_t first = 0; first < rows; first += block_.rows) {
      const std::size_t i = static_cast<std::size_t>(first / block_.rows);
      const index_t count = (std::min)(block_.rows, rows - first);
      if (i == 0) blocks_.reserve(static_cast<std::size_t>((rows - 1) / block_.rows + 1));
      if (i == blocks_.size()) blocks_.emplace_back();
      blocks_[i].rows.reserve(static_cast<std::size_t>(count * cols));
      blocks_[i].unit.reserve(count, cols);
    }
    reserved_ = (std::max)(reserved_, rows);
  }

  /// Rows of another length than those that are there are an error, and nothing is added.
  template <descriptor_rows Rows>
    requires std::same_as<detail::number_of_rows<Rows>, T>
  void add(const Rows& more) {
    const index_t count = more.rows();
    if (count == 0) return;
    if (rows_ == 0) cols_ = more.cols();
    check_cols(more.cols());
    for (index_t i = 0; i < count; ++i) {
      const index_t in_block = rows_ % block_.rows;
      const std::size_t block = static_cast<std::size_t>(rows_ / block_.rows);
      if (block == blocks_.size()) blocks_.emplace_back();
      stored& last = blocks_[block];
      if (in_block == 0) last.unit.clear(cols_);
      last.rows.resize(static_cast<std::size_t>((in_block + 1) * cols_));
      const auto row = more.row(i);  // may be one of our own, which has moved
      std::ranges::copy(row, last.rows.end() - cols_);
      last.unit.push_back(row);
      ++rows_;
    }
  }

  /// `found` becomes queries x min(k, searched rows). k larger than these gives all of them. Queries of another length
  /// than the rows, k < 1 and a negative except_last are errors.
  template <descriptor_rows Queries>
  void nearest_into(const Queries& queries, index_t k, neighbours& found, search_workspace& w,
                    const searched_rows& which = {}) const {
    detail::check_search(queries, *this, k, "flat_index");
    if (which.except_last < 0) raise("flat_index: except_last is ", which.except_last, ", expected 0 or more");
    const index_t rows = which.except_last < rows_ ? rows_ - which.except_last : 0;
    const index_t longest = (std::min)(k, reserved_), block = (std::min)(block_.rows, reserved_);
    found.reserve(queries.rows(), longest);
    found.resize(queries.rows(), (std::min)(k, rows));
    w.reserve((std::min)(block_.queries, queries.rows()), queries.cols(), block, longest, reserved_);
    const auto each_block = [&](const auto& f) {
      for (index_t first = 0; first < rows; first += block_.rows)
        f(first, blocks_[static_cast<std::size_t>(first / block_.rows)].unit, (std::min)(block_.rows, rows - first));
    };
    detail::search_in_blocks(queries, *this, by_, block_.queries, each_block, w, found);
  }
  template <descriptor_rows Queries>
  neighbours nearest(const Queries& queries, index_t k, const searched_rows& which = {}) const {
    neighbours found;
    search_workspace w;
    nearest_into(queries, k, found, w, which);
    return found;
  }

 private:
  struct stored {
    std::vector<T> rows;
    detail::search_side unit;
  };

  void check_cols(index_t cols) const {
    if (cols != cols_) raise("flat_index: rows of ", cols, " components for an index of ", cols_);
  }

  metric by_;
  search_blocks block_;
  index_t rows_ = 0, cols_ = 0, reserved_ = 0;
  std::vector<stored> blocks_;
};

template <descriptor_rows Database>
flat_index(const Database&, metric = metric::cosine, const search_blocks& = {})
    -> flat_index<detail::number_of_rows<Database>>;

}  // namespace cnnpool
