// Which photos an iteration sees. Classification: the list in a new order every epoch, as Caffe shuffles it. Triplet: a
// few classes with several photos of each, so that every photo has others of its class and of other classes.
#pragma once

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "options.hpp"
#include "photo_list.hpp"
#include "random.hpp"

namespace finetune {

class batches {
 public:
  batches(const options& o, const std::vector<labelled_photo>& photos, const class_names& names)
      : count_(photos.size()), batch_(static_cast<std::size_t>(o.batch)), seed_(o.seed), triplet_(o.loss == "triplet") {
    for (const auto& [label, of_label] : photos_by_label(photos)) {
      labels_.push_back(label);
      classes_.push_back(of_label);
    }
    if (classes_.size() < 2)
      cnnpool::raise("--train: ", count_, " photos of 1 class, expected photos of at least 2 classes");
    if (!triplet_) return;
    for (std::size_t k = 0; k < classes_.size(); ++k)
      if (classes_[k].size() < 2)
        cnnpool::raise("--train: class ", names.of(labels_[k]),
                       " has 1 photo, --loss triplet needs at least 2 of each");
    if (batch_ < 4) cnnpool::raise("--batch: ", batch_, ", --loss triplet needs at least 4: 2 photos of 2 classes");
  }

  std::size_t classes() const { return classes_.size(); }
  std::size_t iterations_of_an_epoch() const { return (count_ + batch_ - 1) / batch_; }
  double epoch(std::size_t iteration) const {
    return static_cast<double>(iteration * batch_) / static_cast<double>(count_);
  }
  /// The label's number among those of the list, from 0 on; -1 where the list has none such.
  int class_of(int label) const {
    const auto at = std::ranges::find(labels_, label);
    return at == labels_.end() ? -1 : static_cast<int>(at - labels_.begin());
  }

  /// iteration: from 0 on.
  std::vector<std::size_t> photos_of(std::size_t iteration) const {
    return triplet_ ? some_of_each(iteration) : next_ones(iteration);
  }

 private:
  std::vector<std::size_t> next_ones(std::size_t iteration) const {
    std::vector<std::size_t> out, order;
    std::size_t epoch = count_;  // none yet
    for (std::size_t k = 0; k < batch_; ++k) {
      const std::size_t at = iteration * batch_ + k;
      if (order.empty() || at / count_ != epoch) {
        epoch = at / count_;
        order.resize(count_);
        std::iota(order.begin(), order.end(), std::size_t{0});
        random_for(seed_, purpose::order, {epoch}).shuffle(order);
      }
      out.push_back(order[at % count_]);
    }
    return out;
  }
  /// At least four photos of a class where so many classes leave the room. Of a class that has fewer, some come twice,
  /// as different views.
  std::vector<std::size_t> some_of_each(std::size_t iteration) const {
    random_source random = random_for(seed_, purpose::batch, {iteration});
    std::vector<std::size_t> chosen(classes_.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    random.shuffle(chosen);
    chosen.resize(std::min(chosen.size(), std::max<std::size_t>(2, batch_ / 4)));
    std::vector<std::size_t> out;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      std::vector<std::size_t> photos = classes_[chosen[k]];
      random.shuffle(photos);
      const std::size_t wanted = batch_ * (k + 1) / chosen.size() - batch_ * k / chosen.size();
      for (std::size_t i = 0; i < wanted; ++i) out.push_back(photos[i % photos.size()]);
    }
    return out;
  }

  std::size_t count_, batch_;
  std::uint64_t seed_;
  bool triplet_;
  std::vector<int> labels_;
  std::vector<std::vector<std::size_t>> classes_;
};

}  // namespace finetune
