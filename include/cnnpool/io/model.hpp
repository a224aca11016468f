// Models in files: whitening, codebook, netvlad_head.
//
//   write_model("whiten.cnnpool", w);
//   const auto w = read_model<whitening>("whiten.cnnpool");
//
// Format 1, little-endian: 8 bytes "CNNPOOLM"; u32 version; u32 kind (1 whitening, 2 codebook, 3 NetVLAD head); u32
// number of arrays; u32 zero; per array u64 rows, u64 columns, u64 bytes per number (4 float, 8 double); the numbers,
// array by array, row by row; u64 FNV-1a over all bytes before it. Arrays: whitening: mean (float 1 x d), matrix (float
// k x d), variances (double 1 x r); codebook: centres (float K x d); head: weights (float K x d), biases (float 1 x K).
//
// Writing is atomic (atomic_file.hpp). A file is not trusted: its length is compared with what its header promises
// before anything is allocated. Whatever is wrong is an error with the file's name.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "../policy/vlad.hpp"
#include "../post/projection.hpp"
#include "npy_write.hpp"
#include "seekable_file.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {

/// Numbers as they lie in the file: the least significant byte first.
template <class T>
T little_endian(T x) {
  if constexpr (std::endian::native == std::endian::big) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &x, sizeof x);
    for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
    std::memcpy(&x, bytes, sizeof x);
  }
  return x;
}

class fnv1a {
 public:
  void add(const void* data, std::size_t bytes) {
    const auto* p = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < bytes; ++i) hash_ = (hash_ ^ p[i]) * 0x100000001b3u;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

inline constexpr char model_magic[] = "CNNPOOLM";
inline constexpr std::uint32_t model_version = 1;

class model_writer {
 public:
  model_writer(const std::string& path, std::uint32_t kind, std::uint32_t arrays) : file_(path, "write_model") {
    put(model_magic, 8);
    number(model_version);
    number(kind);
    number(arrays);
    number(std::uint32_t{0});
  }
  template <class T>
  void size(const matrix<const T>& m) {
    number(static_cast<std::uint64_t>(m.rows));
    number(static_cast<std::uint64_t>(m.cols));
    number(std::uint64_t{sizeof(T)});
  }
  template <class T>
  void values(const matrix<const T>& m) {
    if constexpr (std::endian::native == std::endian::little) {
      put(m.data, static_cast<std::size_t>(m.rows * m.cols) * sizeof(T));
    } else {
      for (index_t i = 0; i < m.rows * m.cols; ++i) number(m.data[i]);
    }
  }
  void commit() {
    const std::uint64_t sum = little_endian(hash_.value());
    file_.write(&sum, sizeof sum);
    file_.commit();
  }

 private:
  void put(const void* data, std::size_t bytes) {
    hash_.add(data, bytes);
    file_.write(data, bytes);
  }
  template <class T>
  void number(T x) {
    x = little_endian(x);
    put(&x, sizeof x);
  }
  atomic_file file_;
  fnv1a hash_;
};

template <class... T>
void write_arrays(const std::string& path, std::uint32_t kind, const matrix<const T>&... arrays) {
  model_writer w(path, kind, sizeof...(T));
  (w.size(arrays), ...);
  (w.values(arrays), ...);
  w.commit();
}

/// One array of a file that was read; numbers of both sizes are kept as they came.
struct model_array {
  std::uint64_t rows = 0, cols = 0, bytes = 0;
  std::vector<float> floats;
  std::vector<double> doubles;
};

class model_reader {
 public:
  model_reader(std::istream& in, const std::string& name) : in_(in), name_(name) {}

  std::vector<model_array> read(std::uint32_t kind, const std::vector<std::uint64_t>& bytes_per_number) {
    in_.peek();
    in_.seekg(0, std::ios::end);
    const std::streamoff end = in_.tellg();
    in_.seekg(0);
    if (!in_ || end < 0) bad("cannot be read");
    left_ = static_cast<std::uint64_t>(end);
    char magic[8] = {};
    if (left_ < 24) bad("is not a model file (", left_, " bytes)");
    take(magic, 8);
    if (std::memcmp(magic, model_magic, 8) != 0) bad("is not a model file");
    const auto version = number<std::uint32_t>(), found = number<std::uint32_t>(), count = number<std::uint32_t>();
    number<std::uint32_t>();
    if (version != model_version) bad("is version ", version, " of the format, expected ", model_version);
    if (found != kind) bad("holds ", name_of(found), ", expected ", name_of(kind));
    if (count != bytes_per_number.size()) bad("holds ", count, " arrays, expected ", bytes_per_number.size());

    std::vector<model_array> arrays(bytes_per_number.size());
    if (left_ < arrays.size() * 24) bad("ends inside its header (", end, " bytes)");
    std::uint64_t wanted = 8;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      model_array& a = arrays[i];
      a.rows = number<std::uint64_t>();
      a.cols = number<std::uint64_t>();
      a.bytes = number<std::uint64_t>();
      if (a.bytes != bytes_per_number[i])
        bad("has ", a.bytes, " bytes per number of array ", i, ", expected ", bytes_per_number[i]);
      index_t size = 0;
      constexpr std::uint64_t most = std::uint64_t{1} << 62;
      if (a.rows > most || a.cols > most ||
          !multiply(static_cast<index_t>(a.rows), static_cast<index_t>(a.cols), size) ||
          !multiply(size, static_cast<index_t>(a.bytes), size) || static_cast<std::uint64_t>(size) > most - wanted)
        bad("promises an array of ", a.rows, " x ", a.cols, ", more than a 64-bit index counts");
      wanted += static_cast<std::uint64_t>(size);
    }
    if (left_ != wanted) bad(left_, " bytes behind the header, its arrays need ", wanted);
    for (model_array& a : arrays)
      if (a.bytes == 4) values(a, a.floats);
      else values(a, a.doubles);
    const std::uint64_t sum = hash_.value();
    if (number<std::uint64_t>() != sum) bad("is damaged: its checksum does not match");
    return arrays;
  }
  template <class... Pieces>
  [[noreturn]] void bad(const Pieces&... pieces) const {
    raise("read_model: ", name_, ": ", pieces...);
  }

