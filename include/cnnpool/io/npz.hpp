// .npz files, NumPy's archives of named arrays, stored (numpy.savez) and deflated (numpy.savez_compressed), in and out.
// Needs libzip: link it (Debian: libzip-dev, `-lzip`).
//
//   cnnpool::npz_file maps("maps.npz");                                    // or bytes in memory
//   for (const std::string& name : maps.names()) ...                       // "conv5_3"; without .npy
//   auto d = cnnpool::pool(maps.read("conv5_3"), cnnpool::gem_p<3>{});          // an npy_array
//   cnnpool::npz_writer out("descriptors.npz");
//   out.add("gem", d);
//   out.commit();                                                          // now, and not before, there is a file
//
// A file is not trusted: an array takes no more memory than 1032 times its bytes in the file, the most that deflate
// can give, and its checksum is compared. Whatever is wrong is an error with the file's name.
#pragma once

#if !__has_include(<zip.h>)
#error "cnnpool/io/npz.hpp: <zip.h> is missing; install libzip (Debian: libzip-dev)"
#endif

#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <streambuf>

#include "npy.hpp"
#include "npy_write.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

struct zip_deleter {
  void operator()(zip_t* z) const { zip_discard(z); }
  void operator()(zip_file_t* f) const { zip_fclose(f); }
  void operator()(zip_source_t* s) const { zip_source_free(s); }
};

inline std::string zip_message(int code) {
  zip_error_t reason;
  zip_error_init_with_code(&reason, code);
  std::string text = zip_error_strerror(&reason);
  zip_error_fini(&reason);
  return text;
}

/// One entry of an archive, as read_npy needs it: it can be read forwards and again from the start, and has a length.
class zip_entry_buffer : public std::streambuf {
 public:
  zip_entry_buffer(zip_t* archive, zip_uint64_t entry, std::uint64_t length)
      : archive_(archive), entry_(entry), length_(length) {
    restart();
  }
  bool opened() const { return file_ != nullptr; }
  /// Reads to the end, where libzip compares the checksum.
  bool sound() {
    char rest[256];
    zip_int64_t got = 0;
    while ((got = zip_fread(file_.get(), rest, sizeof rest)) > 0) {}
    return got == 0 && !failed_;
  }

 private:
  void restart() {
    file_.reset(zip_fopen_index(archive_, entry_, 0));
    setg(buffer_, buffer_, buffer_);
    begun_ = at_end_ = false;
  }
  int_type underflow() override {
    if (file_ == nullptr || at_end_) return traits_type::eof();
    begun_ = true;
    const zip_int64_t got = zip_fread(file_.get(), buffer_, sizeof buffer_);
    failed_ = failed_ || got < 0;
    if (got <= 0) return traits_type::eof();
    setg(buffer_, buffer_, buffer_ + got);
    return traits_type::to_int_type(buffer_[0]);
  }
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override {
    if (offset == 0 && from == std::ios_base::cur && at_end_) return pos_type(static_cast<off_type>(length_));
    if (offset != 0 || from == std::ios_base::cur) return pos_type(off_type(-1));
    if (from == std::ios_base::end) {
      at_end_ = true;
      setg(buffer_, buffer_, buffer_);
      begun_ = true;
      return pos_type(static_cast<off_type>(length_));
    }
    if (begun_) restart();
    return pos_type(off_type(0));
  }
  pos_type seekpos(pos_type at, std::ios_base::openmode mode) override {
    return seekoff(off_type(at), std::ios_base::beg, mode);
  }

  zip_t* archive_;
  zip_uint64_t entry_;
  std::uint64_t length_;
  std::unique_ptr<zip_file_t, zip_deleter> file_;
  bool begun_ = false, at_end_ = false, failed_ = false;
  char buffer_[4096];
};

/// Bytes in memory from malloc, which libzip frees.
class zip_bytes {
 public:
  ~zip_bytes() { std::free(data_); }
  zip_bytes() = default;
  zip_bytes(const zip_bytes&) = delete;
  zip_bytes& operator=(const zip_bytes&) = delete;

