// expect: cnnpool::pool: the activations are in another memory space than the one this backend reads
// A host view given to a backend that reads device memory.
#include <cnnpool/cnnpool.hpp>

struct device_backend : cnnpool::kernel::backend_archetype {
  using space = cnnpool::device_space;
};
static_assert(cnnpool::backend<device_backend>);
template <>
struct cnnpool::space_memory<cnnpool::device_space> {
  static void* allocate(std::size_t) { return nullptr; }
  static void release(void*) noexcept {}
};

#ifdef CNNPOOL_GOOD
using view = cnnpool::feature_view<float, cnnpool::device_space>;
#else
using view = cnnpool::feature_view<float>;
#endif

void f(const view& x, cnnpool::descriptor_span<float, cnnpool::device_space> out,
       cnnpool::basic_workspace<cnnpool::device_space>& w) {
  cnnpool::pool_into(device_backend{}, x, cnnpool::max(), out, w);
}
