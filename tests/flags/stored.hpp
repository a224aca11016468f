// A float as a number of the type T. static: units of other flags have their own.
#pragma once

#include <cnnpool/core/scalar.hpp>

#include <type_traits>

template <class T>
static T stored(float f) {
  if constexpr (std::is_same_v<T, cnnpool::float16>) return cnnpool::to_float16(f);
  else if constexpr (std::is_same_v<T, cnnpool::bfloat16>) return cnnpool::to_bfloat16(f);
  else return static_cast<T>(f);
}
