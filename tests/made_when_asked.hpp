// A range that makes element i when it is asked for, by f(i), as std::views::iota | transform does; clang++ 14 does not
// compile those of libstdc++ 12.
#pragma once

#include <cnnpool/core/index_iterator.hpp>

namespace testing {

template <class F>
class made_when_asked {
 public:
  made_when_asked(cnnpool::index_t count, const F& f) : count_(count), f_(f) {}
  auto begin() const { return cnnpool::detail::iterator_at<cnnpool::index_t>(*this, 0); }
  auto end() const { return cnnpool::detail::iterator_at<cnnpool::index_t>(*this, count_); }
  auto operator[](cnnpool::index_t i) const { return f_(i); }

 private:
  cnnpool::index_t count_;
  F f_;
};

}  // namespace testing
