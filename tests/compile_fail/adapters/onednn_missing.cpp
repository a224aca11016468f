// expect: cnnpool/adapters/onednn.hpp: <oneapi/dnnl/dnnl.hpp> is missing; install oneDNN (Debian: libdnnl-dev)
// flags: -nostdinc
// needs: oneapi/dnnl/dnnl.hpp
// A machine without oneDNN: the compiler's own folders are taken away from the bad twin.
#include <cnnpool/adapters/onednn.hpp>
