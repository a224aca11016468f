// A line per test, printed and kept as a CSV file beside OUT.
#pragma once

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/io/atomic_file.hpp>

#include "../own_picture.hpp"

namespace finetune {

struct log_row {
  std::size_t iteration = 0;
  double epoch = 0;
  std::optional<double> loss, accuracy;  ///< per cent
  double val_map = 0;
  std::optional<double> foreign_map, exponent;
  double rate = 0, seconds = 0;
};

class training_log {
 public:
  static constexpr const char* columns =
      "iteration,epoch,loss,accuracy_percent,val_map_percent,foreign_map_percent,p,rate,seconds";

  /// rows up to the iteration of a snapshot are kept; -1: none.
  training_log(std::string path, long kept) : path_(std::move(path)), text_(std::string(columns) + "\n") {
    if (!std::filesystem::exists(path_)) return;
    std::ifstream file(path_);
    std::string line;
    if (!std::getline(file, line) || line != columns)
      cnnpool::raise("--out: ", path_, " is there, and no earlier run wrote it; move it away, or choose another name");
    while (std::getline(file, line))
      if (!line.empty() && std::atol(line.c_str()) <= kept) text_ += line + "\n";
  }

  static void print_head() {
    std::printf("%9s %7s %9s %8s %8s %8s %6s %9s %8s\n", "iteration", "epoch", "loss", "accuracy", "val mAP", "foreign",
                "p", "rate", "seconds");
  }
  void add(const log_row& r) {
    std::printf("%9zu %7.2f %9s %8s %8.2f %8s %6s %9.2g %8.1f\n", r.iteration, r.epoch, of(r.loss, "%.5f", "-").c_str(),
                of(r.accuracy, "%.1f", "-").c_str(), r.val_map, of(r.foreign_map, "%.2f", "-").c_str(),
                of(r.exponent, "%.3f", "-").c_str(), r.rate, r.seconds);
    std::fflush(stdout);
    char line[100];
    std::snprintf(line, sizeof line, "%zu,%.4f,", r.iteration, r.epoch);
    text_ += line + of(r.loss, "%.6f") + "," + of(r.accuracy, "%.2f") + "," + of(r.val_map, "%.4f") + "," +
             of(r.foreign_map, "%.4f") + "," + of(r.exponent, "%.4f") + "," + of(r.rate, "%.6g") + "," +
             of(r.seconds, "%.1f") + "\n";
    cnnpool::detail::atomic_file file(path_, "log");
    file.write(text_.data(), text_.size());
    file.commit();
  }

 private:
  static std::string of(std::optional<double> value, const char* format, const char* none = "") {
    if (!value) return none;
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, format, *value);
    return buffer;
  }

  std::string path_, text_;
};

}  // namespace finetune
