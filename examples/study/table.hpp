// The rows of a study, printed, and saved as CSV and Markdown. mAP is Oxford's (trapezoids); bars is the rectangular
// one (scikit-learn's), which other programs report under the same name.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/core/descriptors.hpp>

#include "csv.hpp"
#include "outputs.hpp"

struct study_score {
  double map = std::nan(""), rectangular = std::nan(""), hit = std::nan("");
  cnnpool::index_t dimensions = 0;
  std::vector<double> revisited = {};  ///< mAP and mP@10 of easy, medium and hard
};

struct study_row {
  std::string network, layer, map_size, policy;  ///< map_size: c x h x w of the first photo
  study_score raw;
  std::optional<study_score> pca, whitened,
      whitened_full;  ///< none: the training photos do not span so many dimensions
  double microseconds = 0;
  std::vector<std::string> notes = {};  ///< why a column is empty, or smaller than asked for
  std::string name() const { return network + " " + layer + " " + policy; }
};

class study_table {
 public:
  explicit study_table(cnnpool::index_t dimensions) : dimensions_(std::to_string(dimensions)) {}

  void add(study_row row) { rows_.push_back(std::move(row)); }
  const std::vector<study_row>& rows() const { return rows_; }

  /// What does not belong to one row.
  void note(const std::string& text) { general_.push_back(text); }
  /// A line for each different note, with its rows.
  std::vector<std::string> notes() const {
    std::vector<std::pair<std::string, std::vector<std::string>>> grouped;
    for (const study_row& r : rows_)
      for (const std::string& note : r.notes) {
        const auto at = std::ranges::find(grouped, note, &std::pair<std::string, std::vector<std::string>>::first);
        if (at == grouped.end()) grouped.push_back({note, {r.name()}});
        else at->second.push_back(r.name());
      }
    std::vector<std::string> out = general_;
    for (const auto& [note, names] : grouped) {
      constexpr std::size_t shown = 3;
      std::string line = note + ": ";
      for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) line += (i == 0 ? "" : ", ") + names[i];
      if (names.size() > shown) line += ", and " + std::to_string(names.size() - shown) + " more rows";
      out.push_back(line);
    }
    return out;
  }

  /// The projected columns: mAP / hit@1, and in brackets the rank, at full rank and where fewer were found.
  std::string markdown() const {
    std::string text = "| network | layer | map | policy | size | mAP | bars | hit@1 | PCA " + dimensions_ +
                       " | whitened " + dimensions_ + " | whitened full | us/map |\n|";
    for (int i = 0; i < 12; ++i) text += i < 4 ? "---|" : "---:|";
    text += "\n";
    for (const study_row& r : rows_) {
      text += "| " + r.network + " | " + r.layer + " | " + r.map_size + " | " + r.policy + " | " +
              std::to_string(r.raw.dimensions) + " | " + number("%.1f", 100 * r.raw.map) + " | " +
              number("%.1f", 100 * r.raw.rectangular) + " | " + number("%.1f", 100 * r.raw.hit) + pair(r.pca) +
              pair(r.whitened) + pair(r.whitened_full, true) + " | " + number("%.1f", r.microseconds) + " |\n";
    }
    const std::vector<std::string> below = notes();
    if (!below.empty()) text += "\n";
    for (const std::string& note : below) text += "* " + note + "\n";
    return text;
  }

  std::string csv() const {
    std::string text =
        "network,layer,map,policy,projection,dimensions,map_percent,rectangular_map_percent,hit_at_1_percent,"
        "microseconds_per_map";
    const bool revisited = !rows_.empty() && !rows_[0].raw.revisited.empty();
    if (revisited) text += ",easy_map,easy_mp10,medium_map,medium_mp10,hard_map,hard_mp10";
    text += "\n";
    for (const study_row& r : rows_) {
      const auto line = [&](const char* projection, const std::optional<study_score>& s) {
        if (!s) return;
        text += csv_field(r.network) + "," + csv_field(r.layer) + "," + csv_field(r.map_size) + "," +
                csv_field(r.policy) + "," + projection + "," + std::to_string(s->dimensions) + "," +
                number("%.4f", 100 * s->map) + "," + number("%.4f", 100 * s->rectangular) + "," +
                number("%.4f", 100 * s->hit) + "," + number("%.2f", r.microseconds);
        for (const double value : s->revisited) text += "," + number("%.4f", 100 * value);
        text += "\n";
      };
      line("none", r.raw);
      line("pca", r.pca);
      line("whitened", r.whitened);
      line("whitened_full", r.whitened_full);
    }
    return text;
  }

  std::string plain() const {
    std::string text;
    char line[240];
    std::snprintf(line, sizeof line, "%-17s %-16s %-14s %-9s %5s %6s %6s %6s  %6s %6s  %6s %6s  %6s %6s %5s %9s\n",
                  "network", "layer", "map", "policy", "size", "mAP", "bars", "hit@1", ("pca" + dimensions_).c_str(),
                  "hit@1", ("wh" + dimensions_).c_str(), "hit@1", "whfull", "hit@1", "full", "us/map");
    text += line;
    const auto cell = [](const std::optional<study_score>& s, bool hit) {
      return s ? number("%.1f", 100 * (hit ? s->hit : s->map)) : std::string("-");
    };
    for (const study_row& r : rows_) {
      std::snprintf(line, sizeof line, "%-17s %-16s %-14s %-9s %5td %6s %6s %6s  %6s %6s  %6s %6s  %6s %6s %5s %9.1f\n",
                    r.network.c_str(), r.layer.c_str(), r.map_size.c_str(), r.policy.c_str(), r.raw.dimensions,
                    cell(r.raw, false).c_str(), number("%.1f", 100 * r.raw.rectangular).c_str(),
                    cell(r.raw, true).c_str(), cell(r.pca, false).c_str(), cell(r.pca, true).c_str(),
                    cell(r.whitened, false).c_str(), cell(r.whitened, true).c_str(),
                    cell(r.whitened_full, false).c_str(), cell(r.whitened_full, true).c_str(),
                    r.whitened_full ? std::to_string(r.whitened_full->dimensions).c_str() : "-", r.microseconds);
      text += line;
    }
    for (const std::string& note : notes()) text += note + "\n";
    return text;
  }

 private:
  static std::string number(const char* format, double value) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, format, value);
    return std::isnan(value) ? "-" : buffer;
  }
  std::string pair(const std::optional<study_score>& s, bool full = false) const {
    if (!s) return " | -";
    const std::string dimensions = std::to_string(s->dimensions);
    return " | " + number("%.1f", 100 * s->map) + " / " + number("%.1f", 100 * s->hit) +
           (full || dimensions != dimensions_ ? " (" + dimensions + ")" : "");
  }

  std::string dimensions_;
  std::vector<study_row> rows_;
  std::vector<std::string> general_;
};
