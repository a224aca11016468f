// Everything that needs nothing else: pooling, standard containers and descriptors as input, .npy files, models,
// retrieval. Learning (fit_pca_whitening, fit_codebook) is in fitting.hpp, which needs Eigen.
#pragma once

#include "adapters/descriptors.hpp"
#include "adapters/std.hpp"
#include "io/model.hpp"
#include "io/npy.hpp"
#include "io/npy_write.hpp"
#include "pooling.hpp"
#include "retrieval/flat_index.hpp"
#include "retrieval/ground_truth.hpp"
#include "retrieval/measures.hpp"
#include "retrieval/query_expansion.hpp"
#include "retrieval/rerank.hpp"
#include "retrieval/revisited.hpp"
#include "retrieval/search.hpp"
#include "retrieval/search_blocked.hpp"
