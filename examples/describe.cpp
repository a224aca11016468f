// cnnpool-describe: descriptors from feature maps in .npy files.
//
//   cnnpool-describe --pool gem --post l2 --out descriptors.npy maps.npy
//   cnnpool-describe --pool sum+max --post l2,power,l2 --out descriptors.npy folder/
//
// The input is one .npy file of N x C x H x W, or a folder of .npy files, one map or batch each, of different sizes;
// then the file of every row is written to descriptors.txt, which must be new or such a list of an earlier run (there
// is none beside a device or a pipe). The output appears when everything is done, the list with it, or nothing does.
// What is wrong is one sentence on stderr, and the exit code 1.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <cnnpool/io/atomic_file.hpp>
#include <cnnpool/io/npy.hpp>
#include <cnnpool/io/npy_write.hpp>

#include "describe_choices.hpp"
#include "name_lines.hpp"
#include "option_values.hpp"
#include "output_place.hpp"
#include "standard_output.hpp"

namespace {

namespace fs = std::filesystem;
using cnnpool::index_t;

struct options {
  std::string input, out, pool, layout = "nchw";
  std::vector<std::string> post;
  bool relu = false;
  float scale = 1;
  int zero_point = 0, threads = 0;
};

/// The axes of a file of this many in the chosen layout: chw or hwc for three.
std::string axes_of(const options& o, std::size_t rank) {
  if (rank <= 2) return rank == 1 ? "c" : "nc";
  return rank == 3 ? o.layout.substr(1) : o.layout;
}

/// Images as floats, in the order n, c, h, w, rectified if asked for.
template <class T>
std::vector<float> as_floats(const cnnpool::feature_view<T>& x, bool relu) {
  const cnnpool::shape& e = x.extents();
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(cnnpool::checked_size(e, "describe")));
  for (index_t n = 0; n < e.n; ++n)
    for (index_t c = 0; c < e.c; ++c)
      for (index_t h = 0; h < e.h; ++h)
        for (index_t w = 0; w < e.w; ++w) {
          const float v = cnnpool::kernel::as_lane<float>(x(n, c, h, w), x.quantized());
          values.push_back(relu && v < 0 ? 0 : v);
        }
  return values;
}

/// Says how far it is, on a terminal; one line at the end everywhere.
class progress {
 public:
  void at(const std::string& what, index_t done, index_t all) const {
    if (live_) std::fprintf(stderr, "\r\033[K%s: %td of %td", what.c_str(), done, all);
  }
  void clear() const {
    if (live_) std::fprintf(stderr, "\r\033[K");
  }

 private:
  bool live_ = isatty(STDERR_FILENO) != 0;
};

struct result {
  std::vector<float> values;
  std::vector<std::string> names;
  index_t rows = 0, cols = -1;
};

void describe_file(const fs::path& path, const options& o, const description& describe, const progress& p, result& r) {
  const cnnpool::npy_array maps = cnnpool::read_npy(path.string());
  const std::string axes = axes_of(o, maps.shape().size());
  const auto any = maps.view({.axes = axes, .quantized = {o.scale, o.zero_point}});
  visit(any, [&]<class T>(const cnnpool::feature_view<T>& all) {
    if constexpr (std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::uint8_t>)
      if (!std::in_range<T>(o.zero_point))
        cnnpool::raise("--zero-point: ", o.zero_point, ", expected ", int{std::numeric_limits<T>::min()}, " to ",
                       int{std::numeric_limits<T>::max()}, " for ", cnnpool::to_string(any.type()));
    const cnnpool::shape& e = all.extents();
    const index_t image = std::max<index_t>(1, cnnpool::checked_size({1, e.c, e.h, e.w}, "describe"));
    const index_t slice = std::max<index_t>(1, (index_t{16} << 20) / image);  // 64 MB of floats
    for (index_t first = 0; first < std::max<index_t>(1, e.n); first += slice) {  // once without an image: for the size
      const auto images = all.images(first, std::min(slice, e.n - first));
      cnnpool::descriptors<float> d;
      if constexpr (std::is_same_v<T, float>) {
        if (!o.relu) d = describe(images);
      }
      if (o.relu || !std::is_same_v<T, float>) {
        const std::vector<float> values = as_floats(images, o.relu);
        const float none = 0;
        d = describe({values.empty() ? &none : values.data(), images.extents(), cnnpool::nchw});
      }
      if (r.cols >= 0 && d.cols() != r.cols)
        cnnpool::raise("gives ", d.cols(), " components, the files before it gave ", r.cols);
      r.cols = d.cols();
      r.rows += d.rows();
      r.values.insert(r.values.end(), d.data(), d.data() + d.values().size());
      r.names.insert(r.names.end(), static_cast<std::size_t>(d.rows()), path.filename().string());
      p.at(path.filename().string(), first + images.extents().n, e.n);
    }
  });
}

