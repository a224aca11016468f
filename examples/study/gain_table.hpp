// What a change of the network does to every row of a study: two runs' study.csv, side by side.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "csv.hpp"
#include "outputs.hpp"

namespace gain {

/// Layer, policy, projection and its dimensions -> mAP in per cent.
using scores = std::map<std::string, double>;

struct row_name {
  std::string network, layer, policy, projection;
  std::string text() const { return network + "\n" + layer + "\n" + policy + "\n" + projection; }
};

struct study_result {
  std::vector<row_name> order;
  scores maps;

  explicit study_result(const std::filesystem::path& folder) {
    for (auto& row :
         read_csv(folder / "study.csv", {"network", "layer", "policy", "projection", "dimensions", "map_percent"})) {
      // Whitening on so few photos destroys the descriptor, before and after.
      const std::string projection = row["projection"];
      if (projection != "none" && projection != "pca") continue;
      order.push_back(
          {row["network"], row["layer"], row["policy"], projection == "none" ? "raw" : "PCA " + row["dimensions"]});
      maps[order.back().text()] = number_in(row, "map_percent", folder / "study.csv");
    }
  }
};

/// A set of photos, measured before and after.
struct compared_set {
  std::string name;
  study_result before, after;
};

/// One line per row that is in all of them: mAP before, after, and the gain, of each set.
class gain_table {
 public:
  explicit gain_table(const std::vector<compared_set>& sets) : sets_(sets) {
    for (const row_name& row : sets.at(0).before.order) {
      bool everywhere = true;
      for (const compared_set& set : sets)
        everywhere = everywhere && set.before.maps.contains(row.text()) && set.after.maps.contains(row.text());
      if (everywhere) rows_.push_back(row);
    }
    if (rows_.empty()) cnnpool::raise("cnnpool-gain: the studies have 0 rows in common, expected at least 1");
  }

  /// Rows that are in some of the studies and not in all of them, in one line; nothing where there is none.
  std::string missing() const {
    std::vector<std::string> names;
    for (const compared_set& set : sets_)
      for (const auto& [study, when] : {std::pair(&set.before, " before"), std::pair(&set.after, " after")})
        for (const row_name& row : study->order) {
          std::string lacking;
          for (const compared_set& other : sets_)
            for (const auto& [there, at] : {std::pair(&other.before, " before"), std::pair(&other.after, " after")})
              if (!there->maps.contains(row.text())) lacking += (lacking.empty() ? "" : ", ") + other.name + at;
          const std::string name =
              row.network + " " + row.layer + " " + row.policy + " " + row.projection + " (not in " + lacking + ")";
          if (!lacking.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return names.empty() ? "" : "left out, not in all of the studies: " + text;
  }

  std::string csv() const {
    std::string text = "layer,policy,projection";
    for (const compared_set& set : sets_)
      for (const char* when : {"_before", "_after", "_gain"}) text += "," + csv_field(set.name + when);
    text += "\n";
    each([&](const row_name& row, const auto& numbers) {
      text += csv_field(row.layer) + "," + csv_field(row.policy) + "," + csv_field(row.projection);
      for (const double number : numbers) text += "," + with_digits("%.4f", number);
      text += "\n";
    });
    return text;
  }
  std::string markdown() const {
    std::string head = "| layer | policy | | ", line = "|---|---|---|";
    for (const compared_set& set : sets_) {
      head += set.name + " before | after | gain | ";
      line += "---:|---:|---:|";
    }
    std::string text = head.substr(0, head.size() - 1) + "\n" + line + "\n";
    each([&](const row_name& row, const auto& numbers) {
      text += "| " + row.layer + " | " + row.policy + " | " + row.projection + " |";
      for (std::size_t i = 0; i < numbers.size(); ++i)
        text += " " + with_digits(i % 3 == 2 ? "%+.1f" : "%.1f", numbers[i]) + " |";
      text += "\n";
    });
    return text;
  }

 private:
  static std::string with_digits(const char* format, double number) {
    char text[40];
    std::snprintf(text, sizeof text, format, number);
    return text;
  }
  template <class F>
  void each(const F& f) const {
    for (const row_name& row : rows_) {
      std::vector<double> numbers;
      for (const compared_set& set : sets_) {
        const double before = set.before.maps.at(row.text()), after = set.after.maps.at(row.text());
        numbers.insert(numbers.end(), {before, after, after - before});
      }
      f(row, numbers);
    }
  }

  std::vector<compared_set> sets_;
  std::vector<row_name> rows_;
};

}  // namespace gain