 private:
  static const char* name_of(std::uint32_t kind) {
    constexpr const char* names[] = {"something unknown", "a projection", "a codebook", "a NetVLAD head"};
    return names[kind < 4 ? kind : 0];
  }
  void take(void* to, std::size_t bytes) {
    in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
    if (static_cast<std::uint64_t>(in_.gcount()) != bytes) bad("ends too early");
    left_ -= bytes;
    hash_.add(to, bytes);
  }
  template <class T>
  T number() {
    T x{};
    take(&x, sizeof x);
    return little_endian(x);
  }
  template <class T>
  void values(const model_array& a, std::vector<T>& to) {
    to.resize(detail::size_in_memory(a.rows * a.cols));
    take(to.data(), to.size() * sizeof(T));
    for (T& x : to) x = little_endian(x);
    for (std::size_t i = 0; i < to.size(); ++i)
      if (!std::isfinite(to[i])) bad("holds the number ", to[i], ", expected finite ones");
  }

  std::istream& in_;
  std::string name_;
  std::uint64_t left_ = 0;
  fnv1a hash_;
};

template <class Model>
Model model_from(std::istream& in, const std::string& name) {
  model_reader file(in, name);
  if constexpr (std::is_same_v<Model, projection>) {
    auto a = file.read(1, {4, 4, 8});
    if (a[0].rows != 1 || a[2].rows != 1 || a[1].cols != a[0].cols || a[1].floats.empty())
      file.bad("its mean of ", a[0].cols, " and its matrix of ", a[1].rows, " x ", a[1].cols,
               " do not belong together");
    const index_t outputs = static_cast<index_t>(a[1].rows);
    return {shared_array<float>(std::move(a[0].floats)), shared_array<float>(std::move(a[1].floats)), outputs,
            shared_array<double>(std::move(a[2].doubles))};
  } else if constexpr (std::is_same_v<Model, codebook>) {
    const auto a = file.read(2, {4});
    if (a[0].floats.empty()) file.bad("its codebook is ", a[0].rows, " x ", a[0].cols);
    return {std::span<const float>(a[0].floats), static_cast<index_t>(a[0].rows)};
  } else {
    static_assert(std::is_same_v<Model, netvlad_head>,
                  "cnnpool::read_model: models are projection, codebook and netvlad_head");
    auto a = file.read(3, {4, 4});
    if (a[1].rows != 1 || a[0].rows != a[1].cols || a[0].floats.empty())
      file.bad("its weights of ", a[0].rows, " x ", a[0].cols, " and its ", a[1].cols,
               " biases do not belong together");
    return {std::span<const float>(a[0].floats), std::span<const float>(a[1].floats)};
  }
}

}  // namespace detail

inline void write_model(const std::string& path, const projection& w) {
  if (w.output_size() == 0) raise("write_model: the projection is empty");
  detail::write_arrays(path, 1, w.mean(), w.rows(), w.variances().rows(1, w.variances().size()));
}
inline void write_model(const std::string& path, const codebook& c) {
  if (c.clusters() == 0) raise("write_model: the codebook is empty");
  detail::write_arrays(path, 2, c.centres());
}
inline void write_model(const std::string& path, const netvlad_head& h) {
  if (h.clusters() == 0) raise("write_model: the head is empty");
  const kernel::matrix<const float> biases = h.biases();
  detail::write_arrays(path, 3, h.weights(), kernel::matrix<const float>{biases.data, 1, biases.rows, biases.rows, 1});
}

/// Model: whitening, codebook or netvlad_head.
template <class Model>
Model read_model(std::istream& in, const std::string& name) {
  return detail::model_from<Model>(in, name);
}
template <class Model>
Model read_model(const std::string& path) {
  detail::refuse_pipe(path, "read_model");
  std::ifstream in(path, std::ios::binary);
  if (!in) raise("read_model: ", path, " cannot be opened");
  return read_model<Model>(in, path);
}

}  // namespace cnnpool