  void write(const void* data, std::size_t bytes) {
    if (bytes == 0) return;
    if (size_ + bytes > room_) {
      const std::size_t room = 2 * room_ + bytes;
      void* const larger = std::realloc(data_, room);
      if (larger == nullptr) raise("npz_writer: ", room, " bytes of memory cannot be had");
      data_ = static_cast<char*>(larger);
      room_ = room;
    }
    std::memcpy(data_ + size_, data, bytes);
    size_ += bytes;
  }
  std::size_t size() const { return size_; }
  char* release() {
    char* const data = data_;
    data_ = nullptr;
    return data;
  }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0, room_ = 0;
};

}  // namespace detail

/// An archive that is being read.
class npz_file {
 public:
  explicit npz_file(std::string path) : path_(std::move(path)) {
    int code = 0;
    detail::refuse_pipe(path_, "npz_file");
    archive_.reset(zip_open(path_.c_str(), ZIP_RDONLY, &code));
    if (archive_ == nullptr) raise("npz_file: ", path_, ": ", detail::zip_message(code));
  }
  /// An archive in memory, which must outlive this object. `name` is for messages.
  npz_file(const void* data, std::size_t bytes, std::string name) : path_(std::move(name)) {
    zip_error_t reason;
    zip_error_init(&reason);
    zip_source_t* const source = zip_source_buffer_create(data, bytes, 0, &reason);
    if (source != nullptr) archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &reason));
    const int code = zip_error_code_zip(&reason);
    zip_error_fini(&reason);
    if (archive_ != nullptr) return;
    if (source != nullptr) zip_source_free(source);
    raise("npz_file: ", path_, ": ", detail::zip_message(code));
  }

  /// In the order of the file; a name that the file has several times appears once.
  std::vector<std::string> names() const {
    std::vector<std::string> r;
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* const name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
      if (name == nullptr || !std::string_view(name).ends_with(".npy")) continue;
      std::string array(name, std::strlen(name) - 4);
      if (std::find(r.begin(), r.end(), array) == r.end()) r.push_back(std::move(array));
    }
    return r;
  }

  /// Of several arrays of one name it reads the last, as NumPy does: whoever appends to an archive means the new one.
  npy_array read(const std::string& name) const {
    const std::string where = path_ + ": array " + detail::in_quotes(name);
    const zip_uint64_t at = last_of(name + ".npy");
    if (at == nowhere) raise("npz_file: ", where, " is not in the file");
    zip_stat_t s;
    zip_stat_init(&s);
    if (zip_stat_index(archive_.get(), at, 0, &s) != 0 || (s.valid & ZIP_STAT_SIZE) == 0 ||
        (s.valid & ZIP_STAT_COMP_SIZE) == 0 || (s.valid & ZIP_STAT_COMP_METHOD) == 0)
      raise("npz_file: ", where, " has a damaged entry in the archive");
    if (s.comp_method != ZIP_CM_STORE && s.comp_method != ZIP_CM_DEFLATE)
      raise("npz_file: ", where, " is compressed by method ", s.comp_method, ", expected 0 (stored) or 8 (deflate)");
    const bool stored = s.comp_method == ZIP_CM_STORE;
    constexpr zip_uint64_t most_gain = 1032;  // of deflate
    if (s.size > (~zip_uint64_t{0} >> 1) || (stored ? s.size != s.comp_size : s.size / most_gain > s.comp_size))
      raise("npz_file: ", where, " cannot have ", s.size, " bytes, the archive has ", s.comp_size, " for it");
    detail::zip_entry_buffer buffer(archive_.get(), at, s.size);
    if (!buffer.opened()) raise("npz_file: ", where, ": ", zip_strerror(archive_.get()));
    std::istream in(&buffer);
    npy_array a = read_npy(in, where);
    if (!buffer.sound()) raise("npz_file: ", where, " is damaged: its checksum is wrong");
    return a;
  }

 private:
  static constexpr zip_uint64_t nowhere = ~zip_uint64_t{0};

  /// libzip's own search finds the first.
  zip_uint64_t last_of(const std::string& entry) const {
    for (zip_int64_t i = zip_get_num_entries(archive_.get(), 0) - 1; i >= 0; --i) {
      const char* const name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
      if (name != nullptr && entry == name) return static_cast<zip_uint64_t>(i);
    }
    return nowhere;
  }

  std::string path_;
  std::unique_ptr<zip_t, detail::zip_deleter> archive_;
};

