// expect: cnnpool::pool: a list of views is gone through twice, and this range cannot be, or not while it is const
#include <cstddef>
#include <iterator>
#include <vector>

#include <cnnpool/cnnpool.hpp>

using view = cnnpool::feature_view<float>;

struct camera {
  struct iterator {
    using iterator_concept = std::input_iterator_tag;
    using value_type = view;
    using difference_type = std::ptrdiff_t;
    int at = 0;
    view operator*() const;
    iterator& operator++() { return ++at, *this; }
    void operator++(int) { ++at; }
    bool operator==(std::default_sentinel_t) const { return at == 9; }
  };
  iterator begin() const { return {0}; }
  std::default_sentinel_t end() const { return {}; }
};

auto f(const camera& frames) {
#ifdef CNNPOOL_GOOD
  std::vector<view> kept;
  for (const view& x : frames) kept.push_back(x);
  return cnnpool::pool(kept, cnnpool::sum{});
#else
  return cnnpool::pool(frames, cnnpool::sum{});
#endif
}
