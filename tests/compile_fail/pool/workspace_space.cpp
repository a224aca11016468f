// expect: cnnpool::pool_into: the workspace is in another memory space than the one this backend uses
// A host workspace for a backend of device memory.
#include <cnnpool/cnnpool.hpp>

struct device_backend : cnnpool::kernel::backend_archetype {
  using space = cnnpool::device_space;
};
template <>
struct cnnpool::space_memory<cnnpool::device_space> {
  static void* allocate(std::size_t) { return nullptr; }
  static void release(void*) noexcept {}
};

#ifdef CNNPOOL_GOOD
using work_space = cnnpool::device_space;
#else
using work_space = cnnpool::host_space;
#endif

void f(const cnnpool::feature_view<float, cnnpool::device_space>& x,
       cnnpool::descriptor_span<float, cnnpool::device_space> out, cnnpool::basic_workspace<work_space>& w) {
  cnnpool::pool_into(device_backend{}, x, cnnpool::max(), out, w);
}
