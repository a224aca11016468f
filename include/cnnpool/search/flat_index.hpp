// A database that is searched again and again, exactly: what `nearest` gives, bit for bit.
//
// What `nearest` computes from the database in every call is kept here: its rows in float, of length 1 for the
// cosine, and their lengths. One query then costs one pass over the kept rows.
//
//   memory   rows * (4 cols + 9) bytes, besides the database itself, whose few candidates a query scores in double
//   threads  nearest is const and may be called by several at once
#pragma once

#include <vector>

#include "nearest.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <descriptor_rows Database>
class flat_index {
 public:
  /// The database is not copied: it must outlive the index and not change. `block.fewest` is ignored.
  explicit flat_index(const Database& database, metric by = metric::cosine, const search_blocks& block = {})
      : database_(&database), by_(by), block_(block) {
    detail::check_blocks(block, "flat_index");
    if (by == metric::euclidean) unit_ = detail::longest_row(database);
    if (!(unit_ > 0)) unit_ = 1;
    for (index_t i = 0; i < rows() && cols() > 0; i += block.rows) {
      blocks_.emplace_back(database, by, unit_);
      blocks_.back().load(i, (std::min)(block.rows, rows() - i));
    }
  }
  explicit flat_index(const Database&&, metric = metric::cosine, const search_blocks& = {}) = delete;

  index_t rows() const { return database_->rows(); }
  index_t cols() const { return database_->cols(); }

  /// k larger than the database gives all of it. Rows of different lengths and k < 1 are errors.
  template <descriptor_rows Queries>
  neighbours nearest(const Queries& queries, index_t k) const {
    detail::check_search(queries, *database_, k, "flat_index");
    if (rows() == 0 || cols() == 0) return detail::nearest_by_rows(queries, *database_, k, by_);
    neighbours found(queries.rows(), (std::min)(k, rows()));
    const auto each_block = [&](const auto& f) {
      for (std::size_t i = 0; i < blocks_.size(); ++i) f(static_cast<index_t>(i) * block_.rows, blocks_[i]);
    };
    detail::search_in_blocks(queries, *database_, by_, unit_, block_.queries, each_block, found);
    return found;
  }

 private:
  const Database* database_;
  metric by_;
  search_blocks block_;
  double unit_ = 1;
  std::vector<detail::search_side<Database>> blocks_;
};

}  // namespace cnnpool
