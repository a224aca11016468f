// Caffe's stochastic gradient descent: v = momentum v + rate (gradient + decay w), w = w - v.
#pragma once

#include <string>
#include <vector>

#include "heads.hpp"
#include "learning_part.hpp"
#include "options.hpp"

namespace finetune {

inline double rate_at(const options& o, std::size_t iteration) { return o.lr.rate(iteration, o.max_iter); }

class solver {
 public:
  struct solved {
    std::string name;  ///< for snapshots
    at::Tensor value, velocity;
    double rate, decay;
    bool of_head;
  };

  solver(const options& o, learning_part& part, head& h) : momentum_(o.momentum), decay_(o.weight_decay) {
    for (parameter& p : part.learned()) all_.push_back({p.name(), p.value, at::zeros_like(p.value), 1, 1, false});
    for (head_parameter& p : h.learned())
      all_.push_back({p.name, p.value, at::zeros_like(p.value), p.rate, p.decay, true});
  }
  std::vector<solved>& all() { return all_; }
  const std::vector<solved>& all() const { return all_; }

  /// Uses up the gradients. head_alone: the others stay as they are.
  void step(double rate, bool head_alone) {
    const c10::NoGradGuard none;
    for (solved& s : all_) {
      at::Tensor& gradient = s.value.mutable_grad();
      if (gradient.defined() && !(head_alone && !s.of_head)) {
        s.velocity.mul_(momentum_).add_(gradient + s.value * (decay_ * s.decay), rate * s.rate);
        s.value.sub_(s.velocity);
      }
      gradient = at::Tensor();
    }
  }

 private:
  double momentum_, decay_;
  std::vector<solved> all_;
};

}  // namespace finetune
