// For the tests of your own adapter: compares a view, element by element, with the framework's own accessor.
//
//   const auto report = cnnpool::check_adapter(tensor, {.extents = {2, 20, 6, 5}, .type = scalar_type::float32},
//                                              [&](auto n, auto c, auto h, auto w) { return tensor.at(n, c, h, w); });
//   assert(report.ok);          // report.sentence: "element (1, 2, 3, 4) differs from the accessor's"
//
// Checked: extents, element type, memory space, scale and zero point, strides if they are given; that every logical
// index has the accessor's bits, and its address if it returns a reference; with `change`, a function that writes to
// the framework's memory, that a view made earlier sees the change, so nothing was copied; with `.allocations`, a
// counter of yours, that making the view does not allocate, or no more than the framework's own functions do
// (`.of_framework`). A view of memory other than the host's is not read.
#pragma once

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "../adapter.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

struct adapter_report {
  bool ok = true;
  std::string sentence;  // the first thing that is wrong
  explicit operator bool() const { return ok; }
};

/// What the view should say.
struct adapter_expectation {
  shape extents;
  scalar_type type = scalar_type::float32;
  hints how = {};  // for as_view
  quantization quantized = {};
  std::optional<strides> stride = {};  // those of extent-1 axes count as 0
  std::string_view space = host_space::name;
  long (*allocations)() = nullptr;  // how many there were so far
  long of_framework =
      0;  // how many of them its accessors make, called alone: an ONNX Runtime tensor's shape is a vector
};

namespace detail {

class adapter_checker {
 public:
  adapter_report report;

  template <class... Pieces>
  void fail(const Pieces&... pieces) {
    if (!report.ok) return;
    report.ok = false;
    (append(report.sentence, pieces), ...);
  }

  template <class Space>
  void properties(const basic_any_feature_view<Space>& x, const adapter_expectation& e) {
    if (x.extents() != e.extents)
      return fail("the view is ", to_string(x.extents()), ", expected ", to_string(e.extents));
    if (x.type() != e.type) return fail("the elements are ", to_string(x.type()), ", expected ", to_string(e.type));
    if (std::string_view(Space::name) != e.space)
      return fail("the view is of ", Space::name, " memory, expected ", e.space);
    if (!(x.quantized() == e.quantized))
      return fail("scale and zero point are ", x.quantized().scale, " and ", x.quantized().zero_point, ", expected ",
                  e.quantized.scale, " and ", e.quantized.zero_point);
    if (!e.stride) return;
    const strides s = x.stride(), wanted = normalised(e.extents, *e.stride, "check_adapter");
    if (s != wanted) fail("the strides are ", text_of(s), ", expected ", text_of(wanted));
  }

  /// Checks that every element has the accessor's bits, and puts them into `copy`.
  template <class At>
  void elements(const any_feature_view& any, const At& at, std::string& copy) {
    visit(any, [&]<class T>(const feature_view<T>& x) {
      const shape& s = x.extents();
      for (index_t n = 0; n < s.n; ++n)
        for (index_t c = 0; c < s.c; ++c)
          for (index_t h = 0; h < s.h; ++h)
            for (index_t w = 0; w < s.w && report.ok; ++w) element(x, n, c, h, w, at, copy);
    });
  }

 private:
  template <class T, class At>
  void element(const feature_view<T>& x, index_t n, index_t c, index_t h, index_t w, const At& at, std::string& copy) {
    using returned = decltype(at(n, c, h, w));
    using value = std::remove_cvref_t<returned>;
    static_assert(std::is_trivially_copyable_v<value>, "cnnpool::check_adapter: the accessor returns no number");
    if constexpr (sizeof(value) != sizeof(T)) {
      // An accessor returns one type; the view's is known at run time and was compared before.
      fail("the accessor's elements have ", sizeof(value), " bytes, the view's ", sizeof(T));
    } else {
      const T& here = x(n, c, h, w);
      decltype(auto) there = at(n, c, h, w);
      char bytes[sizeof(T)];
      std::memcpy(bytes, &here, sizeof(T));
      if constexpr (std::is_lvalue_reference_v<returned>)
        if (static_cast<const void*>(&here) != static_cast<const void*>(&there))
          return fail("element (", n, ", ", c, ", ", h, ", ", w, ") is not where the accessor's is");
      if (std::memcmp(bytes, &there, sizeof(T)) != 0)
        fail("element (", n, ", ", c, ", ", h, ", ", w, ") differs from the accessor's");
      copy.append(bytes, sizeof(T));
    }
  }
  static std::string text_of(const strides& s) {
    std::string text;
    for (const index_t i : {s.n, s.c, s.h, s.w}) text += (text.empty() ? "" : ", ") + detail::decimal(i);
    if (s.block != 1) text += " in blocks of " + detail::decimal(s.block) + " by " + detail::decimal(s.in_block);
    return text;
  }
};

}  // namespace detail

/// See the top of this file. at(n, c, h, w): the framework's element, as a value or a reference.
template <viewable T, class At, class Change>
[[nodiscard]] adapter_report check_adapter(const T& tensor, const adapter_expectation& e, const At& at,
                                           const Change& change) {
  detail::adapter_checker c;
  if (e.allocations != nullptr) {
    const long before = e.allocations();
    [[maybe_unused]] const auto again = detail::view_of(tensor, e.how);
    const long made = e.allocations() - before;
    if (made > e.of_framework) c.fail("making the view allocated ", made, " times, expected ", e.of_framework);
  }
  const auto view = detail::view_of(tensor, e.how);
  const basic_any_feature_view<typename decltype(view)::space> x = view;
  c.properties(x, e);
  if constexpr (std::same_as<typename decltype(view)::space, host_space>) {
    std::string before, after;
    if (c.report.ok) c.elements(x, at, before);
    if constexpr (!std::same_as<Change, std::nullptr_t>) {
      if (!c.report.ok) return c.report;
      change();
      c.elements(x, at, after);
      if (before == after) c.fail("the view does not show what changed in the framework's memory");
    }
  }
  return c.report;
}
template <viewable T, class At>
[[nodiscard]] adapter_report check_adapter(const T& tensor, const adapter_expectation& e, const At& at) {
  return check_adapter(tensor, e, at, nullptr);
}

}  // namespace cnnpool
