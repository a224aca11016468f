// Everything that needs no framework: pooling, standard containers and descriptors as input, .npy files, retrieval.
// Third-party: Eigen only.
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
#include "train/codebook.hpp"
#include "train/learned_whitening.hpp"
#include "train/pca_whitening.hpp"
