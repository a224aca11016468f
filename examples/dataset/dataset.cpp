// cnnpool-dataset: labelled photos on their way to fine-tuning, in the order in which one needs it.
//
//   check      which photos are broken, or of another kind
//   split      train.txt, val.txt, classes.txt
//   augment    as many photos of every class as wanted
//   pack       all at one size, as Caffe's LMDB or as files
//   mean       what the network subtracts
//
// Ends with one line; exit code 0, 3 where something was left out, 1 where nothing could be done, and one sentence.
#include "../program_main.hpp"
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
  return program_main("cnnpool-dataset", app, argc, argv, [&] {
    return app.got_subcommand("check")     ? dataset::run_check(check)
           : app.got_subcommand("split")   ? dataset::run_split(split)
           : app.got_subcommand("augment") ? dataset::run_augment(augment)
           : app.got_subcommand("pack")    ? dataset::run_pack(pack)
                                           : dataset::run_mean(mean);
  });
}
