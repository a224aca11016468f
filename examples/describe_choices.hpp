// From the words of cnnpool-describe's command line to policies and stages that are chosen at run time. A chain of them
// is applied one after the other: instantiating the product of all policies and stages would take minutes to compile.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <cnnpool/cnnpool.hpp>

#include "option_values.hpp"

using any_policy = std::variant<cnnpool::sum, cnnpool::average, cnnpool::max_policy, cnnpool::gem, cnnpool::spoc,
                                cnnpool::crow, cnnpool::rmac, cnnpool::nonzero>;
using any_stage = std::variant<cnnpool::l2, cnnpool::power, cnnpool::truncation>;

/// The number behind `name` in "name2.7"; the whole rest has to be one.
template <class Number>
bool number_after(std::string_view word, std::string_view name, Number& number) {
  if (!word.starts_with(name)) return false;
  word.remove_prefix(name.size());
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
  if constexpr (std::is_floating_point_v<Number>)
    if (!std::isfinite(number)) return false;  // "inf" is a number to from_chars
  return problem == std::errc() && end == word.data() + word.size();
}

inline any_policy policy_named(const std::string& word) {
  cnnpool::gem gem;
  cnnpool::rmac rmac;
  if (word == "sum") return cnnpool::sum{};
  if (word == "average") return cnnpool::average{};
  if (word == "max") return cnnpool::max();
  if (word == "gem" || number_after(word, "gem:p=", gem.p)) return gem;
  if (word == "spoc") return cnnpool::spoc{};
  if (word == "crow") return cnnpool::crow{};
  if (word == "rmac" || number_after(word, "rmac:levels=", rmac.levels)) return rmac;
  if (word == "nonzero") return cnnpool::nonzero{};
  cnnpool::raise("--pool: \"", word, "\" is no policy, expected sum, average, max, gem, gem:p=2.7, spoc, crow, rmac, ",
                 "rmac:levels=3, nonzero, or several with + between them");
}

inline any_stage stage_named(const std::string& word) {
  cnnpool::power power;
  cnnpool::truncation truncation;
  if (word == "l2") return cnnpool::l2{};
  if (word == "power" || number_after(word, "power=", power.alpha)) return power;
  if (number_after(word, "truncation=", truncation.dimensions)) return truncation;
  cnnpool::raise("--post: \"", word, "\" is no stage, expected l2, power, power=0.5, truncation=128, or several with ",
                 "commas between them");
}

/// One or more policies side by side, then the stages.
struct description {
  std::vector<any_policy> policies;
  std::vector<any_stage> stages;
  cnnpool::cpu backend;

  cnnpool::descriptors<float> operator()(const cnnpool::feature_view<float>& x) const {
    std::vector<cnnpool::descriptors<float>> parts;
    cnnpool::index_t columns = 0;
    for (const any_policy& policy : policies) {
      parts.push_back(std::visit([&](const auto& p) { return cnnpool::pool(backend, x, p); }, policy));
      columns += parts.back().cols();
    }
    cnnpool::descriptors<float> d = parts.size() == 1 ? std::move(parts[0]) : side_by_side(parts, columns);
    for (const any_stage& stage : stages) {
      // A descriptor is a map of one position, whose sum it is; so a stage alone is a chain of the two.
      const cnnpool::feature_view<float> rows(d.data(), {.n = d.rows(), .c = d.cols()}, cnnpool::nchw);
      d = std::visit([&](const auto& s) { return cnnpool::pool(backend, rows, cnnpool::sum{} | s); }, stage);
    }
    return d;
  }

 private:
  static cnnpool::descriptors<float> side_by_side(const std::vector<cnnpool::descriptors<float>>& parts,
                                                  cnnpool::index_t columns) {
    cnnpool::descriptors<float> joined(parts[0].rows(), columns);
    for (cnnpool::index_t i = 0; i < joined.rows(); ++i) {
      auto to = joined.row(i).begin();
      for (const auto& part : parts) to = std::copy(part.row(i).begin(), part.row(i).end(), to);
    }
    return joined;
  }
};

inline description description_of(const std::string& pool, const std::vector<std::string>& post, int threads) {
  description d{{}, {}, {.threads = threads}};
  for (const std::string& word : split(pool, '+')) d.policies.push_back(policy_named(word));
  for (const std::string& word : post) d.stages.push_back(stage_named(word));
  return d;
}
