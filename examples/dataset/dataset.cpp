// cnnpool-dataset: labelled photos on their way to fine-tuning, in the order in which one needs it.
//
//   check      which photos are broken, or of another kind
//   split      train.txt, val.txt, classes.txt
//   augment    as many photos of every class as wanted
//   pack       all at one size, as Caffe's LMDB or as files
//   mean       what the network subtracts
//
// Ends with one line; exit code 0, 3 where something was left out, 1 where nothing could be done, and one sentence.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "check.hpp"
#include "mean.hpp"
#include "pack.hpp"
#include "split.hpp"

int main(int argc, char** argv) {
  CLI::App app("Labelled photos on their way to fine-tuning.");
  app.require_subcommand(1);
  dataset::check_options check;
  dataset::split_options split;
  dataset::augment_options augment;
  dataset::pack_options pack;
  dataset::mean_options mean;
  dataset::add_check(app, check);
  dataset::add_split(app, split);
  dataset::add_augment(app, augment);
  dataset::add_pack(app, pack);
  dataset::add_mean(app, mean);
  try {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    // OpenCV prints every error before it throws it.
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    app.parse(argc, argv);
    const int result = app.got_subcommand("check")     ? dataset::run_check(check)
                       : app.got_subcommand("split")   ? dataset::run_split(split)
                       : app.got_subcommand("augment") ? dataset::run_augment(augment)
                       : app.got_subcommand("pack")    ? dataset::run_pack(pack)
                                                       : dataset::run_mean(mean);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      cnnpool::raise("cnnpool-dataset: standard output cannot be written: ", std::strerror(errno));
    return result;
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    std::string sentence = e.what();
    std::ranges::replace(sentence, '\n', ' ');
    std::fprintf(stderr, "%s%s\n",
                 sentence.starts_with("cnnpool-dataset") ? "" : "cnnpool-dataset: ", sentence.c_str());
    return 1;
  }
}
