// The options that name a network and say how it wants its photos; every program that runs one has them.
#pragma once

#include <CLI/CLI.hpp>

#include "../option_values.hpp"
#include "network.hpp"

/// The three usual ways, by the names of who made them usual.
inline void preprocess_as(const std::string& word, network_card& card) {
  if (word == "torchvision") {
    card.rgb = true;
    card.mean = {123.675, 116.28, 103.53};
    card.deviation = {58.395, 57.12, 57.375};
  } else if (word == "caffe") {
    card.mean = {103.939, 116.779, 123.68};
  } else if (word == "minus-one-one") {
    card.rgb = true;
    card.mean = card.deviation = {127.5, 127.5, 127.5};
  } else {
    cnnpool::raise("--preprocess: \"", word,
                   "\", expected torchvision (RGB, ImageNet's mean and deviation), caffe (BGR, "
                   "ImageNet's mean) or minus-one-one (RGB, from -1 to 1)");
  }
}

/// The option --model: what says how it wants its photos needs it.
inline CLI::Option* add_network_options(CLI::App& app, network_card& card) {
  CLI::Option* const model = app.add_option("--model", card.model, "your own network: .onnx, .prototxt or .cfg");
  app.add_option("--weights", card.weights, "its .caffemodel or .weights")->needs(model);
  app.add_option("--name", card.name, "its name in the table, and of its folder in the cache")
      ->needs(model)
      ->check([](const std::string& name) {
        return name.find_first_of("/\r\n") != std::string::npos ? "expected a name without / and line breaks"
                                                                 : std::string();
      });
  CLI::Option* const mean =
      add_comma_list(app, "--mean", card.mean, "subtracted per channel, in the network's order, pixels 0 to 255",
                     {.count = 3, .repeats = true});
  CLI::Option* const values[] = {
      app.add_flag("--rgb", card.rgb, "it wants RGB; else BGR"), mean,
      add_comma_list(app, "--deviation", card.deviation, "divided by per channel", {.count = 3, .repeats = true}),
      app.add_option("--input-scale", card.scale, "multiplied with after that")->capture_default_str()};
  CLI::Option* const word = app.add_option_function<std::string>(
      "--preprocess", [&card](const std::string& name) { preprocess_as(name, card); },
      "torchvision, caffe or minus-one-one: the four options before it in one word");
  word->needs(model);
  for (CLI::Option* const value : values) value->needs(model)->excludes(word);
  app.add_option("--multiple", card.multiple, "heights and widths are rounded to multiples of this")
      ->capture_default_str();
  app.add_option("--resize", card.resize, "auto, area, linear, cubic or lanczos")->capture_default_str();
  app.add_option("--parameters", card.parameters, ".npz of numbers that replace the network's (cnnpool-finetune)");
  app.add_option("--mean-image", card.mean_image,
                 ".npy of the mean per pixel or channel, or Caffe's .binaryproto, in place of --mean")
      ->excludes(mean);
  return model;
}
