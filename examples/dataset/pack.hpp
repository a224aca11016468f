// cnnpool-dataset pack: the photos of a list at one size, as an LMDB of Caffe's records (what convert_imageset makes)
// or as files. Not for speed on a CPU: decoding takes a third of the time of a training step. It is the form in which
// the study's tools take their photos.
#pragma once

#include "augment.hpp"
#include "database.hpp"
#include "packed_files.hpp"

namespace dataset {

struct pack_options {
  std::string source, out, files, encoded;
  int size = 256;
  std::uint64_t seed = 1024;
  bool shuffle = false;
};

/// Stretched to size x size, linearly, as convert_imageset does.
inline cv::Mat packed_pixels(const cv::Mat& photo, int size) {
  cv::Mat out;
  cv::resize(photo, out, {size, size});
  return out;
}

namespace detail {

inline void check_size(int size, const char* command) {
  if (size < 1 || size > 8192)
    cnnpool::raise("cnnpool-dataset ", command, ": --size is ", size, ", expected 1 to 8192");
}

inline std::string record_of(const cv::Mat& pixels, const labelled_photo& p, const std::string& format) {
  Datum d = format.empty() ? datum_of(pixels, p.label) : datum_of(pixels, p.label, encoded(pixels, format, p.path));
  return d.SerializeAsString();
}

/// "%08d_path", the path as the list has it.
inline std::string key_of(std::size_t number, const photo_set& set, const labelled_photo& p) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%08zu_", number);
  return digits + set.place(p);
}

/// Reads up to 100 records, evenly spread, and compares them with photos read again. The number read.
inline std::size_t read_back(const fs::path& path, const photo_set& set, const pack_options& o,
                             const std::vector<std::pair<std::string, labelled_photo>>& stored) {
  const database_reader database(path);
  if (database.size() != stored.size())
    cnnpool::raise("cnnpool-dataset pack: ", path.string(), " holds ", database.size(), " records, expected ",
                   stored.size());
  const std::size_t count = std::min<std::size_t>(100, stored.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [key, photo_] = stored[i * stored.size() / count];
    std::string record;
    if (!database.get(key, record))
      cnnpool::raise("cnnpool-dataset pack: ", path.string(), " has no record \"", key, "\"");
    const photo again = decode_photo(bytes_of(photo_.path.string()));
    if (again.pixels.empty() || record != record_of(packed_pixels(again.pixels, o.size), photo_, o.encoded))
      cnnpool::raise("cnnpool-dataset pack: ", path.string(), ", record \"", key, "\": is not what ",
                     set.place(photo_), " gives");
  }
  return count;
}

}  // namespace detail

inline int run_pack(const pack_options& o) {
  photo_set set = read_photo_set(o.source);
  detail::check_size(o.size, "pack");
  if (o.out.empty() == o.files.empty())
    cnnpool::raise("cnnpool-dataset pack: expected either --out DATABASE or --files FOLDER");
  if (!o.encoded.empty() && o.encoded != "jpg" && o.encoded != "png")
    cnnpool::raise("cnnpool-dataset pack: --encoded ", o.encoded, ", expected jpg or png");
  if (o.shuffle) {
    random_source random(o.seed, "pack");
    random.shuffle(set.photos);
  }
  left_out out;
  name_passed_over(set, out);
  std::vector<std::pair<std::string, labelled_photo>> stored;
  // f(number, photo, pixels) for every photo that can be read.
  const auto each = [&](const auto& f) {
    study_progress progress("pack");
    for (std::size_t i = 0; i < set.photos.size(); ++i) {
      const labelled_photo& p = set.photos[i];
      progress.at(i + 1, set.photos.size(), set.place(p));
      const decoded_photo read = decode_or_leave_out(p, bytes_of(p.path.string()), out);
      if (read.pixels.empty()) continue;
      f(i, p, packed_pixels(read.pixels, o.size));
      stored.emplace_back(detail::key_of(i, set, p), p);
    }
    if (stored.empty()) cnnpool::raise("cnnpool-dataset pack: 0 of ", photos_text(set.photos.size()), " can be read");
  };
  check_apart(o.files.empty() ? "pack: --out" : "pack: --files", o.files.empty() ? o.out : o.files, set, o.source);
  if (!o.files.empty()) {
    const fs::path folder = o.files;
    if (fs::weakly_canonical(whole_path(folder)) == fs::canonical(set.root))
      cnnpool::raise("cnnpool-dataset pack: --files ", o.files, " is the folder of the photos, expected another one");
    check_names(set);
    make_folder(folder);
    const std::string format = o.encoded.empty() ? "png" : o.encoded;
    const std::string list_name = fs::is_directory(o.source) ? "list.txt" : fs::path(o.source).filename().string();
    folder_outputs lists(folder, {list_name, "classes.txt"});
    const auto name_of = [&](std::size_t number, const labelled_photo& p) {
      return detail::key_of(number, set, p).substr(0, 9) + p.path.filename().string() + "." + format;
    };
    std::vector<std::string> planned;
    for (std::size_t i = 0; i < set.photos.size(); ++i) planned.push_back(name_of(i, set.photos[i]));
    packed_files record(folder, planned);
    std::vector<labelled_photo> files;
    each([&](std::size_t number, const labelled_photo& p, const cv::Mat& pixels) {
      const fs::path path = folder / name_of(number, p);
      const auto bytes = detail::encoded(pixels, format, path);
      write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      files.push_back({path, p.label});
      record.made(path.filename().string());
    });
    const fs::path list = folder / list_name;
    lists.add(list_name, list_text(files, list));
    lists.add("classes.txt", classes_text(set.classes));
    lists.commit();
    const std::size_t removed = record.remove_others();
    std::printf("%s of %d x %d%s%s; %s\n", plural(files.size(), "file", "files").c_str(), o.size, o.size,
                out.text().c_str(),
                removed == 0 ? "" : (", " + std::to_string(removed) + " of earlier runs removed").c_str(),
                list.c_str());
    return out.exit_code();
  }
  const std::size_t side = static_cast<std::size_t>(o.size);
  {
    database_writer database(o.out, (set.photos.size() + 16) * (side * side * 4 + 16384) + (std::size_t{64} << 20));
    each([&](std::size_t number, const labelled_photo& p, const cv::Mat& pixels) {
      database.put(detail::key_of(number, set, p), detail::record_of(pixels, p, o.encoded));
    });
    database.commit();
  }
  const std::size_t read = detail::read_back(o.out, set, o, stored);
  std::printf("%s of %d x %d, %s%s; %zu read back and compared; %s\n",
              plural(stored.size(), "record", "records").c_str(), o.size, o.size,
              o.encoded.empty() ? "raw" : ("encoded as " + o.encoded).c_str(), out.text().c_str(), read, o.out.c_str());
  return out.exit_code();
}

inline void add_pack(CLI::App& app, pack_options& o) {
  CLI::App* c = app.add_subcommand("pack", "all photos at one size, as Caffe's LMDB or as files");
  c->add_option("SOURCE", o.source, "a list, a folder of class folders, or one with a groups.txt")->required();
  c->add_option("--out", o.out, "the LMDB to make: a folder");
  c->add_option("--files", o.files, "a folder for files and their list instead");
  c->add_option("--size", o.size, "pixels of both sides")->capture_default_str();
  c->add_option("--encoded", o.encoded, "records as jpg or png; raw without it (files: png)");
  c->add_flag("--shuffle", o.shuffle, "in random order");
  c->add_option("--seed", o.seed, "of the shuffling")->capture_default_str()->check(not_negative);
}

}  // namespace dataset
