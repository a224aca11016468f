// Everything that needs no framework: pooling, .npy files, retrieval. Third-party: Eigen only.
#pragma once

#include "io/npy.hpp"
#include "io/npy_write.hpp"
#include "pooling.hpp"
#include "retrieval/measures.hpp"
#include "retrieval/search.hpp"
