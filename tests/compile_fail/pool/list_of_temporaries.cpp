// expect: cnnpool::pool: this range makes its views when they are asked for, and this policy needs all at once
#include <cstddef>
#include <vector>

#include <cnnpool/adapters/std.hpp>
#include <cnnpool/cnnpool.hpp>

struct made {
  struct iterator {
    using value_type = std::vector<float>;
    using difference_type = std::ptrdiff_t;
    int at = 0;
    value_type operator*() const { return {1, 2, 3}; }
    iterator& operator++() { return ++at, *this; }
    iterator operator++(int) { return {at++}; }
    bool operator==(const iterator&) const = default;
  };
  iterator begin() const { return {0}; }
  iterator end() const { return {2}; }
};

auto f(const std::vector<cnnpool::mop_level>& levels) {
#ifdef CNNPOOL_GOOD
  const std::vector<std::vector<float>> kept(2);
  return cnnpool::pool(kept, cnnpool::mop_vlad(levels));
#else
  return cnnpool::pool(made{}, cnnpool::mop_vlad(levels));
#endif
}
