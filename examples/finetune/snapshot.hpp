// What a run leaves: the numbers that were learned (OUT), and the whole state of the solver, to go on from.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <cnnpool/io/npz.hpp>

#include "solver.hpp"

namespace finetune {

/// What goes on beside the numbers. All of it is exact in double.
struct progress {
  double iteration = 0, best_map = -1, best_iteration = 0, first_map = 0, loss_sum = 0, losses = 0, seconds = 0;

  std::vector<double*> all() {
    return {&iteration, &best_map, &best_iteration, &first_map, &loss_sum, &losses, &seconds};
  }
};

namespace detail {

/// Four axes as they are, fewer as rows and columns.
inline void add(cnnpool::npz_writer& file, const std::string& name, const at::Tensor& tensor) {
  const at::Tensor t = tensor.detach().cpu().contiguous();
  const float* const values = t.data_ptr<float>();
  if (t.dim() == 4) {
    file.add(name, cnnpool::feature_view<float>(
                       values, {.n = t.size(0), .c = t.size(1), .h = t.size(2), .w = t.size(3)}, cnnpool::nchw));
    return;
  }
  cnnpool::descriptors<float> d(t.dim() == 2 ? t.size(0) : 1, t.dim() == 2 ? t.size(1) : t.numel());
  std::copy(values, values + t.numel(), d.data());
  file.add(name, d);
}
inline void read(const cnnpool::npz_file& file, const std::string& path, const std::string& name, at::Tensor& into) {
  const cnnpool::npy_array array = file.read(name);
  std::int64_t count = 1;
  for (const cnnpool::index_t extent : array.shape()) count *= extent;
  if (array.type() != cnnpool::scalar_type::float32 || count != into.numel())
    cnnpool::raise("--resume: ", path, ": ", name, " has ", count, " numbers, the network's ", into.numel());
  const c10::NoGradGuard none;
  into.copy_(at::from_blob(const_cast<void*>(array.data()), into.sizes(), at::kFloat));
}

}  // namespace detail

/// Arrays LAYER.INDEX, as network_parameters.hpp and NumPy read them.
inline void write_learned(const std::string& path, const learning_part& part) {
  cnnpool::npz_writer file(path);
  for (const parameter& p : part.learned()) {
    // An array's name cannot begin with a slash, a node of an ONNX file can.
    const std::string prefix = p.layer.starts_with('/') ? network_parameters::onnx_prefix : "";
    detail::add(file, prefix + p.name(), p.value);
  }
  file.commit();
}

/// made_of: says which network, layers and loss the numbers belong to.
inline void write_snapshot(const std::string& path, const std::string& made_of, const solver& s, progress state) {
  cnnpool::npz_writer file(path);
  const std::vector<std::uint8_t> text(made_of.begin(), made_of.end());
  file.add("made_of",
           cnnpool::feature_view<std::uint8_t>(
               text.data(), {.n = 1, .c = 1, .h = 1, .w = static_cast<cnnpool::index_t>(text.size())}, cnnpool::nchw));
  cnnpool::descriptors<double> numbers(1, static_cast<cnnpool::index_t>(state.all().size()));
  std::ranges::transform(state.all(), numbers.data(), [](const double* value) { return *value; });
  file.add("progress", numbers);
  for (const solver::solved& p : s.all()) {
    const std::string kind = p.of_head ? "head/" : "layers/";
    detail::add(file, kind + p.name, p.value);
    detail::add(file, "velocity/" + kind + p.name, p.velocity);
  }
  file.commit();
}

inline progress read_snapshot(const std::string& path, const std::string& made_of, solver& s) {
  const cnnpool::npz_file file(path);
  const std::vector<std::string> names = file.names();
  if (std::ranges::find(names, "made_of") == names.end() || std::ranges::find(names, "progress") == names.end())
    cnnpool::raise("--resume: ", path, " is no snapshot of cnnpool-finetune (OUT.snapshot.npz is one)");
  const cnnpool::npy_array text = file.read("made_of"), numbers = file.read("progress");
  std::size_t length = 1;
  for (const cnnpool::index_t extent : text.shape()) length *= static_cast<std::size_t>(extent);
  if (const std::string of(static_cast<const char*>(text.data()), length); of != made_of)
    cnnpool::raise("--resume: ", path, " is a snapshot of ", of, ", this is ", made_of);
  progress state;
  const auto to = state.all();
  if (numbers.type() != cnnpool::scalar_type::float64 || numbers.shape().size() != 2 ||
      numbers.shape()[1] != static_cast<cnnpool::index_t>(to.size()))
    cnnpool::raise("--resume: ", path, " is a snapshot of another version of cnnpool-finetune");
  for (std::size_t i = 0; i < to.size(); ++i) *to[i] = static_cast<const double*>(numbers.data())[i];
  for (solver::solved& p : s.all()) {
    const std::string kind = p.of_head ? "head/" : "layers/";
    detail::read(file, path, kind + p.name, p.value);
    detail::read(file, path, "velocity/" + kind + p.name, p.velocity);
  }
  return state;
}

}  // namespace finetune
