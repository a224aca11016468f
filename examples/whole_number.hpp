// A whole number as text.
#pragma once

#include <charconv>
#include <string>
#include <system_error>

/// A whole number of 0 or more that is all of the text.
inline bool whole_number(const std::string& text, int& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() && number >= 0;
}
