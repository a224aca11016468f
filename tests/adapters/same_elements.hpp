// Every logical element of a tensor's view against the framework's own accessor; making the view does not allocate.
#pragma once

#include <cnnpool/cnnpool.hpp>
#include <cnnpool/testing/check_adapter.hpp>

#include "allocations.hpp"
#include "catch.hpp"

/// cnnpool::check_adapter's arguments; one that says nothing of allocations gets the counter of operator new.
#define CHECK_ADAPTER(...)                                                         \
  do {                                                                             \
    const cnnpool::adapter_report adapter_report_ = testing::checked(__VA_ARGS__); \
    INFO(adapter_report_.sentence);                                                \
    CHECK(adapter_report_.ok);                                                     \
  } while (false)

namespace testing {

template <class T, class... Functions>
cnnpool::adapter_report checked(const T& tensor, cnnpool::adapter_expectation e, const Functions&... functions) {
  if (e.allocations == nullptr) e.allocations = allocations;
  return cnnpool::check_adapter(tensor, e, functions...);
}

/// For views that a function makes from a pointer: what it returns, and that it did not allocate.
template <class Make>
auto made(const Make& make) {
  const long before = allocations();
  const auto view = make();
  CHECK(allocations() == before);
  return view;
}

}  // namespace testing

/// The same memory: at returns references, and says the element type.
template <class T, class At>
void same_elements(const T& tensor, const cnnpool::shape& expected, const At& at, const cnnpool::hints& how = {}) {
  using returned = decltype(at(0, 0, 0, 0));
  static_assert(std::is_lvalue_reference_v<returned>);
  constexpr auto type = cnnpool::scalar_type_of<std::remove_cvref_t<returned>>();
  CHECK_ADAPTER(tensor, {.extents = expected, .type = type, .how = how}, at);
}
