// The sentence that a misuse gives, or "" when nothing was raised.
#pragma once

#include <string>

#include <cnnpool/core/error.hpp>

template <class F>
std::string sentence(F&& f) {
  try {
    f();
  } catch (const cnnpool::error& e) {
    return e.what();
  }
  return {};
}
