// The files that pack --files made in a folder. packed-files.txt there is the record of them: it stands before the
// first of them does, and only what it names is ever overwritten or removed.
#pragma once

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "command.hpp"

namespace dataset {

class packed_files {
 public:
  /// planned: the names that this run may write. Raises where a file of the user's has one of them.
  packed_files(fs::path folder, const std::vector<std::string>& planned) : folder_(std::move(folder)) {
    const fs::path file = folder_ / record;
    check_ours(file, head);
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);  // the head
    while (std::getline(in, line))
      if (!line.empty() && line.find('/') == std::string::npos) ours_.insert(line);
    for (const std::string& name : planned) {
      if (!ours_.contains(name) && fs::exists(fs::symlink_status(folder_ / name)))
        cnnpool::raise("cnnpool-dataset pack: ", (folder_ / name).string(),
                       " is there, and this program did not write it; move it away, or choose another folder");
    }
    ours_.insert(planned.begin(), planned.end());
    write();
  }

  void made(const std::string& name) { made_.insert(name); }
  /// Removes what earlier runs made and this one did not. Their number.
  std::size_t remove_others() {
    std::size_t removed = 0;
    for (const std::string& name : ours_)
      if (!made_.contains(name) && fs::is_regular_file(fs::symlink_status(folder_ / name)))
        removed += fs::remove(folder_ / name) ? 1u : 0u;
    ours_ = made_;
    write();
    return removed;
  }

 private:
  static constexpr const char* record = "packed-files.txt";
  static constexpr const char* head = "# cnnpool-dataset pack --files";

  void write() const {
    std::string text = std::string(head) + "\n";
    for (const std::string& name : ours_) text += name + "\n";
    write_file(folder_ / record, text);
  }

  fs::path folder_;
  std::set<std::string> ours_, made_;
};

}  // namespace dataset
