// DLPack, for every framework that speaks it: DLTensor, DLManagedTensor (capsule "dltensor"), and
// DLManagedTensorVersioned ("dltensor_versioned"). The structs are ours, with DLPack's binary layout: no header needed.
//
//   auto x = cnnpool::as_view(tensor, {.axes = "nhwc"});      // its axes have no names: default by rank
//   cnnpool::dlpack::owner tensor(managed);                   // calls the deleter exactly once
//   auto* managed = cnnpool::dlpack::to_dlpack(std::move(d)); // descriptors, for the consumer to own
//   auto g = cnnpool::dlpack::device_view(tensor);            // a CUDA tensor, for the CUDA and Thrust backends
//
// float64, float32, float16, bfloat16, int8 and uint8 in host memory (or CUDA's pinned or managed memory). Strides
// count elements and may be missing; byte_offset is added; no alignment beyond an element's own is assumed. A higher
// minor version is read, another major version is not. What cannot be read is an error that says what it is.
#pragma once

#include <concepts>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

#include "../adapter.hpp"
#include "../core/descriptors.hpp"
#include "dense.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::dlpack {

struct device {
  std::int32_t type;
  std::int32_t id;
};
struct data_type {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};
struct tensor {
  void* data;
  dlpack::device device;
  std::int32_t ndim;
  data_type dtype;
  std::int64_t* shape;
  std::int64_t* strides;
  std::uint64_t byte_offset;
};
struct managed_tensor {
  tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(managed_tensor* self);
};
struct version {
  std::uint32_t major;
  std::uint32_t minor;
};
struct managed_tensor_versioned {
  dlpack::version version;
  void* manager_ctx;
  void (*deleter)(managed_tensor_versioned* self);
  std::uint64_t flags;
  tensor dl_tensor;
};

inline constexpr std::uint64_t read_only_flag = 1;

namespace detail {

constexpr const char* name_of_device(std::int32_t type) {
  constexpr const char* names[] = {"unknown", "CPU",          "CUDA",   "CUDA host", "OpenCL",    "unknown", "unknown",
                                   "Vulkan",  "Metal",        "VPI",    "ROCm",      "ROCm host", "external",
                                   "CUDA managed", "oneAPI",  "WebGPU", "Hexagon",   "MAIA",      "Trainium"};
  constexpr std::int32_t count = static_cast<std::int32_t>(std::size(names));
  return type > 0 && type < count ? names[type] : "unknown";
}

inline scalar_type type_of(const data_type& t) {
  if (t.lanes != 1) raise("as_view: the DLPack tensor has vectors of ", t.lanes, " lanes, expected scalars");
  const int code = t.code, bits = t.bits;
  if (code == 2 && bits == 32) return scalar_type::float32;
  if (code == 2 && bits == 64) return scalar_type::float64;
  if (code == 2 && bits == 16) return scalar_type::float16;
  if (code == 4 && bits == 16) return scalar_type::bfloat16;
  if (code == 0 && bits == 8) return scalar_type::int8;
  if (code == 1 && bits == 8) return scalar_type::uint8;
  raise("as_view: the DLPack tensor has elements of type code ", code, " with ", bits,
        " bits, expected float16, float32, float64, bfloat16, int8 or uint8");
}

template <class Space = host_space>
basic_any_feature_view<Space> view_of(const tensor& t, const hints& h) {
  constexpr bool host = std::is_same_v<Space, host_space>;
  constexpr std::int32_t cpu = 1, cuda = 2, cuda_host = 3, cuda_managed = 13;
  const std::int32_t type_of_device = t.device.type;
  if (host ? type_of_device != cpu && type_of_device != cuda_host && type_of_device != cuda_managed
           : type_of_device != cuda && type_of_device != cuda_managed)
    raise("as_view: the DLPack tensor is on device type ", type_of_device, " (", name_of_device(type_of_device),
          "), expected ", host ? "host" : "CUDA", " memory");
  cnnpool::detail::check_rank(t.ndim, "DLPack tensor");
  if (t.shape == nullptr) raise("as_view: the DLPack tensor has ", t.ndim, " axes and no shape");
  const scalar_type type = type_of(t.dtype);
  index_t extents[4], strides[4];
  for (std::int32_t i = 0; i < t.ndim; ++i) {
    extents[i] = t.shape[i];
    strides[i] = t.strides == nullptr ? 0 : t.strides[i];
  }
  const char* data = static_cast<const char*>(t.data);
  if (data != nullptr) data += t.byte_offset;
  return cnnpool::detail::view_of_axes<Space>("DLPack tensor", data, type, t.ndim, extents,
                                       t.strides == nullptr ? nullptr : strides, h, h.quantized);
}

}  // namespace detail

