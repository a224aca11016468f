// An LMDB of Caffe's records. It is written in a folder beside its own, NAME.cnnpool-part, and gets its name when it is
// complete: a run that was killed or found the disk full leaves no database.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include <lmdb++.h>

#include "command.hpp"
#include "datum.hpp"
#include "in_a_child.hpp"

namespace dataset {

/// f(), with LMDB's errors as one sentence.
template <class F>
decltype(auto) with_lmdb(const fs::path& database, const char* done, F&& f) {
  try {
    return f();
  } catch (const lmdb::error& e) {
    cnnpool::raise("cnnpool-dataset: ", database.string(), " cannot be ", done, ": ", e.what());
  }
}

class database_writer {
 public:
  database_writer(const fs::path& path, std::size_t most_bytes)
      : path_(path), part_(path.string() + ".cnnpool-part") {
    if (fs::exists(fs::symlink_status(path)))
      cnnpool::raise("cnnpool-dataset pack: ", path.string(), " is there already, expected a name that is free");
    remove_part();  // of a run that was killed
    make_folder(part_);
    with_lmdb(path_, "written", [&] {
      env_ = std::make_unique<lmdb::env>(lmdb::env::create());
      env_->set_mapsize(most_bytes);  // an address range; the file grows as it is filled
      env_->open(part_.c_str(), 0, 0664);
      begin();
    });
  }
  database_writer(const database_writer&) = delete;
  database_writer& operator=(const database_writer&) = delete;
  ~database_writer() {
    txn_.reset();
    env_.reset();
    remove_part();
  }

  void put(const std::string& key, const std::string& record) {
    with_lmdb(path_, "written", [&] {
      if (key.size() > 511)
        cnnpool::raise("cnnpool-dataset pack: the key \"", key, "\" has ", key.size(),
                       " bytes, LMDB takes at most 511");
      const lmdb::val stored_as(key);
      lmdb::val stored(record);
      lmdb::dbi_put(txn_.get(), table_, stored_as, stored, 0);
      if (++count_ % 1000 != 0) return;
      lmdb::txn_commit(txn_.release());
      begin();
    });
  }
  void commit() {
    with_lmdb(path_, "written", [&] {
      lmdb::txn_commit(txn_.release());
      env_->sync(true);
      env_.reset();
    });
    std::error_code failed;
    fs::remove(part_ / "lock.mdb", failed);
    fs::rename(part_, path_, failed);
    if (failed) cnnpool::raise("cnnpool-dataset pack: ", path_.string(), " cannot be made: ", failed.message());
  }

 private:
  /// Not lmdb::txn, which frees a transaction twice when its commit fails: commit has freed it then.
  struct abort {
    void operator()(MDB_txn* txn) const { lmdb::txn_abort(txn); }
  };
  void begin() {
    MDB_txn* txn = nullptr;
    lmdb::txn_begin(*env_, nullptr, 0, &txn);
    txn_.reset(txn);
    lmdb::dbi_open(txn, nullptr, 0, &table_);
  }
  void remove_part() const {
    std::error_code ignored;
    for (const char* file : {"data.mdb", "lock.mdb"}) fs::remove(part_ / file, ignored);
    fs::remove(part_, ignored);
  }

  fs::path path_, part_;
  std::unique_ptr<lmdb::env> env_;
  std::unique_ptr<MDB_txn, abort> txn_;
  MDB_dbi table_ = 0;
  std::size_t count_ = 0;
};

inline bool is_database(const fs::path& path) { return fs::is_regular_file(path / "data.mdb"); }

class database_reader {
 public:
  /// Reads all of it once, in a child process: a damaged one is a sentence.
  explicit database_reader(const fs::path& path) : database_reader(tried(path), unsafe{}) {}

  std::size_t size() const { return table_.size(txn_); }
  bool get(const std::string& key, std::string& record) const {
    const lmdb::val wanted(key);
    lmdb::val found;
    if (!lmdb::dbi_get(txn_, table_, wanted, found)) return false;
    record.assign(found.data(), found.size());
    return true;
  }
  /// f(key, record) for all of them, in the order of their keys.
  template <class F>
  void each(const F& f) const {
    with_lmdb(path_, "read", [&] {
      lmdb::cursor cursor = lmdb::cursor::open(txn_, table_);
      lmdb::val key, record;
      while (cursor.get(key, record, MDB_NEXT))
        f(std::string(key.data(), key.size()), std::string(record.data(), record.size()));
    });
  }

 private:
  struct unsafe {};
  database_reader(const fs::path& path, unsafe)
      : path_(path), env_(with_lmdb(path, "read", [&] {
          lmdb::env env = lmdb::env::create();
          env.set_mapsize(std::max<std::size_t>(fs::file_size(path / "data.mdb"), 1 << 20));
          env.open(path.c_str(), MDB_RDONLY | MDB_NOLOCK, 0664);
          return env;
        })),
        txn_(with_lmdb(path, "read", [&] {
          check_length();
          return lmdb::txn::begin(env_, nullptr, MDB_RDONLY);
        })),
        table_(with_lmdb(path, "read", [&] { return lmdb::dbi::open(txn_, nullptr); })) {}

  static const fs::path& tried(const fs::path& path) {
    const std::string problem = problem_in_a_child([&] {
      const database_reader database(path, unsafe{});
      std::size_t count = 0;
      std::string last;
      database.each([&](const std::string& key, const std::string&) {
        if (++count > database.size() || (count > 1 && key <= last))
          cnnpool::raise("cnnpool-dataset: ", path.string(), " is damaged: record ", count, " of ", database.size(),
                         " is out of order");
        last = key;
      });
      if (count != database.size())
        cnnpool::raise("cnnpool-dataset: ", path.string(), " is damaged: it counts ", database.size(),
                       " records and holds ", count);
    });
    if (problem.starts_with("cnnpool-dataset")) cnnpool::raise(problem);
    if (!problem.empty()) cnnpool::raise("cnnpool-dataset: ", path.string(), " is damaged: ", problem);
    return path;
  }

  /// LMDB maps the file and believes it: a page that is not there is a bus error.
  void check_length() const {
    MDB_envinfo info;
    MDB_stat stat;
    lmdb::env_info(env_, &info);
    lmdb::env_stat(env_, &stat);
    const std::size_t wanted = (info.me_last_pgno + 1) * stat.ms_psize, bytes = fs::file_size(path_ / "data.mdb");
    if (bytes < wanted)
      cnnpool::raise("cnnpool-dataset: ", path_.string(), " is truncated: ", bytes, " bytes of ", wanted);
  }

  fs::path path_;
  lmdb::env env_;
  lmdb::txn txn_;
  lmdb::dbi table_;
};

}  // namespace dataset
