// Every logical element of a view against the framework's own accessor.
#pragma once

#include <cnnpool/pooling.hpp>
#include <cnnpool/testing/check_adapter.hpp>

#include "catch.hpp"

#define CHECK_ADAPTER(...)                                        \
  do {                                                            \
    const cnnpool::adapter_report adapter_report_ = __VA_ARGS__;  \
    INFO(adapter_report_.sentence);                               \
    CHECK(adapter_report_.ok);                                    \
  } while (false)

/// The same memory: at returns references.
template <class T, class At>
void same_elements(const cnnpool::feature_view<T>& x, const cnnpool::shape& expected, const At& at) {
  static_assert(std::is_lvalue_reference_v<decltype(at(0, 0, 0, 0))>);
  CHECK_ADAPTER(cnnpool::check_adapter(x, {.extents = expected, .type = cnnpool::scalar_type_of<T>()}, at));
}
