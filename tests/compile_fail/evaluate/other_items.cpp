// expect: cnnpool: a ranked list and its relevance have items of one type, or integers both, or strings both
#include <cnnpool/evaluate/measures.hpp>
#include <cnnpool/search/neighbours.hpp>

#ifdef CNNPOOL_GOOD
using item = int;
#else
using item = std::string;
#endif

auto f(const cnnpool::neighbours& found, const std::vector<cnnpool::relevance<item>>& truths) {
  return cnnpool::mean_of(cnnpool::measures::hit_at{1}, found, truths);
}
