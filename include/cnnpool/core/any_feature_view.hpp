// A feature_view whose scalar type is known only at run time: what most frameworks hand out.
#pragma once

#include <string>
#include <utility>

#include "feature_view.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

template <class Space = host_space>
class basic_any_feature_view {
 public:
  using space = Space;
  static constexpr bool names_no_type = true;

  basic_any_feature_view() = default;

  template <class T>
  basic_any_feature_view(const feature_view<T, Space>& x)  // implicit: every typed view is one of these
      : data_(x.data()),
        type_(scalar_type_of<T>()),
        shape_(x.extents()),
        strides_(x.stride()),
        quantization_(x.quantized()) {}

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

  /// Calls f(feature_view<T, Space>) with the type that it holds.
  template <class F>
  friend decltype(auto) visit(const basic_any_feature_view& x, F&& f) {
    return dispatch(x.type_, [&]<class T>(std::type_identity<T>) -> decltype(auto) {
      return f(x.template as<T>());
    });
  }

  /// The typed view; an error when the activations are of another type.
  template <activation_scalar T>
  feature_view<T, Space> as() const {
    if (type_ != scalar_type_of<T>())
      raise("any_feature_view: the activations are ", to_string(type_), ", not ", to_string(scalar_type_of<T>()));
    if (shape_.n == 0 && data_ == nullptr && shape_.c == 0) return {};
    return {static_cast<const T*>(data_), shape_, strides_, quantization_};
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

/// An any_feature_view for which only the code of the scalar types T... is compiled; made by only<T...>.
template <class Space, activation_scalar... T>
class some_feature_view {
  static_assert(sizeof...(T) > 0, "cnnpool::only: name at least one scalar type, e.g. only<float, float16>(x)");

 public:
  using space = Space;

  explicit some_feature_view(const basic_any_feature_view<Space>& x) : any_(x) {
    if (((x.type() == scalar_type_of<T>()) || ...)) return;
    std::string types;
    ((types += (types.empty() ? "" : ", ") + std::string(to_string(scalar_type_of<T>()))), ...);
    raise("only: the activations are ", to_string(x.type()), ", this program is compiled for ", types);
  }

  scalar_type type() const { return any_.type(); }
  const void* data() const { return any_.data(); }
  const cnnpool::shape& extents() const { return any_.extents(); }
  const cnnpool::strides& stride() const { return any_.stride(); }
  const quantization& quantized() const { return any_.quantized(); }
  operator const basic_any_feature_view<Space>&() const { return any_; }

  template <class F>
  friend decltype(auto) visit(const some_feature_view& x, F&& f) {
    return first_of<T...>(x.any_, std::forward<F>(f));
  }

 private:
  template <class First, class... Rest, class F>
  static decltype(auto) first_of(const basic_any_feature_view<Space>& x, F&& f) {
    if constexpr (sizeof...(Rest) > 0)
      if (x.type() != scalar_type_of<First>()) return first_of<Rest...>(x, std::forward<F>(f));
    return f(x.template as<First>());
  }

  basic_any_feature_view<Space> any_;
};

/// pool(only<float, float16>(x), policy): a program that meets two scalar types need not compile six. Any other type is
/// an error that names it.
template <activation_scalar... T, class Space>
some_feature_view<Space, T...> only(const basic_any_feature_view<Space>& x) {
  return some_feature_view<Space, T...>(x);
}

}  // namespace cnnpool
