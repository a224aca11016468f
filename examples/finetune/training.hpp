// A run: what it is made of, its iterations, and what it keeps. The best state by the validation photos goes to OUT as
// soon as it is there, the solver's state to OUT.snapshot.npz; whatever stops the run, both are whole.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "batches.hpp"
#include "check.hpp"
#include "log.hpp"
#include "measured_set.hpp"
#include "shared_photos.hpp"
#include "snapshot.hpp"

namespace finetune {

class training {
 public:
  training(const options& o, at::Device device)
      : o_(o),
        device_(device),
        net_(o.network),
        graph_(net_, o.layer),
        part_(graph_, graph_.place_of(o.train_from)),
        train_(read_photo_list(o.train, "--train")),
        val_(read_photo_list(o.val, "--val")),
        batches_(o, train_, class_names(o.train)),
        photos_(o, net_, train_),
        frozen_(o, net_, photos_, train_.size(), part_.reads()) {
    if (const std::string warning = shared_photos(train_, val_); !warning.empty())
      std::fprintf(stderr, "cnnpool-finetune: %s\n", warning.c_str());
    // Before the sets: what cannot learn is said before minutes of frozen layers.
    const at::Tensor features = compare_with_opencv();
    val_set_.emplace("--val", net_, task_of(val_), o.side, cache_folder(), frozen_, part_.reads());
    if (!o.foreign.empty()) {
      const std::string truth = o.foreign_truth.empty() ? "groups:" + o.foreign + "/groups.txt" : o.foreign_truth;
      foreign_set_.emplace("--foreign", net_, read_task(o.foreign, truth), o.foreign_side > 0 ? o.foreign_side : o.side,
                           cache_folder(), frozen_, part_.reads());
    }
    head_ = head_of(o, features, static_cast<std::int64_t>(batches_.classes()));
    part_.to(at::kFloat, device);
    head_->to(at::kFloat, device);
    solver_.emplace(o, part_, *head_);
    if (!o.resume.empty()) {
      state_ = read_snapshot(o.resume, made_of(), *solver_);
      if (state_.best_iteration > 0 && !std::filesystem::exists(o.out))
        cnnpool::raise("--resume: ", o.resume, " goes on from a best state of iteration ",
                       static_cast<std::size_t>(state_.best_iteration), ", and --out ", o.out,
                       ", which would hold it, is not there; give the --out of that run");
    }
    log_.emplace(beside_out(o, ".csv"), o.resume.empty() ? -1 : static_cast<long>(state_.iteration));
  }

  void run() {
    say_what_learns();
    training_log::print_head();
    start_ = std::chrono::steady_clock::now() - std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                    std::chrono::duration<double>(state_.seconds));
    const auto last = static_cast<std::size_t>(o_.max_iter);
    const std::size_t interval =
        o_.test_interval > 0 ? static_cast<std::size_t>(o_.test_interval) : batches_.iterations_of_an_epoch();
    auto at = static_cast<std::size_t>(state_.iteration);
    try {
      if (at == 0) test(0);
      if (at > last) cnnpool::raise("--max-iter: ", last, ", the snapshot is of iteration ", at);
      study_progress shown("iterations");
      while (at < last) {
        iterate(at++);
        shown.at(at, last, "loss " + std::to_string(state_.loss_sum / state_.losses));
        if (at % interval == 0 || at == last) test(at);
        if (at == last || (o_.snapshot > 0 && at % static_cast<std::size_t>(o_.snapshot) == 0)) snapshot(at);
      }
    } catch (const cnnpool::error& e) {
      cnnpool::raise(e.what(), "; ", what_is_kept());
    } catch (const c10::Error& e) {
      cnnpool::raise("libtorch: ", e.what_without_backtrace(), "; ", what_is_kept());
    }
    std::printf("%s; before: mAP %.2f\n", what_is_kept().c_str(), state_.first_map);
    if (state_.best_map <= state_.first_map)
      std::fprintf(stderr, "warning: no state is better than before (mAP %.2f, before %.2f)\n", state_.best_map,
                   state_.first_map);
  }

 private:
  std::filesystem::path cache_folder() const {
    return o_.cache.empty() ? out_folder(o_) / "cache" : std::filesystem::path(o_.cache);
  }
  /// What a snapshot has to agree on.
  std::string made_of() const {
    fingerprint list;
    for (const labelled_photo& photo : train_) list.add(photo.name + " " + std::to_string(photo.label));
    return "network " + net_.identity() + ", layer " + graph_.last() + ", learning from " +
           graph_.at(part_.first()).name + ", loss " + o_.loss + ", " + std::to_string(batches_.classes()) +
           " classes, photos " + list.text() + ", seed " + std::to_string(o_.seed);
  }
  std::string what_is_kept() const {
    char map[40];
    std::snprintf(map, sizeof map, "%.2f", state_.best_map);
    if (state_.best_iteration == 0) return o_.out + " is not written yet";
    return o_.out + " holds the best state, iteration " +
           std::to_string(static_cast<std::size_t>(state_.best_iteration)) + ", mAP " + map;
  }
  void say_what_learns() const {
    std::size_t count = 0;
    for (const parameter& p : part_.learned()) count += static_cast<std::size_t>(p.value.numel());
    std::printf("%zu photos of %zu classes, %zu to validate; %zu of %zu layers learn, from %s on: %zu numbers\n",
                train_.size(), batches_.classes(), val_.size(), part_.layers(), graph_.nodes().size(),
                graph_.at(part_.first()).name.c_str(), count);
  }

