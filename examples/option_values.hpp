// What values of the command line may be: lists between commas, of which nothing is passed over silently, and no value
// that is empty.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <cnnpool/core/error.hpp>

inline std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> pieces(1);
  for (const char c : text)
    if (c == at) pieces.emplace_back();
    else pieces.back() += c;
  return pieces;
}

struct comma_list {
  std::size_t count = 0;  ///< how many values it has; 0: any number
  bool repeats = false;   ///< whether a value may stand in it twice
};

template <class T>
std::string expected_of() {
  if constexpr (std::is_integral_v<T>)
    return "a whole number of at most " + std::to_string(std::numeric_limits<T>::max());
  return "a number";
}

/// An option of values between commas; given several times, it goes on. An empty place, a value that is none, and a
/// second one where it counts once are errors.
template <class T>
CLI::Option* add_comma_list(CLI::App& app, const std::string& name, std::vector<T>& values,
                            const std::string& description, comma_list form = {}) {
  const auto read = [&values, name, form](const CLI::results_t& given) {
    std::vector<T> all;
    for (const std::string& list : given)
      for (const std::string& word : split(list, ',')) {
        if (word.empty()) throw CLI::ValidationError(name, "\"" + list + "\" has an empty place between its commas");
        T value{};
        if (!CLI::detail::lexical_cast(word, value))
          throw CLI::ValidationError(name, "\"" + word + "\", expected " + expected_of<T>());
        if (!form.repeats && std::ranges::find(all, value) != all.end())
          throw CLI::ValidationError(name, word + " twice, expected once");
        all.push_back(std::move(value));
      }
    if (form.count != 0 && all.size() != form.count)
      throw CLI::ValidationError(name, std::to_string(all.size()) + " values, expected " + std::to_string(form.count));
    values = std::move(all);
    return true;
  };
  const auto text = [&values] {
    std::string all;
    for (const T& value : values) all += (all.empty() ? "" : ",") + CLI::detail::to_string(value);
    return all;
  };
  return app.add_option(name, read, description, false, text)
      ->type_name(std::string(CLI::detail::type_name<T>()) + ",...")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
}

/// For numbers without a sign, which would go round to the largest.
inline std::string not_negative(const std::string& value) {
  return value.starts_with('-') ? value + ", expected at least 0" : std::string();
}

/// An option that this run does not read would be passed over silently: what it is for, and what this run is.
inline void refuse_unread(const CLI::App& app, bool read, std::initializer_list<const char*> options,
                          const std::string& reader, const std::string& now) {
  for (const char* option : options)
    if (!read && app.count(option) != 0) cnnpool::raise(option, ": is for ", reader, ", this is ", now);
}

/// No option's value may be empty: --out "" is a variable that was not set.
inline void refuse_empty_values(CLI::App& app) {
  for (CLI::Option* option : app.get_options())
    if (option->get_expected_max() > 0)  // a flag has none
      option->check([](const std::string& value) {
        return value.empty() ? "is empty, expected a value" : std::string();
      });
  for (CLI::App* command : app.get_subcommands({})) refuse_empty_values(*command);
}
