// What is learned from descriptors: PCA whitening, learned whitening, codebooks. Needs Eigen. What was learned is used,
// saved and loaded without this header.
#pragma once

#include "fit/pca_whitening.hpp"
#include "fit/learned_whitening.hpp"
#include "fit/codebook.hpp"
#include "fit/position_rows.hpp"
#include "fit/unit_rows.hpp"
