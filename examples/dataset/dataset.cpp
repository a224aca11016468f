// cnnpool-dataset: labelled photos on their way to fine-tuning, in the order in which one needs it.
//
//   check      which photos are broken, or of another kind
//   split      train.txt, val.txt, classes.txt
//   augment    as many photos of every class as wanted
//   pack       all at one size, as Caffe's LMDB or as files
//   mean       what the network subtracts
//
// Ends with one line; exit code 0, 3 where something was left out, 1 where nothing could be done, and one sentence.
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
  CLI11_PARSE(app, argc, argv);
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  try {
    if (app.got_subcommand("check")) return dataset::run_check(check);
    if (app.got_subcommand("split")) return dataset::run_split(split);
    if (app.got_subcommand("augment")) return dataset::run_augment(augment);
    if (app.got_subcommand("pack")) return dataset::run_pack(pack);
    return dataset::run_mean(mean);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
