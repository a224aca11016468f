// What is learned from descriptors: PCA whitening, learned whitening, codebooks. Third-party: Eigen. What was learned
// is used, saved and loaded without this header.
#pragma once

#include "train/codebook.hpp"
#include "train/learned_whitening.hpp"
#include "train/pca_whitening.hpp"