/// An archive that is being written: a file when commit() returns, and never half of one. It is put together in memory,
/// because libzip would replace links, devices and the owner of an older file (atomic_file.hpp does not).
class npz_writer {
 public:
  enum class compression { none, deflate };

  explicit npz_writer(std::string path, compression c = compression::none) : path_(std::move(path)), compression_(c) {
    zip_error_t reason;
    zip_error_init(&reason);
    bytes_.reset(zip_source_buffer_create(nullptr, 0, 0, &reason));
    if (bytes_ != nullptr) archive_.reset(zip_open_from_source(bytes_.get(), ZIP_TRUNCATE, &reason));
    if (archive_ != nullptr) zip_source_keep(bytes_.get());  // the archive's own reference is gone with it
    const int code = zip_error_code_zip(&reason);
    zip_error_fini(&reason);
    if (archive_ == nullptr) raise("npz_writer: ", path_, " cannot be written: ", detail::zip_message(code));
  }

  /// Copies the descriptors (n x d).
  template <class T>
  void add(const std::string& name, const descriptors<T>& d) {
    add_array(name, d);
  }
  /// Copies the stored elements (n x c x h x w). Every type but bfloat16, which .npy lacks.
  template <class T>
  void add(const std::string& name, const feature_view<T>& x) {
    static_assert(!std::is_same_v<T, bfloat16>,
                  "cnnpool::npz_writer: .npy has no code for bfloat16; convert to float first");
    add_array(name, x);
  }
  void commit() {
    if (archive_ == nullptr) raise("npz_writer: ", path_, " is complete already");
    if (zip_get_num_entries(archive_.get(), 0) == 0) raise("npz_writer: ", path_, " has no array");
    detail::atomic_file file(path_, "npz_writer");
    if (zip_close(archive_.get()) != 0) fail();
    static_cast<void>(archive_.release());
    if (zip_source_open(bytes_.get()) != 0) damaged();
    char piece[1 << 16];
    zip_int64_t got = 0;
    while ((got = zip_source_read(bytes_.get(), piece, sizeof piece)) > 0)
      file.write(piece, static_cast<std::size_t>(got));
    if (got < 0) damaged();
    file.commit();
  }

 private:
  template <class A>
  void add_array(const std::string& name, const A& a) {
    if (archive_ == nullptr) raise("npz_writer: ", path_, " is complete already");
    if (name.empty() || name.find('\0') != std::string::npos || name[0] == '/')
      raise("npz_writer: ", detail::in_quotes(name), " cannot be the name of an array");
    if (zip_name_locate(archive_.get(), (name + ".npy").c_str(), 0) >= 0)
      raise("npz_writer: ", path_, " has an array ", detail::in_quotes(name), " already");
    detail::zip_bytes bytes;
    detail::npy_to(bytes, a);
    const std::size_t size = bytes.size();
    zip_source_t* const source = zip_source_buffer(archive_.get(), bytes.release(), size, 1);
    if (source == nullptr) fail();
    const zip_int64_t at = zip_file_add(archive_.get(), (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
      zip_source_free(source);
      fail();
    }
    const zip_int32_t method = compression_ == compression::none ? ZIP_CM_STORE : ZIP_CM_DEFLATE;
    if (zip_set_file_compression(archive_.get(), static_cast<zip_uint64_t>(at), method, 0) != 0) fail();
  }
  void fail() { raise("npz_writer: ", path_, " cannot be written: ", zip_strerror(archive_.get())); }
  void damaged() {
    raise("npz_writer: ", path_, " cannot be written: ", zip_error_strerror(zip_source_error(bytes_.get())));
  }

  std::string path_;
  compression compression_;
  std::unique_ptr<zip_source_t, detail::zip_deleter> bytes_;
  std::unique_ptr<zip_t, detail::zip_deleter> archive_;
};

}  // namespace cnnpool
