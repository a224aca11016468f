// What the user asks the study for: its options, and the networks that they name.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "known_networks.hpp"
#include "network_options.hpp"

struct study_options {
  std::string photos, truth, train, models, out = "study", cache, pictures, list_layers, boxes,
      compare_sizes;
  std::vector<std::string> networks, layers, policies;
  std::vector<double> scales = {1};
  network_card own;
  std::vector<int> sides = {512};
  cnnpool::index_t dimensions = 128;
};

inline void add_options(CLI::App& app, study_options& o) {
  app.add_option("--photos", o.photos, "folder of photos (in it, or in its jpg/; matches: query/ and ref/)");
  app.add_option("--truth", o.truth,
                 "groups:FILE, matches:FILE, oxford:FOLDER, revisited:FILE (JSON or a list; of a published .pkl: "
                 "scripts/revisited_json), or none");
  app.add_option("--boxes", o.boxes, "lines \"photo x0 y0 x1 y1\": what counts of photos of the database");
  app.add_option("--train", o.train, "folder of photos that PCA is learned on; without it the database itself");
  CLI::Option* const model = add_network_options(app, o.own);
  app.add_option("--models", o.models, "folder of the known networks")->excludes(model);
  add_comma_list(app, "--network", o.networks, "known networks to run; all that are there")->excludes(model);
  add_comma_list(app, "--layers", o.layers, "layers to pool; NAME+relu rectifies while reading");
  add_comma_list(app, "--policies", o.policies,
                 "sum, max, gem, spoc, crow, rmac, rmac+max, which are the usual ones; average, rmac1, "
                 "rmac2, rmac4 (R-MAC of as many levels), rmac-whitened (its regions); all");
  add_comma_list(app, "--side", o.sides,
                 "pixels of the longer side, 0: as the photo is; several: 224,512,0, rows for each")
      ->capture_default_str();
  add_comma_list(app, "--scales", o.scales, "several sizes, their descriptors averaged: 1,0.7071,0.5")
      ->capture_default_str();
  app.add_option("--dimensions", o.dimensions, "of the reduced descriptor")->capture_default_str();
  app.add_option("--cache", o.cache, "folder of the activations; OUT/cache");
  app.add_option("--out", o.out, "folder of the tables")->capture_default_str();
  app.add_option("--pictures", o.pictures, "folder for pictures of the best row");
  app.add_option("--compare-sizes", o.compare_sizes,
                 "a photo: sum and average of it at the sizes of --side, their lengths and cosines, nothing else");
  app.add_option("--list-layers", o.list_layers, "WIDTHxHEIGHT: print the layers with their shapes, nothing else");
}

/// The networks to run: one of the user's, or known ones.
inline std::vector<known_network> networks_of(const study_options& o) {
  namespace fs = std::filesystem;
  if (!o.own.model.empty()) {
    known_network own{o.own, o.layers};
    if (own.card.name.empty()) own.card.name = fs::path(o.own.model).stem().string();
    if (own.layers.empty() && o.list_layers.empty())
      cnnpool::raise("--layers: no layer of ", o.own.model, " is named; --list-layers 512x384 shows them");
    return {own};
  }
  if (o.models.empty()) cnnpool::raise("no network: give --model FILE, or --models FOLDER with --network NAME");
  check(o.own);
  std::vector<known_network> out;
  std::string names;
  for (auto& known : known_networks(o.models)) {
    names += (names.empty() ? "" : ", ") + known.card.name;
    if (!o.networks.empty() && std::ranges::find(o.networks, known.card.name) == o.networks.end()) continue;
    if (!o.layers.empty()) known.layers = o.layers;
    known.card.resize = o.own.resize;
    known.card.parameters = o.own.parameters;
    known.card.mean_image = o.own.mean_image;
    known.card.multiple = std::max(known.card.multiple, o.own.multiple);
    if (o.networks.empty() && !fs::exists(known.card.model)) {
      std::printf("skipped: %s: %s is not there\n", known.card.name.c_str(), known.card.model.c_str());
      continue;
    }
    out.push_back(known);
  }
  for (const std::string& name : o.networks)
    if (std::ranges::none_of(out, [&](const auto& n) { return n.card.name == name; }))
      cnnpool::raise("--network: \"", name, "\" is not known, expected some of ", names, "; or give --model FILE");
  if (out.empty()) cnnpool::raise("--models: ", o.models, " holds none of ", names);
  return out;
}

inline void print_layers(network& net, const std::string& size) {
  int width = 0, height = 0, read = 0;
  if (std::sscanf(size.c_str(), "%dx%d%n", &width, &height, &read) != 2 ||
      static_cast<std::size_t>(read) != size.size() || width < 1 || height < 1 || width > 8192 || height > 8192)
    cnnpool::raise("--list-layers: \"", size, "\", expected WIDTHxHEIGHT, each from 1 to 8192");
  const std::vector<layer_info> layers = net.layers({width, height});
  std::printf("%s, %d x %d (width x height):\n", net.card().name.c_str(), width, height);
  for (const layer_info& layer : layers) {
    std::string shape;
    for (const int extent : layer.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(extent);
    std::printf("  %-36s %-16s %s\n", layer.name.c_str(), layer.type.c_str(), shape.c_str());
  }
}