  /// The layer's result for a first view; every layer that learns gives what OpenCV's gives.
  at::Tensor compare_with_opencv() {
    random_source random = random_for(o_.seed, purpose::check, {});
    const cv::Mat input = cv::dnn::blobFromImage(photos_.view(0, random));
    for (const compared_layer& layer : compare_layers(net_, graph_, part_.first(), input)) {
      if (!layer.problem.empty()) cnnpool::raise(layer.problem);
      if (!(layer.difference <= most_difference))
        cnnpool::raise("layer ", layer.node->name, ", a ", layer.node->type, ", gives other numbers than OpenCV's (",
                       layer.difference, " of the largest one); give --train-from a layer behind it");
    }
    const c10::NoGradGuard none;
    const tensors read = frozen_.of_input(input);
    const double difference = compare_with_other_numbers(o_.network, graph_, part_, read, input);
    if (!(difference <= 10 * most_difference))
      cnnpool::raise("OpenCV does not use other numbers of the layers from ", graph_.at(part_.first()).name,
                     " on (a difference of ", difference, "); give --train-from a later layer");
    return part_.forward(read);
  }

  /// iteration: from 0 on, the number of those before it.
  void iterate(std::size_t iteration) {
    const auto first_phase = static_cast<std::size_t>(o_.head_iter > 0 ? o_.head_iter : o_.max_iter / 2);
    const bool head_alone = o_.phases == 2 && iteration < first_phase;
    const std::vector<std::size_t> chosen = batches_.photos_of(iteration);
    std::vector<std::int64_t> classes;
    for (const std::size_t photo : chosen) classes.push_back(batches_.class_of(train_[photo].label));
    tensors read = frozen_.activations(chosen, iteration);
    for (at::Tensor& t : read) t = t.to(device_);
    at::Generator dropped =
        at::detail::createCPUGenerator(random_for(o_.seed, purpose::dropout, {iteration}).bits());
    part_.learn(!head_alone);
    const at::Tensor loss =
        head_->loss(part_.forward(read, &dropped), at::tensor(classes, at::kLong).to(device_), &dropped);
    const double value = loss.item<double>();
    if (!std::isfinite(value))
      cnnpool::raise("the loss is ", value, " in iteration ", iteration + 1, ", at a rate of ", rate_at(o_, iteration),
                     "; a lower --base-lr may help");
    loss.backward();
    solver_->step(rate_at(o_, iteration), head_alone);
    state_.loss_sum += value;
    ++state_.losses;
  }

  void test(std::size_t iteration) {
    const auto val = val_set_->measure(part_, *head_, device_);
    if (val.dead.all_dead())
      cnnpool::raise(iteration == 0 ? "the network is dead" : "the network has collapsed", " in iteration ", iteration,
                     ": of the validation photos ", val.dead.text(),
                     iteration == 0 ? "" : "; a lower --base-lr may help");
    log_row row;
    row.iteration = iteration;
    row.epoch = batches_.epoch(iteration);
    if (state_.losses > 0) row.loss = state_.loss_sum / state_.losses;
    if (!val.classes.empty()) row.accuracy = accuracy(val.classes);
    row.val_map = val.map;
    if (foreign_set_) row.foreign_map = foreign_set_->measure(part_, *head_, device_).map;
    row.exponent = head_->exponent();
    row.rate = rate_at(o_, iteration);
    row.seconds = seconds();
    if (!std::isfinite(val.map) || (row.exponent && !std::isfinite(*row.exponent)))
      cnnpool::raise("a descriptor is no number in iteration ", iteration, "; a lower --base-lr may help");
    state_.loss_sum = state_.losses = 0;
    if (iteration == 0) state_.first_map = val.map;
    if (iteration > 0 && val.map > state_.best_map) {
      write_learned(o_.out, part_);
      state_.best_map = val.map;
      state_.best_iteration = static_cast<double>(iteration);
    }
    log_->add(row);
  }
  double accuracy(const std::vector<std::int64_t>& classes) const {
    double right = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) right += classes[i] == batches_.class_of(val_[i].label) ? 1 : 0;
    return 100 * right / static_cast<double>(classes.size());
  }

  void snapshot(std::size_t iteration) {
    state_.iteration = static_cast<double>(iteration);
    state_.seconds = seconds();
    write_snapshot(beside_out(o_, ".snapshot.npz"), made_of(), *solver_, state_);
  }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  const options& o_;
  at::Device device_;
  network net_;
  graph graph_;
  learning_part part_;
  std::vector<labelled_photo> train_, val_;
  batches batches_;
  training_photos photos_;
  frozen_part frozen_;
  std::optional<measured_set> val_set_, foreign_set_;
  std::unique_ptr<head> head_;
  std::optional<solver> solver_;
  std::optional<training_log> log_;
  progress state_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace finetune
