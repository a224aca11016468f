// Activations to device memory, descriptors back, for a backend that works there.
#pragma once

#include <cnnpool/backend/cuda/models.hpp>
#include <cnnpool/pool.hpp>

#include <algorithm>
#include <vector>

namespace testing {

/// A copy of host memory on the device, and of a view into it.
template <class T>
class on_device {
 public:
  on_device(const std::vector<T>& host, const cnnpool::feature_view<T>& x) {
    const std::size_t bytes = host.size() * sizeof(T);
    memory_.reserve(std::max(bytes, std::size_t{1}));
    cnnpool::detail::check_cuda(cudaMemcpy(memory_.data(), host.data(), bytes, cudaMemcpyHostToDevice),
                                "to the device");
    const T* const first = x.data() == nullptr ? nullptr : static_cast<T*>(memory_.data()) + (x.data() - host.data());
    view = {first, x.extents(), x.stride(), x.quantized()};
  }
  cnnpool::feature_view<T, cnnpool::device_space> view;

 private:
  cnnpool::device_workspace memory_;
};

/// Descriptors that call(out) writes on the device.
template <class D, class Call>
cnnpool::descriptors<D> from_device(cnnpool::index_t rows, cnnpool::index_t cols, const Call& call) {
  cnnpool::descriptors<D> host(rows, cols);
  const std::size_t bytes = host.values().size_bytes();
  cnnpool::device_workspace memory(std::max(bytes, std::size_t{1}));
  call(cnnpool::descriptor_span<D, cnnpool::device_space>(static_cast<D*>(memory.data()), rows, cols));
  cnnpool::detail::check_cuda(cudaDeviceSynchronize(), "the kernels");
  cnnpool::detail::check_cuda(cudaMemcpy(host.data(), memory.data(), bytes, cudaMemcpyDeviceToHost), "from the device");
  return host;
}

/// In managed memory, until the program ends.
template <class B, class T>
std::span<const T> managed_copy(const B&, const std::vector<T>& numbers) {
  T* managed = nullptr;
  cnnpool::detail::check_cuda(cudaMallocManaged(&managed, numbers.size() * sizeof(T)), "managed memory");
  std::copy(numbers.begin(), numbers.end(), managed);
  return {managed, numbers.size()};
}

template <class B, class Model>
auto model_there(const B&, const Model& model) {
  return cnnpool::to_device(model);
}

template <class T, class B, class P, class As>
auto pooled_there(const B& b, const cnnpool::feature_view<T>& x, const std::vector<T>& memory, const P& policy,
                  const As& as) {
  const on_device<T> there(memory, x);
  using D = typename B::template accumulator<T>;
  return from_device<D>(x.extents().n, cnnpool::descriptor_size(policy, x.extents()), [&](const auto& out) {
    cnnpool::device_workspace w;
    pool_into(b, as(there.view), policy, out, w);
  });
}

template <class T, class B, class P>
auto pooled_regions_there(const B& b, const cnnpool::feature_view<T>& x, const std::vector<T>& memory, const P& policy,
                          const std::vector<cnnpool::box>& boxes) {
  const on_device<T> there(memory, x);
  using D = typename B::template accumulator<T>;
  const cnnpool::box_list list{managed_copy(b, boxes)};  // the host checks the boxes, the kernels read them
  const auto rows = x.extents().n * static_cast<cnnpool::index_t>(boxes.size());
  return from_device<D>(rows, cnnpool::descriptor_size(policy, x.extents()), [&](const auto& out) {
    cnnpool::device_workspace w;
    pool_regions_into(b, there.view, policy, list, out, w);
  });
}

}  // namespace testing
