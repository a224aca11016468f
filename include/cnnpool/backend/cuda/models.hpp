// Models (a whitening, a codebook, a layer or a head of weights and biases) in device memory: fit them on the host,
// copy them once, and use them in chains of the CUDA and Thrust backends. Needs the CUDA runtime's header, not nvcc.
#pragma once

#include "memory.hpp"

#include "../../kernel/shared_array.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
/// A copy in device memory; waits until it is complete.
template <class T>
shared_array<T, device_space> to_device(const shared_array<T>& host) {
  if (host.size() == 0) return {};
  const std::size_t bytes = static_cast<std::size_t>(host.size()) * sizeof(T);
  T* const there = static_cast<T*>(space_memory<device_space>::allocate(bytes));
  shared_array<T, device_space> copy(std::shared_ptr<const T>(there, [](const T* p) { cudaFree(const_cast<T*>(p)); }),
                                     host.size());
  check_cuda(cudaMemcpy(there, host.data(), bytes, cudaMemcpyHostToDevice), "to_device: ", bytes, " bytes of a model");
  return copy;
}
}  // namespace detail

/// The same model with its numbers in device memory: a projection (whitening), a codebook, or a NetVLAD head.
template <template <class> class Model>
Model<device_space> to_device(const Model<host_space>& model) {
  if constexpr (requires { model.mean_numbers(); })
    return {detail::to_device(model.mean_numbers()), detail::to_device(model.row_numbers()), model.output_size(),
            model.variances()};
  else if constexpr (requires { model.weight_numbers(); })
    return {detail::to_device(model.weight_numbers()), detail::to_device(model.bias_numbers())};
  else return {detail::to_device(model.centre_numbers()), detail::to_device(model.norm_numbers())};
}
/// A linear layer, an mlp, a SALAD head.
template <template <class, class> class Model, class T>
Model<T, device_space> to_device(const Model<T, host_space>& model) {
  if constexpr (requires { model.weight_numbers(); })
    return {detail::to_device(model.weight_numbers()), detail::to_device(model.bias_numbers())};
  else if constexpr (requires { model.second; }) return {to_device(model.first), to_device(model.second)};
  else return {to_device(model.token), to_device(model.features), to_device(model.scores), model.options};
}

}  // namespace cnnpool
