// Putting policies and stages together.
//
//   policy | stage            a policy: the stage is applied to its descriptors       chain.hpp
//   stage | stage             a stage
//   concat(a, b, ...)         a policy: the descriptors one after the other           concat.hpp
//   pool_regions              see pool.hpp
#pragma once

#include "chain.hpp"
#include "concat.hpp"
