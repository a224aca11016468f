// expect: cnnpool: this stage has no const output_size(d): its output_size is not const
#include <cnnpool/cnnpool.hpp>

namespace mine {
struct half {
#ifdef CNNPOOL_GOOD
  cnnpool::index_t output_size(cnnpool::index_t d) const { return d; }
#else
  cnnpool::index_t output_size(cnnpool::index_t d) { return d; }
#endif
  template <class B, class A>
  void apply(const B& b, cnnpool::kernel::scratch& s, const cnnpool::kernel::matrix<const A>& in,
             const cnnpool::kernel::matrix<A>& out) const {
    b.transform(s, out, cnnpool::kernel::read_as_is{}, in);
  }
};
}  // namespace mine

static_assert(cnnpool::kernel::missing_member<mine::half>() == nullptr);