/// A view of a tensor in CUDA's device or managed memory. Its producer's stream must be done with it.
inline basic_any_feature_view<device_space> device_view(const tensor& t, const hints& h = {}) {
  return detail::view_of<device_space>(t, h);
}

/// Keeps a managed tensor alive and gives it back once. Throws (after giving it back) if its major version is not 1.
class owner {
 public:
  owner() = default;
  explicit owner(managed_tensor* m) : plain_(m) {}
  explicit owner(managed_tensor_versioned* m) : versioned_(m) {
    if (m != nullptr && m->version.major != 1) {
      const std::uint32_t major = m->version.major, minor = m->version.minor;
      reset();
      raise("dlpack::owner: the tensor speaks DLPack ", major, ".", minor, ", expected 1.x");
    }
  }
  owner(owner&& o) noexcept
      : plain_(std::exchange(o.plain_, nullptr)), versioned_(std::exchange(o.versioned_, nullptr)) {}
  owner& operator=(owner&& o) noexcept {
    if (this != &o) {
      reset();
      plain_ = std::exchange(o.plain_, nullptr);
      versioned_ = std::exchange(o.versioned_, nullptr);
    }
    return *this;
  }
  ~owner() { reset(); }

  bool empty() const { return plain_ == nullptr && versioned_ == nullptr; }
  const tensor& get() const {
    if (empty()) raise("dlpack::owner: there is no tensor");
    return plain_ != nullptr ? plain_->dl_tensor : versioned_->dl_tensor;
  }
  bool read_only() const { return versioned_ != nullptr && (versioned_->flags & read_only_flag) != 0; }
  void reset() {
    give_back(std::exchange(plain_, nullptr));
    give_back(std::exchange(versioned_, nullptr));
  }

 private:
  template <class Managed>
  static void give_back(Managed* m) {
    if (m != nullptr && m->deleter != nullptr) m->deleter(m);
  }

  managed_tensor* plain_ = nullptr;
  managed_tensor_versioned* versioned_ = nullptr;
};

/// Descriptors as a managed tensor n x d, which owns them from now on; for a capsule "dltensor", or an owner. It has
/// strides, because DLPack 1.2 does not allow a producer to leave them out.
template <std::floating_point T>
managed_tensor* to_dlpack(descriptors<T> d) {
  struct holder {
    descriptors<T> values;
    std::int64_t shape[2];
    std::int64_t strides[2];
    managed_tensor managed;
  };
  holder* const h = new holder{std::move(d), {}, {}, {}};
  h->shape[0] = h->values.rows();
  h->shape[1] = h->strides[0] = h->values.cols();
  h->strides[1] = 1;
  h->managed.dl_tensor = {h->values.data(), {1, 0}, 2, {2, 8 * sizeof(T), 1}, h->shape, h->strides, 0};
  h->managed.manager_ctx = h;
  h->managed.deleter = [](managed_tensor* self) { delete static_cast<holder*>(self->manager_ctx); };
  return &h->managed;
}

}  // namespace cnnpool::dlpack

namespace cnnpool::inline CNNPOOL_VARIANT {

template <>
struct adapter<dlpack::tensor> {
  static constexpr bool owns = false;
  static any_feature_view view(const dlpack::tensor& t, const hints& h) { return dlpack::detail::view_of(t, h); }
};
template <>
struct adapter<dlpack::managed_tensor> {
  static constexpr bool owns = false;
  static any_feature_view view(const dlpack::managed_tensor& t, const hints& h) {
    return dlpack::detail::view_of(t.dl_tensor, h);
  }
};
template <>
struct adapter<dlpack::managed_tensor_versioned> {
  static constexpr bool owns = false;
  static any_feature_view view(const dlpack::managed_tensor_versioned& t, const hints& h) {
    if (t.version.major != 1)
      raise("as_view: the tensor speaks DLPack ", t.version.major, ".", t.version.minor, ", expected 1.x");
    return dlpack::detail::view_of(t.dl_tensor, h);
  }
};
template <>
struct adapter<dlpack::owner> {
  static any_feature_view view(const dlpack::owner& o, const hints& h) { return dlpack::detail::view_of(o.get(), h); }
};

}  // namespace cnnpool
