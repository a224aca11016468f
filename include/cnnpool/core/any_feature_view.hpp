// feature_view with the scalar type known only at run time: what most frameworks hand out.
#pragma once

#include <utility>

#include "feature_view.hpp"

namespace cnnpool {

template <class Space = host_space>
class basic_any_feature_view {
 public:
  using space = Space;

  basic_any_feature_view() = default;

  template <class T>
  basic_any_feature_view(const feature_view<T, Space>& x)  // implicit: every typed view is one of these
      : data_(x.data()), type_(scalar_type_of<T>()), shape_(x.extents()), strides_(x.stride()), quantization_(x.quantized()) {}

  template <class Layout>
  basic_any_feature_view(const void* data, scalar_type type, const cnnpool::shape& extents, const Layout& layout,
                         quantization q = {})
      : type_(type) {
    const auto build = [&]<class T>(std::type_identity<T>) {
      *this = feature_view<T, Space>(static_cast<const T*>(data), extents, layout, q);
    };
    dispatch(type, build);
  }

  scalar_type type() const { return type_; }
  const void* data() const { return data_; }
  const cnnpool::shape& extents() const { return shape_; }
  const cnnpool::strides& stride() const { return strides_; }
  const quantization& quantized() const { return quantization_; }

  /// Calls f(feature_view<T, Space>) with the type that is in here.
  template <class F>
  friend decltype(auto) visit(const basic_any_feature_view& x, F&& f) {
    return dispatch(x.type_, [&]<class T>(std::type_identity<T>) -> decltype(auto) {
      return f(x.shape_.n == 0 && x.data_ == nullptr && x.shape_.c == 0
                   ? feature_view<T, Space>()
                   : feature_view<T, Space>(static_cast<const T*>(x.data_), x.shape_, x.strides_, x.quantization_));
    });
  }

 private:
  template <class F>
  static decltype(auto) dispatch(scalar_type type, F&& f) {
    switch (type) {
      case scalar_type::float64: return f(std::type_identity<double>{});
      case scalar_type::float16: return f(std::type_identity<float16>{});
      case scalar_type::bfloat16: return f(std::type_identity<bfloat16>{});
      case scalar_type::int8: return f(std::type_identity<std::int8_t>{});
      case scalar_type::uint8: return f(std::type_identity<std::uint8_t>{});
      case scalar_type::float32: break;
    }
    return f(std::type_identity<float>{});
  }

  const void* data_ = nullptr;
  scalar_type type_ = scalar_type::float32;
  cnnpool::shape shape_{0, 0, 1, 1};
  cnnpool::strides strides_{};
  quantization quantization_{};
};

using any_feature_view = basic_any_feature_view<host_space>;

}  // namespace cnnpool
