// What stands behind the layer while it learns, and is left out afterwards: the loss, and the numbers of its own.
//
//   classification   dropout, the mean of the positions, and a new last layer, as the study has it
//   triplet          GeM with an exponent that is learned, L2, and of every view the farthest of its class against the
//                    nearest of another (batch-hard), with a margin
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cnnpool/core/error.hpp>

#include "operations.hpp"
#include "options.hpp"

namespace finetune {

/// Numbers of the head, with the rate and the decay that Caffe calls lr_mult and decay_mult.
struct head_parameter {
  std::string name;
  at::Tensor value;
  double rate = 1, decay = 1;
};

class head {
 public:
  virtual ~head() = default;
  std::vector<head_parameter>& learned() { return learned_; }

  /// features: n x c x h x w or n x c. classes: n numbers.
  virtual at::Tensor loss(const at::Tensor& features, const at::Tensor& classes,
                          const at::Generator* generator) const = 0;
  /// The likeliest class of every row; none where nothing is classified.
  virtual std::optional<at::Tensor> classes_of(const at::Tensor&) const { return std::nullopt; }
  virtual std::optional<double> exponent() const { return std::nullopt; }

  void to(at::ScalarType type, at::Device device) {
    for (head_parameter& p : learned_) p.value = p.value.detach().to(device, type).set_requires_grad(true);
  }

 protected:
  static bool is_map(const at::Tensor& x) { return x.dim() == 4 && x.size(2) * x.size(3) > 1; }

  std::vector<head_parameter> learned_;
};

class classification_head : public head {
 public:
  /// features: those of a view, before anything is learned.
  classification_head(const at::Tensor& features, std::int64_t classes, std::uint64_t seed) {
    const at::Tensor x = averaged(features).detach();
    const double norm = x.norm().item<double>();
    factor_ = norm > 0 ? usual_norm / norm : 1;
    at::Generator generator = at::detail::createCPUGenerator(random_for(seed, purpose::new_layer, {}).bits());
    // The rates of a layer whose numbers are new: ten and twenty times that of the others.
    learned_ = {{"weights", at::empty({classes, x.size(1)}).normal_(0, 0.01, generator), 10, 1},
                {"biases", at::zeros({classes}), 20, 0}};
  }
  at::Tensor loss(const at::Tensor& features, const at::Tensor& classes,
                  const at::Generator* generator) const override {
    const numbers none;
    return at::cross_entropy_loss(scores(dropout(features, pass{none, generator})), classes);
  }
  std::optional<at::Tensor> classes_of(const at::Tensor& features) const override { return scores(features).argmax(1); }

 private:
  static at::Tensor averaged(const at::Tensor& x) { return is_map(x) ? x.mean({2, 3}) : x.flatten(1); }
  at::Tensor scores(const at::Tensor& x) const {
    return at::linear(averaged(x) * factor_, learned_[0].value, learned_[1].value);
  }

  /// A step moves a score by the rate times the square of the activations' norm. Where that is 75, as on SqueezeNet's
  /// fire9/concat, the first steps of a layer that learns ten times as fast are wild, and what they do to the layers in
  /// front of it costs 6 points of mAP.
  static constexpr double usual_norm = 10;
  double factor_ = 1;
};

class triplet_head : public head {
 public:
  triplet_head(double margin, double exponent, double rate) : margin_(margin) {
    learned_ = {{"p", at::full({1}, exponent), rate, 0}};
  }
  at::Tensor loss(const at::Tensor& features, const at::Tensor& classes, const at::Generator*) const override {
    const at::Tensor d = described(features);
    // Squared distances of unit vectors; the root has no gradient at 0, where a photo meets itself.
    const at::Tensor distance = (2 - 2 * d.matmul(d.t())).clamp_min(0);
    const at::Tensor same = classes.unsqueeze(0).eq(classes.unsqueeze(1)).to(distance.scalar_type());
    const at::Tensor farthest = (distance * same).amax(1), nearest = (distance + 8 * same).amin(1);
    return at::relu(farthest - nearest + margin_).mean();
  }
  std::optional<double> exponent() const override { return learned_[0].value.item<double>(); }

 private:
  at::Tensor described(const at::Tensor& x) const {
    const at::Tensor& p = learned_[0].value;
    const at::Tensor d = is_map(x) ? x.clamp_min(1e-6).pow(p).mean({2, 3}).pow(1 / p) : x.flatten(1);
    return d / d.norm(2, {1}, true).clamp_min(1e-12);
  }
  double margin_;
};

/// features: the layer's result for one view.
inline std::unique_ptr<head> head_of(const options& o, const at::Tensor& features, std::int64_t classes) {
  if (o.loss == "classification") return std::make_unique<classification_head>(features, classes, o.seed);
  return std::make_unique<triplet_head>(o.margin, o.power, o.power_rate);
}

}  // namespace finetune
