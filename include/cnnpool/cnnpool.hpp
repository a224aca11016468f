// Everything that needs no framework: pooling, files, retrieval, standard containers. Third-party: Eigen only.
#pragma once

#include "pooling.hpp"
