// The layers of a network that one of them depends on, as OpenCV's dnn has read them, in the order in which they run,
// and where that order is cut: what lies before the cut stays as it is, what lies behind it learns.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <opencv2/dnn.hpp>

#include <cnnpool/core/error.hpp>

#include "../study/network.hpp"

namespace finetune {

struct graph_node {
  int id = 0;               ///< OpenCV's number of the layer
  std::string name, type;   ///< the name without OpenCV's prefix
  std::vector<int> inputs;  ///< places in the graph; the_input: what the network is given
  cv::Ptr<cv::dnn::Layer> layer;
};

inline constexpr int the_input = -1;

class graph {
 public:
  graph(const network& net, const std::string& last) {
    const cv::dnn::Net& n = net.net();
    std::map<int, std::vector<int>> inputs;  // by number: a network's file has every layer behind those that it reads
    std::vector<int> open{n.getLayerId(net.full_name(last))};
    while (!open.empty()) {
      const int id = open.back();
      open.pop_back();
      if (id == 0 || inputs.contains(id)) continue;
      for (const auto& input : n.getLayerInputs(id)) {
        const int from = input->name.empty() ? 0 : std::max(0, n.getLayerId(input->name));
        if (from >= id)
          cnnpool::raise("network: ", net.card().model, " reads layer ", input->name, " before it is made");
        inputs[id].push_back(from);
        open.push_back(from);
      }
      inputs[id];  // one that reads nothing, a constant
    }
    std::map<int, int> place{{0, the_input}};
    for (const auto& [id, from] : inputs) {
      const auto layer = n.getLayer(id);
      graph_node node{id, network_parameters::without_prefix(layer->name), layer->type, {}, layer};
      for (const int other : from) node.inputs.push_back(place.at(other));
      place[id] = static_cast<int>(nodes_.size());
      nodes_.push_back(std::move(node));
    }
  }

  const std::vector<graph_node>& nodes() const { return nodes_; }
  const graph_node& at(int place) const { return nodes_[static_cast<std::size_t>(place)]; }
  const std::string& last() const { return nodes_.back().name; }

  /// The place of --train-from; the first layer where that is empty.
  int place_of(const std::string& layer) const {
    if (layer.empty()) return 0;
    const std::string wanted = network_parameters::without_prefix(layer);
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (nodes_[i].name == wanted) return static_cast<int>(i);
    cnnpool::raise("--train-from: \"", layer, "\" is none of the ", nodes_.size(), " layers that ", last(),
                   " is made of; cnnpool-study --list-layers 512x384 shows them");
  }
  /// What the layers from `first` on read of those before: places, each once.
  std::vector<int> read_from_before(int first) const {
    std::set<int> out;
    for (std::size_t i = static_cast<std::size_t>(first); i < nodes_.size(); ++i)
      for (const int input : nodes_[i].inputs)
        if (input < first) out.insert(input);
    return {out.begin(), out.end()};
  }

 private:
  std::vector<graph_node> nodes_;
};

}  // namespace finetune
