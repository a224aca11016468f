// How the rate goes on, by Caffe's names:
//
//   fixed       base
//   step        base gamma^floor(iteration / stepsize)
//   exp         base gamma^iteration
//   inv         base (1 + gamma iteration)^-power
//   multistep   base gamma^(how many of --stepvalue the iteration has reached)
//   poly        base (1 - iteration / max_iter)^power
//   sigmoid     base / (1 + exp(-gamma (iteration - stepsize)))        falls where gamma is below 0
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <cnnpool/core/error.hpp>

#include "../option_values.hpp"

namespace finetune {

struct lr_policy {
  std::string name = "step";
  double base = 0.001, gamma = 0.1, power = 1;
  int stepsize = 20000;
  std::vector<int> stepvalues;

  /// iteration: how many were made before. max_iter: how many there will be.
  double rate(std::size_t iteration, int max_iter) const {
    const auto i = static_cast<double>(iteration);
    if (name == "step") return base * std::pow(gamma, std::floor(i / stepsize));
    if (name == "exp") return base * std::pow(gamma, i);
    if (name == "inv") return base * std::pow(1 + gamma * i, -power);
    if (name == "multistep")
      return base * std::pow(gamma, std::ranges::count_if(stepvalues, [&](int value) { return i >= value; }));
    if (name == "poly") return base * std::pow(1 - i / max_iter, power);
    if (name == "sigmoid") return base / (1 + std::exp(-gamma * (i - stepsize)));
    return base;
  }
};

inline void add_lr_policy(CLI::App& app, lr_policy& p) {
  app.add_option("--base-lr", p.base, "rate")->capture_default_str();
  app.add_option("--lr-policy", p.name, "fixed, step, exp, inv, multistep, poly or sigmoid, as in Caffe")
      ->capture_default_str();
  app.add_option("--gamma", p.gamma, "step, multistep: the rate is multiplied with it; exp, inv, sigmoid: their gamma")
      ->capture_default_str();
  app.add_option("--power", p.power, "inv and poly: their power")->capture_default_str();
  app.add_option("--stepsize", p.stepsize, "step: every so many iterations; sigmoid: its middle")
      ->capture_default_str();
  add_comma_list(app, "--stepvalue", p.stepvalues, "multistep: iterations, in ascending order: 100,200",
                 {.repeats = true});  // check() says what is not ascending
}

inline void check(const lr_policy& p) {
  constexpr const char* names[] = {"fixed", "step", "exp", "inv", "multistep", "poly", "sigmoid"};
  if (std::ranges::find(names, p.name) == std::end(names))
    cnnpool::raise("--lr-policy: \"", p.name, "\", expected fixed, step, exp, inv, multistep, poly or sigmoid");
  if (!(p.base > 0) || !std::isfinite(p.base))
    cnnpool::raise("--base-lr: ", p.base, ", expected a finite number of more than 0");
  if (p.name != "sigmoid" && !(p.gamma >= 0)) cnnpool::raise("--gamma: ", p.gamma, ", expected at least 0");
  if (!std::isfinite(p.gamma)) cnnpool::raise("--gamma: ", p.gamma, ", expected a number");
  if (!(p.power >= 0) || !std::isfinite(p.power))
    cnnpool::raise("--power: ", p.power, ", expected a finite number of at least 0");
  if (p.stepsize < 1) cnnpool::raise("--stepsize: ", p.stepsize, ", expected at least 1");
  if (p.name == "multistep" && p.stepvalues.empty())
    cnnpool::raise("--stepvalue: no iteration is given, --lr-policy multistep needs some");
  for (std::size_t k = 0; k < p.stepvalues.size(); ++k)
    if (p.stepvalues[k] < 1 || (k > 0 && p.stepvalues[k] <= p.stepvalues[k - 1]))
      cnnpool::raise("--stepvalue: ", p.stepvalues[k], " is number ", k + 1, ", expected ascending iterations of 1 on");
}

/// Numbers of another rate than this one.
inline void refuse_unread(const CLI::App& app, const lr_policy& p) {
  const auto is = [&](std::initializer_list<const char*> names) {
    return std::ranges::find(names, p.name) != names.end();
  };
  ::refuse_unread(app, is({"multistep"}), {"--stepvalue"}, "--lr-policy multistep", p.name);
  ::refuse_unread(app, is({"step", "sigmoid"}), {"--stepsize"}, "--lr-policy step and sigmoid", p.name);
  ::refuse_unread(app, is({"inv", "poly"}), {"--power"}, "--lr-policy inv and poly", p.name);
  ::refuse_unread(app, !is({"fixed", "poly"}), {"--gamma"}, "--lr-policy step, exp, inv, multistep and sigmoid",
                  p.name);
}

}  // namespace finetune
