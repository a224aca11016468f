// The layers before the cut, which stay as they are: OpenCV runs them, so they may be of any type. Where every view is
// new, that is once per view, and dearer than what learns; --views N gives every photo N views whose activations are
// kept in memory, so the frozen layers run N times per photo and no more.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "learning_part.hpp"
#include "views.hpp"

namespace finetune {

class frozen_part {
 public:
  frozen_part(const options& o, network& net, training_photos& photos, std::size_t count,
              std::vector<std::string> reads)
      : o_(o), net_(net), photos_(photos), count_(count), reads_(std::move(reads)) {}

  /// What the learning part reads of the views of these photos in this iteration.
  tensors activations(const std::vector<std::size_t>& photos, std::size_t iteration) {
    if (o_.views == 0) {
      std::vector<cv::Mat> views;
      for (std::size_t k = 0; k < photos.size(); ++k) {
        random_source random = random_for(o_.seed, purpose::view, {iteration, k});
        views.push_back(photos_.view(photos[k], random));
      }
      return of_input(cv::dnn::blobFromImages(views));
    }
    random_source choice = random_for(o_.seed, purpose::view, {iteration});
    std::vector<tensors> rows(reads_.size());
    for (const std::size_t photo : photos) {
      const tensors& kept = kept_view(photo, choice.below(static_cast<std::size_t>(o_.views)));
      for (std::size_t r = 0; r < kept.size(); ++r) rows[r].push_back(kept[r]);
    }
    tensors out;
    for (const tensors& of_one : rows) out.push_back(at::cat(of_one, 0));
    return out;
  }

  /// input: n x 3 x h x w.
  tensors of_input(const cv::Mat& input) {
    std::vector<std::string> layers;
    for (const std::string& name : reads_)
      if (!name.empty()) layers.push_back(name);
    const std::vector<cv::Mat> maps = layers.empty() ? std::vector<cv::Mat>{} : net_.forward(input, layers);
    tensors out;
    std::size_t next = 0;
    for (const std::string& name : reads_) out.push_back(tensor_of(name.empty() ? input : maps[next++]));
    return out;
  }

 private:
  /// One at a time, so that its bits do not depend on what else is missing.
  const tensors& kept_view(std::size_t photo, std::size_t view) {
    tensors& kept = kept_[{photo, view}];
    if (!kept.empty()) return kept;
    random_source random = random_for(o_.seed, purpose::view, {photo, view, 1});
    kept = of_input(cv::dnn::blobFromImage(photos_.view(photo, random)));
    if (kept_.size() > 1) return kept;
    std::size_t bytes = 0;
    for (const at::Tensor& t : kept) bytes += t.nbytes();
    const std::size_t all = (bytes * count_ * static_cast<std::size_t>(o_.views) + photos_.bytes()) >> 20;
    if (all > static_cast<std::size_t>(o_.memory))
      cnnpool::raise("--views: the activations of ", o_.views, " views of ", count_, " photos and the photos take ",
                     all, " MB, more than the --memory of ", o_.memory, "; 0 views keeps none");
    return kept;
  }

  const options& o_;
  network& net_;
  training_photos& photos_;
  std::size_t count_;
  std::vector<std::string> reads_;
  std::map<std::pair<std::size_t, std::size_t>, tensors> kept_;
};

}  // namespace finetune
