// expect: cnnpool: this stage has no const apply(backend, scratch, in, out)
#include <cnnpool/cnnpool.hpp>

namespace mine {
struct half {
  cnnpool::index_t output_size(cnnpool::index_t d) const { return d; }
#ifdef CNNPOOL_GOOD
  template <class B, class A>
  void apply(const B& b, cnnpool::kernel::scratch& s, const cnnpool::kernel::matrix<const A>& in,
             const cnnpool::kernel::matrix<A>& out) const {
    b.transform(s, out, cnnpool::kernel::read_as_is{}, in);
  }
#endif
};
}  // namespace mine

static_assert(cnnpool::kernel::missing_member<mine::half>() == nullptr);
