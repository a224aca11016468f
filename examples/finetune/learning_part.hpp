// The layers of a network from one of them on, in libtorch.
#pragma once

#include <string>
#include <vector>

#include "operations.hpp"

namespace finetune {

class learning_part {
 public:
  /// first: the place of the first layer that learns.
  learning_part(const graph& g, int first) : graph_(g), first_(first), reads_(g.read_from_before(first)) {
    std::size_t unknown = 0;
    std::string problem;
    for (std::size_t i = static_cast<std::size_t>(first); i < g.nodes().size(); ++i) {
      try {
        operations_.push_back(operation_of(g.nodes()[i], numbers_));
      } catch (const cnnpool::error& e) {
        unknown = i;
        problem = e.what();
      }
    }
    if (!problem.empty() && unknown + 1 == g.nodes().size()) cnnpool::raise(problem, "; expected another --layer");
    if (!problem.empty())
      cnnpool::raise(problem, "; give --train-from ", g.nodes()[unknown + 1].name, " or a layer behind it");
    if (numbers_.learned.empty())
      cnnpool::raise("--train-from: the ", operations_.size(), " layers from ", g.at(first).name, " to ", g.last(),
                     " have no numbers to learn");
  }

  std::vector<parameter>& learned() { return numbers_.learned; }
  const std::vector<parameter>& learned() const { return numbers_.learned; }
  std::size_t layers() const { return operations_.size(); }
  int first() const { return first_; }

  /// The layers whose results it reads, by their names in OpenCV's network; "" is the network's input.
  std::vector<std::string> reads() const {
    std::vector<std::string> out;
    for (const int place : reads_) out.push_back(place == the_input ? "" : graph_.at(place).name);
    return out;
  }

  void to(at::ScalarType type, at::Device device) {
    for (parameter& p : numbers_.learned) p.value = p.value.detach().to(device, type);
    for (at::Tensor& fixed : numbers_.fixed) fixed = fixed.to(device, type);
  }
  void learn(bool on) {
    for (parameter& p : numbers_.learned) p.value.set_requires_grad(on);
  }

  /// read: the results that it reads, in their order. generator: dropout is drawn with it.
  at::Tensor forward(const tensors& read, const at::Generator* generator = nullptr) const {
    const pass p{numbers_, generator};
    tensors results(operations_.size());
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      tensors inputs;
      for (const int place : graph_.at(first_ + static_cast<int>(i)).inputs)
        inputs.push_back(place >= first_ ? results[static_cast<std::size_t>(place - first_)]
                                         : read[place_in_read(place)]);
      results[i] = operations_[i](inputs, p);
    }
    return results.back();
  }

 private:
  std::size_t place_in_read(int place) const {
    return static_cast<std::size_t>(std::ranges::find(reads_, place) - reads_.begin());
  }

  const graph& graph_;
  int first_;
  std::vector<int> reads_;
  numbers numbers_;
  std::vector<operation> operations_;
};

}  // namespace finetune
