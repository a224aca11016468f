// The options that name a network and say how it wants its photos; every program that runs one has them.
#pragma once

#include <CLI/CLI.hpp>

#include "network.hpp"

inline void add_network_options(CLI::App& app, network_card& card) {
  app.add_option("--model", card.model, "your own network: .onnx, .prototxt or .cfg");
  app.add_option("--weights", card.weights, "its .caffemodel or .weights");
  app.add_option("--name", card.name, "its name in the table");
  app.add_flag("--rgb", card.rgb, "it wants RGB; else BGR");
  app.add_option("--mean", card.mean, "subtracted per channel, pixels 0 to 255")->delimiter(',')->expected(3);
  app.add_option("--deviation", card.deviation, "divided by per channel")->delimiter(',')->expected(3);
  app.add_option("--input-scale", card.scale, "multiplied with after that")->capture_default_str();
  app.add_option("--multiple", card.multiple, "heights and widths are rounded to multiples of this")
      ->capture_default_str();
  app.add_option("--resize", card.resize, "auto, area, linear, cubic or lanczos")->capture_default_str();
  app.add_option("--parameters", card.parameters, ".npz of numbers that replace the network's (cnnpool-finetune)");
  app.add_option("--mean-image", card.mean_image, ".npy of the mean per pixel or channel, in place of --mean");
}
