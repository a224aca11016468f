// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// needs: Kokkos_Core.hpp
#include <Kokkos_Core.hpp>
#include <cnnpool/adapters/kokkos.hpp>

using view = Kokkos::View<float**, Kokkos::HostSpace>;

#ifdef CNNPOOL_GOOD
auto f(const view& t) { return cnnpool::as_view(t); }
#else
auto f(const view& t) { return cnnpool::as_view(view(t)); }
#endif
