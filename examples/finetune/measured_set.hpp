// Photos that retrieval is measured on: the validation photos, or a foreign set. The frozen layers run once, and their
// activations lie in the cache of cnnpool-study; the learning part, GeM and L2 run at every test. The exponent is 3
// whatever the loss has learned, so that the number is that of the study's row `gem`.
#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <cnnpool/adapters/torch.hpp>

#include "../decoder_lines.hpp"
#include "../study/dead_rows.hpp"
#include "../study/evaluation.hpp"
#include "../study/features.hpp"
#include "frozen_part.hpp"

namespace finetune {

class measured_set {
 public:
  struct result {
    double map = 0;  ///< per cent
    dead_rows dead;
    std::vector<std::int64_t> classes;  ///< the likeliest of every photo, where the head has such
  };

  measured_set(const char* option, network& net, study_task task, int side, const std::filesystem::path& cache,
               frozen_part& frozen, const std::vector<std::string>& reads)
      : option_(option), net_(net), side_(side), frozen_(frozen), reads_(reads), cache_(cache, net, side, {1}) {
    photos_.task = std::move(task);
    photos_.own_queries = !photos_.task.queries.empty();
    int asking = 0;
    for (const auto& truth : photos_.task.truths) asking += truth.positives.empty() ? 0 : 1;
    if (asking == 0)
      cnnpool::raise(option, ": none of ", photos_.task.truths.size(), " photos has another one of its kind to find");
    for (const std::string& name : reads) stored_ = stored_ && !name.empty();
    std::vector<std::pair<std::string, std::string>> warned;
    study_progress progress(std::string("frozen activations of ") + option);
    std::size_t done = 0;
    for (const auto* list : {&photos_.task.database, &photos_.task.queries})
      for (const study_photo& photo : *list) {
        progress.at(++done, photos_.count(), photo.name);
        photo_problems problems;
        decoder_lines lines;
        const bool good = !stored_ || cache_.prepare(photo, reads, problems);
        if (!stored_) static_cast<void>(pixels_of(photo));
        const std::string warning = lines.first();
        if (!good)
          cnnpool::raise(option, ": ", photo.path, " ", problems.begin()->second,
                         warning.empty() ? "" : "; its decoder says: " + warning);
        if (!warning.empty()) warned.emplace_back(photo.path, warning);
      }
    for (const auto& [path, warning] : warned)
      std::fprintf(stderr, "cnnpool-finetune: %s is used, and its decoder says: %s\n", path.c_str(), warning.c_str());
  }

  std::size_t size() const { return photos_.count(); }

  result measure(const learning_part& part, const head& h, at::Device device) {
    const c10::NoGradGuard none;
    result out;
    cnnpool::descriptors<float> rows, queries;
    each(photos_.task.database, part, h, device, rows, &out.classes);
    each(photos_.task.queries, part, h, device, queries, nullptr);
    out.dead = look_for_dead_rows(rows);
    out.map = 100 * evaluate(photos_, rows, queries).map;
    return out;
  }

 private:
  cv::Mat pixels_of(const study_photo& photo) const {
    const decoder_lines caught;  // the constructor names them, once
    const ::photo read = read_photo(bytes_of(photo.path), photo.crop);
    if (!read.problem.empty()) cnnpool::raise(option_, ": ", photo.path, " ", read.problem);
    return read.pixels;
  }
  tensors read_by_part(const study_photo& photo) {
    if (!stored_) return frozen_.of_input(net_.input(pixels_of(photo), side_));
    tensors out;
    for (const std::string& layer : reads_) {
      const cnnpool::npy_array file = cache_.read(photo.name, layer, 0);
      const std::vector<std::int64_t> shape(file.shape().begin(), file.shape().end());
      out.push_back(at::from_blob(const_cast<void*>(file.data()), shape, at::kFloat).clone());
    }
    return out;
  }
  void each(const std::vector<study_photo>& list, const learning_part& part, const head& h, at::Device device,
            cnnpool::descriptors<float>& rows, std::vector<std::int64_t>* classes) {
    cnnpool::descriptors<float> one;
    cnnpool::workspace memory;
    for (std::size_t i = 0; i < list.size(); ++i) {
      tensors read = read_by_part(list[i]);
      for (at::Tensor& t : read) t = t.to(device);
      const at::Tensor y = part.forward(read).contiguous();
      if (classes != nullptr)
        if (const auto likeliest = h.classes_of(y)) classes->push_back(likeliest->item<std::int64_t>());
      const at::Tensor here = y.cpu();
      const auto x = cnnpool::as_view(here).as<float>();
      if (rows.rows() == 0)
        rows = cnnpool::descriptors<float>(static_cast<cnnpool::index_t>(list.size()), x.extents().c);
      if (one.rows() == 0) one = cnnpool::descriptors<float>(1, x.extents().c);
      const cnnpool::cpu one_thread{.threads = 1};
      if (x.extents().positions() == 1) cnnpool::pool_into(one_thread, x, cnnpool::sum{} | cnnpool::l2{}, one, memory);
      else cnnpool::pool_into(one_thread, x, cnnpool::pipelines::gem, one, memory);
      std::ranges::copy(one.row(0), rows.row(static_cast<cnnpool::index_t>(i)).begin());
    }
  }

  const char* option_;
  network& net_;
  int side_;
  frozen_part& frozen_;
  std::vector<std::string> reads_;
  feature_cache cache_;
  study_photos photos_;
  bool stored_ = true;
};

/// Every photo of a list asks for the others of its label.
inline study_task task_of(const std::vector<labelled_photo>& list) {
  study_task task;
  std::vector<cnnpool::image_group> groups;
  for (const labelled_photo& photo : list) {
    task.database.push_back({photo.name, photo.path});
    groups.push_back({photo.name, std::to_string(photo.label)});
  }
  task.truths = cnnpool::truth_of_groups(groups);
  return task;
}

}  // namespace finetune
