// Whether libtorch computes what OpenCV computes, layer by layer, and whether the gradients are those of differences.
// A run begins with the first: a layer that OpenCV's public classes describe wrongly learns nothing.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "heads.hpp"
#include "learning_part.hpp"

namespace finetune {

inline constexpr double most_difference = 1e-5;  ///< of the largest value

/// The largest difference as a share of the largest value.
inline double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.numel() != b.numel()) return INFINITY;
  const double most = b.abs().max().item<double>();
  const double difference = (a.reshape(-1) - b.reshape(-1)).abs().max().item<double>();
  return most > 0 ? difference / most : difference;
}

struct compared_layer {
  const graph_node* node;
  double difference = 0;
  std::string problem;  ///< why it cannot be compared: a type that cannot learn
};

/// Every layer from the place `first` on, given what OpenCV's layers before it gave. input: 1 x 3 x h x w.
inline std::vector<compared_layer> compare_layers(network& net, const graph& g, int first, const cv::Mat& input) {
  const c10::NoGradGuard none;
  std::vector<std::string> names;
  std::vector<std::size_t> at_name(g.nodes().size());
  for (std::size_t i = 0; i < g.nodes().size(); ++i)
    if (g.nodes()[i].type != "Const") {
      at_name[i] = names.size();
      names.push_back(g.nodes()[i].name);
    }
  const std::vector<cv::Mat> results = net.forward(input, names);
  std::vector<compared_layer> out;
  for (std::size_t i = static_cast<std::size_t>(first); i < g.nodes().size(); ++i) {
    const graph_node& node = g.nodes()[i];
    compared_layer layer{&node, 0, {}};
    try {
      numbers own;
      const operation compute = operation_of(node, own);
      tensors read;
      for (const int place : node.inputs) {
        if (place != the_input && g.at(place).type == "Const")
          cnnpool::raise("layer ", node.name, " reads a constant, which is not supported");
        read.push_back(tensor_of(place == the_input ? input : results[at_name[static_cast<std::size_t>(place)]]));
      }
      layer.difference = relative_difference(compute(read, pass{own}), tensor_of(results[at_name[i]]));
    } catch (const cnnpool::error& e) {
      layer.problem = e.what();
    }
    out.push_back(layer);
  }
  return out;
}

/// What comes back to OpenCV is used there: other numbers, set as set_parameters sets them, give the layer's result
/// that the learning part gives with them. The part is as it was afterwards.
inline double compare_with_other_numbers(const network_card& card, const graph& g, learning_part& part,
                                         const tensors& read, const cv::Mat& input) {
  const c10::NoGradGuard none;
  network other(card);
  cv::dnn::Net net = other.net();  // shares its layers
  std::vector<at::Tensor> before;
  double factor = 1.01;
  for (parameter& p : part.learned()) {
    before.push_back(p.value.clone());
    p.value.mul_(factor);
    factor = factor > 1 ? 0.99 : 1.01;
    const at::Tensor values = p.value.contiguous();
    network_parameters::set(net, p.id, p.blob, values.data_ptr<float>());
  }
  const at::Tensor theirs = tensor_of(other.forward(input, {g.last()})[0]), ours = part.forward(read);
  for (std::size_t i = 0; i < before.size(); ++i) part.learned()[i].value.copy_(before[i]);
  return relative_difference(ours, theirs);
}

struct gradient_check {
  std::string name;
  double gradient = 0, difference = 0;

  double error() const {
    constexpr double rounding = 1e-4;  // of smaller gradients the difference's rounding shows
    return std::abs(gradient - difference) / std::max({std::abs(gradient), std::abs(difference), rounding});
  }
};

/// In double: the number of largest gradient of every blob (of some, where there are many), by central differences of
/// the loss. Afterwards the part and the head are in double.
inline std::vector<gradient_check> check_gradients(learning_part& part, head& h, tensors read,
                                                   const at::Tensor& classes, std::uint64_t seed) {
  part.to(at::kDouble, at::kCPU);
  h.to(at::kDouble, at::kCPU);
  part.learn(true);
  for (at::Tensor& t : read) t = t.to(at::kDouble);
  const auto loss = [&] {
    at::Generator dropped = at::detail::createCPUGenerator(seed);  // the same for every pass
    return h.loss(part.forward(read, &dropped), classes, &dropped);
  };
  loss().backward();
  std::vector<std::pair<std::string, at::Tensor>> blobs;
  random_source random = random_for(seed, purpose::check, {});
  std::vector<parameter> some = part.learned();
  random.shuffle(some);
  for (const parameter& p : some)
    if (blobs.size() < 16) blobs.emplace_back(p.name(), p.value);
  for (const head_parameter& p : h.learned()) blobs.emplace_back(p.name, p.value);
  std::vector<gradient_check> out;
  const c10::NoGradGuard none;
  for (auto& [name, blob] : blobs) {
    if (!blob.grad().defined()) continue;  // the exponent, where there is nothing to pool
    const at::Tensor gradient = blob.grad().reshape(-1);
    at::Tensor values = blob.detach().view(-1);
    const std::int64_t at = gradient.abs().argmax().item<std::int64_t>();  // most gradients are 0, which says little
    const double here = values[at].item<double>();
    gradient_check found{name, gradient[at].item<double>(), 0};
    // Rectifiers and maxima have kinks and GeM bends at 1e-6, which wants small steps; rounding wants large ones.
    for (const double share : {1e-6, 1e-7, 1e-8, 1e-9}) {
      const double step = share * std::max(0.1, std::abs(here));
      values[at] = here + step;
      const double more = loss().item<double>();
      values[at] = here - step;
      const double less = loss().item<double>();
      const gradient_check tried{name, found.gradient, (more - less) / (2 * step)};
      if (share == 1e-6 || tried.error() < found.error()) found = tried;
      if (found.error() < 1e-6) break;
    }
    values[at] = here;
    out.push_back(found);
  }
  return out;
}

}  // namespace finetune
