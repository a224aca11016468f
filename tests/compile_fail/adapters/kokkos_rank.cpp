// expect: cnnpool::as_view: a Kokkos::View of activations has 1 to 4 axes
// needs: Kokkos_Core.hpp
#include <Kokkos_Core.hpp>
#include <cnnpool/adapters/kokkos.hpp>

#ifdef CNNPOOL_GOOD
auto f(const Kokkos::View<float****, Kokkos::HostSpace>& t) { return cnnpool::as_view(t); }
#else
auto f(const Kokkos::View<float*****, Kokkos::HostSpace>& t) { cnnpool::as_view(t); }
#endif
