// expect: cnnpool::pool_into: the output is neither descriptors nor a descriptor_span nor a row of either nor an adapted matrix
// needs: Eigen/Core
#include <cnnpool/adapters/eigen.hpp>
#include <cnnpool/cnnpool.hpp>

#ifdef CNNPOOL_GOOD
using output = Eigen::Map<Eigen::RowVectorXf>;
#else
using output = Eigen::Map<const Eigen::RowVectorXf>;
#endif
void f(const Eigen::MatrixXf& x, output out, cnnpool::workspace& w) { cnnpool::pool_into(x, cnnpool::sum{}, out, w); }