/// The maps of a folder, and in words what was passed over: hidden files (Finder's ._x.npy), folders, other endings.
struct maps_of_folder {
  std::vector<fs::path> files = {};
  std::string passed_over = {};
};
maps_of_folder files_of(const fs::path& folder) {
  maps_of_folder out;
  std::error_code failed, unknown;
  std::vector<std::string> others;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const fs::path& path = at->path();
    const std::string name = path.filename().string();
    if (name[0] == '.' || path.extension() != ".npy" || fs::is_directory(path, unknown)) others.push_back(name);
    else if (!fs::exists(path, unknown)) cnnpool::raise(path.string(), " is a link to nowhere, expected a .npy file");
    else if (!fs::is_regular_file(path, unknown))
      cnnpool::raise(path.string(), " is a pipe or a device, expected a file");
    else out.files.push_back(path);
  }
  if (failed) cnnpool::raise(folder.string(), " cannot be opened: ", failed.message());
  for (const fs::path& file : out.files) check_listable(file.string());
  std::sort(out.files.begin(), out.files.end());
  std::sort(others.begin(), others.end());
  if (out.files.empty()) cnnpool::raise(folder.string(), " holds 0 .npy files, expected at least 1");
  if (!others.empty()) out.passed_over = "; passed over: " + counted(others, "other", "others");
  return out;
}

/// What is written through links, which need not exist.
fs::path target_of(fs::path path) {
  for (int i = 0; i < 40 && fs::is_symlink(path); ++i) path = path.parent_path() / fs::read_symlink(path);
  return path;
}
fs::path folder_of(const fs::path& file) { return file.parent_path().empty() ? "." : file.parent_path(); }

/// Whether a run of this program wrote the list beside the descriptors: a line for every row, each a .npy file.
bool is_list_of_rows(const fs::path& list, const fs::path& descriptors) {
  if (!fs::is_regular_file(list) || !fs::is_regular_file(descriptors)) return false;
  index_t lines = 0;
  std::ifstream in(list);
  for (std::string line; std::getline(in, line); ++lines)
    if (!line.ends_with(".npy")) return false;
  try {
    return cnnpool::read_npy(descriptors.string()).shape()[0] == lines;
  } catch (const cnnpool::error&) {
    return false;
  }
}

/// The file of the rows' files: beside the output, and never over somebody else's. Empty where there is no place.
fs::path list_beside(const fs::path& out) {
  if (fs::exists(out) && !fs::is_regular_file(out)) return {};
  const fs::path list = fs::path(out).replace_extension(".txt");
  if (fs::weakly_canonical(target_of(list)) == fs::weakly_canonical(target_of(out)))
    cnnpool::raise("--out: ", out.string(), " would be the list of the rows' files too, expected another ending than ",
                   ".txt, such as ", fs::path(out).replace_extension(".npy").string());
  if (fs::exists(list) && !is_list_of_rows(list, out))
    cnnpool::raise("--out: ", list.string(), " is there, and is no list that an earlier run wrote beside ",
                   out.string(), "; move it away, or choose another name");
  return list;
}

