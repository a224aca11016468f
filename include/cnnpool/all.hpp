// Everything without third-party dependencies: pooling, standard containers and descriptors as input, .npy files,
// models, retrieval. Learning (fit_pca_whitening, fit_codebook) is in fit.hpp, which needs Eigen.
#pragma once

#include "adapters/descriptors.hpp"
#include "adapters/std.hpp"
#include "io/model.hpp"
#include "io/npy.hpp"
#include "io/npy_write.hpp"
#include "cnnpool.hpp"
#include "search/flat_index.hpp"
#include "search/nearest.hpp"
#include "evaluate/ground_truth.hpp"
#include "evaluate/measures.hpp"
#include "search/query_expansion.hpp"
#include "search/rerank.hpp"
#include "evaluate/revisited.hpp"
