// expect: cnnpool::as_view: a view of a temporary that owns its memory would dangle; give the tensor a name
// needs: armadillo
#include <armadillo>
#include <cnnpool/adapters/armadillo.hpp>

#ifdef CNNPOOL_GOOD
auto f(const arma::fcube& t) { return cnnpool::as_view(t); }
#else
auto f(const arma::fcube& t) { return cnnpool::as_view(arma::fcube(t)); }
#endif