void run(const options& o) {
  if (o.layout != "nchw" && o.layout != "nhwc")
    cnnpool::raise("--layout: \"", o.layout, "\" is no layout, expected nchw or nhwc");
  if (!std::isfinite(o.scale) || o.scale == 0)
    cnnpool::raise("--scale: ", o.scale, ", expected a finite number other than 0");
  if (o.threads < 0) cnnpool::raise("--threads: ", o.threads, ", expected 0 (all) or more");
  const description describe = description_of(o.pool, o.post, o.threads);
  const fs::path input = o.input, out = o.out;
  if (!fs::exists(input)) cnnpool::raise(o.input, " does not exist");
  const bool folder = fs::is_directory(input);
  const fs::path out_folder = folder_of(out);
  if (!fs::is_directory(out_folder)) cnnpool::raise("--out: the folder ", out_folder.string(), " does not exist");
  if (fs::is_directory(out)) cnnpool::raise("--out: ", o.out, " is a folder, expected the name of a file");
  const fs::path target_folder = folder_of(target_of(out));
  if (folder ? fs::equivalent(input, out_folder) ||
                   (fs::exists(target_folder) && fs::equivalent(input, target_folder))
             : fs::exists(out) && fs::equivalent(input, out))
    cnnpool::raise("--out: ", o.out, " is or would become a part of the input");
  const fs::path list = folder ? list_beside(out) : fs::path();

  const maps_of_folder found = folder ? files_of(input) : maps_of_folder{{input}};
  const std::vector<fs::path>& files = found.files;
  // Before the work: what cannot be written is said now.
  check_place(out, "--out");
  if (!list.empty()) check_place(list, "--out");
  const progress p;
  result r;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (folder) p.at("files", static_cast<index_t>(i), static_cast<index_t>(files.size()));
    try {
      describe_file(files[i], o, describe, p, r);
    } catch (const cnnpool::error& e) {
      const std::string sentence = e.what();
      if (sentence.find(files[i].string()) != std::string::npos) throw;
      cnnpool::raise(files[i].string(), ": ", sentence);
    }
  }
  cnnpool::descriptors<float> all(r.rows, r.cols);
  std::copy(r.values.begin(), r.values.end(), all.data());
  if (list.empty()) {
    cnnpool::write_npy(o.out, all);
  } else {
    cnnpool::detail::atomic_file rows(o.out, "--out"), names(list.string(), "--out");
    cnnpool::detail::npy_to(rows, all);
    for (const std::string& name : r.names) names.write((name + "\n").data(), name.size() + 1);
    cnnpool::detail::commit_together({&rows, &names});
  }
  p.clear();
  std::fprintf(stderr, "%s: %td x %td from %zu file%s%s\n", o.out.c_str(), r.rows, r.cols, files.size(),
               files.size() == 1 ? "" : "s", found.passed_over.c_str());
}

}  // namespace

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a pipe whose reader has gone is an output that cannot be written
  options o;
  CLI::App app("Image descriptors from CNN feature maps in .npy files.", "cnnpool-describe");
  app.add_option("input", o.input, "a .npy file of N x C x H x W, or a folder of .npy files of different sizes")
      ->required();
  app.add_option("--out", o.out,
                 "the .npy file to write; for a folder also the files of the rows, beside it as .txt: new, or such a "
                 "list of an earlier run")
      ->required();
  app.add_option("--pool", o.pool,
                 "sum, average, max, gem, gem:p=2.7, spoc, crow, rmac, rmac:levels=3, nonzero; a+b: side by side")
      ->required();
  add_comma_list(app, "--post", o.post, "stages in order, with commas: l2, power, power=0.5, truncation=128",
                 {.repeats = true});
  app.add_option("--layout", o.layout, "nchw or nhwc, for maps of three axes chw or hwc")->capture_default_str();
  app.add_flag("--relu", o.relu, "rectify the activations while reading");
  app.add_option("--scale", o.scale, "of 8-bit maps: value = scale * (stored - zero point)")->capture_default_str();
  app.add_option("--zero-point", o.zero_point, "of 8-bit maps")->capture_default_str();
  app.add_option("--threads", o.threads, "0: as many as there are")->capture_default_str();
  refuse_empty_values(app);
  try {
    app.parse(count, arguments);
    run(o);
    return printed();
  } catch (const CLI::Success& e) {  // --help
    const int result = app.exit(e);
    return result != 0 ? result : printed();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%scnnpool-describe: %s\n", isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "",
                 one_line(e.what()).c_str());
    return 1;
  }
}
