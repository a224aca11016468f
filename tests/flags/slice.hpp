// A slice of the suite that is compiled with many compilers and flags (slice.cpp), as plain numbers: objects of
// different flags have different types of cnnpool.
#pragma once

#include <string>
#include <vector>

struct slice_result {
  std::string what;     // policy, element type, layout, shape
  std::string backend;  // and its level
  double tolerance;     // of every number, relative to the largest of its descriptor
  std::vector<double> values;
};
