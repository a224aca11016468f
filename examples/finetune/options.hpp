// What the user asks of cnnpool-finetune. The solver's options have the names that they have in Caffe.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>

#include "../study/network_options.hpp"
#include "lr_policy.hpp"

namespace finetune {

struct options {
  network_card network;
  std::string train, val, foreign, foreign_truth, layer, train_from, out = "tuned.npz", resume, cache;
  std::string loss = "triplet", device = "cpu";
  double margin = 0.1, power = 3, power_rate = 10;
  double momentum = 0.9, weight_decay = 5e-4;
  lr_policy lr = {};
  int max_iter = 50000, test_interval = 0, snapshot = 1000, batch = 64;
  int phases = 1, head_iter = 0;
  int size = 256, crop = 224, views = 0, memory = 2048;
  bool mirror = false, augment = false, check = false;
  int side = 512, foreign_side = 0, threads = 0;
  std::uint64_t seed = 1024;
};

inline void add_options(CLI::App& app, options& o) {
  add_network_options(app, o.network)->required();
  app.add_option("--train", o.train, "list of the training photos: lines \"path label\"");
  app.add_option("--val", o.val, "list of the validation photos");
  CLI::Option* const foreign =
      app.add_option("--foreign", o.foreign, "folder of other photos, with a groups.txt: how general the network is");
  app.add_option("--foreign-truth", o.foreign_truth, "their ground truth as cnnpool-study reads it: KIND:PATH")
      ->needs(foreign);
  app.add_option("--layer", o.layer, "the layer that is pooled; what follows it is not used");
  app.add_option("--train-from", o.train_from, "this layer and those after it learn; without it all of them");
  app.add_option("--out", o.out, "what is learned (.npz); a log (.csv) and a snapshot lie beside it")
      ->capture_default_str();
  app.add_option("--resume", o.resume, "a snapshot to go on from");
  app.add_option("--loss", o.loss, "triplet or classification")->capture_default_str();
  app.add_option("--margin", o.margin, "triplet: of squared distances")->capture_default_str();
  app.add_option("--p", o.power, "triplet: GeM's exponent at the start")->capture_default_str();
  app.add_option("--p-lr-mult", o.power_rate, "triplet: its rate; 0 keeps it")->capture_default_str();
  app.add_option("--momentum", o.momentum)->capture_default_str();
  app.add_option("--weight-decay", o.weight_decay)->capture_default_str();
  add_lr_policy(app, o.lr);
  app.add_option("--max-iter", o.max_iter, "iterations")->capture_default_str();
  app.add_option("--test-interval", o.test_interval, "iterations between tests; 0: an epoch")->capture_default_str();
  app.add_option("--snapshot", o.snapshot, "iterations between snapshots; 0: the last one only")->capture_default_str();
  app.add_option("--batch", o.batch, "views of an iteration")->capture_default_str();
  app.add_option("--phases", o.phases, "2: first the new part alone, then all from --train-from")
      ->capture_default_str();
  app.add_option("--head-iter", o.head_iter, "iterations of the first of 2 phases; 0: half of them");
  app.add_option("--size", o.size, "training photos become SIZE x SIZE before the crop; 0: as they are")
      ->capture_default_str();
  app.add_option("--crop", o.crop, "pixels that the network sees while it learns")->capture_default_str();
  app.add_flag("--mirror", o.mirror, "half of the views are mirrored");
  app.add_flag("--augment", o.augment, "views are turned, shifted, sheared, zoomed and flipped at random");
  app.add_option("--views", o.views, "views of a photo whose frozen activations are kept; 0: always a new one")
      ->capture_default_str();
  app.add_option("--memory", o.memory, "MB for photos and activations that are kept")->capture_default_str();
  app.add_option("--side", o.side, "pixels of the longer side of a validation photo")->capture_default_str();
  app.add_option("--foreign-side", o.foreign_side, "of a foreign photo; 0: --side")
      ->needs(foreign)
      ->capture_default_str();
  app.add_option("--cache", o.cache, "folder of the validation photos' frozen activations; OUT's, cache");
  app.add_option("--seed", o.seed)->capture_default_str()->check(not_negative);
  app.add_option("--threads", o.threads, "0: as many as there are cores; 1 gives the same bits again")
      ->capture_default_str();
  app.add_option("--device", o.device, "cpu, or cuda:0 where libtorch has it")->capture_default_str();
  app.add_flag("--check", o.check, "compare every layer with OpenCV's, and gradients with differences; no training");
}

inline std::filesystem::path out_folder(const options& o) {
  const std::filesystem::path folder = std::filesystem::path(o.out).parent_path();
  return folder.empty() ? "." : folder;
}

/// OUT without its ending, then this: the files beside it.
inline std::string beside_out(const options& o, const std::string& ending) {
  return std::filesystem::path(o.out).replace_extension().string() + ending;
}

inline void check(const options& o) {
  const auto at_least = [](const char* option, auto value, auto least) {
    if (!(value >= least) || !std::isfinite(static_cast<double>(value)))
      cnnpool::raise(option, ": ", value, ", expected ",
                     std::is_integral_v<decltype(value)> ? "" : "a finite number of ", "at least ", least);
  };
  if (o.layer.empty()) cnnpool::raise("--layer: no layer is named; cnnpool-study --list-layers 512x384 shows them");
  if (o.loss != "triplet" && o.loss != "classification")
    cnnpool::raise("--loss: \"", o.loss, "\", expected triplet or classification");
  check(o.lr);
  if (o.phases != 1 && o.phases != 2) cnnpool::raise("--phases: ", o.phases, ", expected 1 or 2");
  if (!(o.momentum >= 0 && o.momentum < 1)) cnnpool::raise("--momentum: ", o.momentum, ", expected 0 to below 1");
  at_least("--weight-decay", o.weight_decay, 0.);
  at_least("--margin", o.margin, 0.);
  at_least("--p", o.power, 1.);
  at_least("--p-lr-mult", o.power_rate, 0.);
  at_least("--max-iter", o.max_iter, 1);
  at_least("--test-interval", o.test_interval, 0);
  at_least("--snapshot", o.snapshot, 0);
  at_least("--head-iter", o.head_iter, 0);
  if (o.head_iter > 0 && o.phases != 2)
    cnnpool::raise("--head-iter: ", o.head_iter, ", which is for --phases 2, this is ", o.phases);
  at_least("--batch", o.batch, 2);
  at_least("--crop", o.crop, 1);
  at_least("--size", o.size, 0);
  at_least("--views", o.views, 0);
  at_least("--memory", o.memory, 1);
  at_least("--side", o.side, 1);
  at_least("--foreign-side", o.foreign_side, 0);
  at_least("--threads", o.threads, 0);
  constexpr int most = 8192;  // as cnnpool-dataset packs photos
  for (const auto& [option, pixels] : {std::pair("--size", o.size), {"--crop", o.crop}})
    if (pixels > most) cnnpool::raise(option, ": ", pixels, ", expected at most ", most);
  if (o.size > 0 && o.size < o.crop)
    cnnpool::raise("--size: ", o.size, " pixels are smaller than the --crop of ", o.crop);
  if (o.check) return;
  if (o.train.empty() || o.val.empty()) cnnpool::raise("--train and --val are needed, lists of lines \"path label\"");
  if (std::filesystem::path(o.out).extension() != ".npz")
    cnnpool::raise("--out: ", o.out, ", expected a name that ends in .npz");
  if (!std::filesystem::is_directory(out_folder(o)))
    cnnpool::raise("--out: ", o.out, ": ", out_folder(o).string(), " is no folder");
}

}  // namespace finetune
