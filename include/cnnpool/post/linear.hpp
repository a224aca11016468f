// A learned linear layer with a bias as a stage, y = W x + b: the projections at the end of CosPlace, EigenPlaces and
// MegaLoc (torch.nn.Linear, a 1 x 1 convolution). What subtracts a mean first is a projection (projection.hpp).
//
//   pool(t, salad | linear(weights, biases) | l2{})
//
// W is stored as float, float16 or bfloat16, and computed with in the accumulator's type. A batch is one product: on
// the cpu W is read once for each 16 descriptors, so a large W (MegaLoc's has 140 million numbers) is best used for a
// batch, and best stored in 16 bits. With u = 2^-24 and d inputs a component is off by (d/4 + 5) u SUM |W x| + u |b| at
// most. A NaN of a descriptor spreads to all its components.
#pragma once

#include "../kernel/shared_array.hpp"
#include "model_numbers.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

namespace detail {
struct plus {
  template <class V>
  CNNPOOL_HD V operator()(const V& a, const V& b) const {
    return a + b;
  }
};
}  // namespace detail

/// Space is where its numbers lie. A default-constructed layer is empty and raises when it is used.
template <class T = float, class Space = host_space>
class linear {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>,
                "cnnpool::linear: the weights are float, float16 or bfloat16");

 public:
  static constexpr const char* name = "linear";
  using space = Space;

  linear() = default;
  /// weights: outputs x d numbers, row by row, as torch stores them; one bias per output. Both are copied.
  linear(std::span<const T> weights, std::span<const float> biases)
    requires(std::is_same_v<Space, host_space>)
      : linear(kernel::shared_array<T>({weights.begin(), weights.end()}),
               kernel::shared_array<float>({biases.begin(), biases.end()})) {
    check_finite();
  }
  linear(const std::vector<T>& weights, const std::vector<float>& biases)
      : linear(std::span<const T>(weights), std::span<const float>(biases)) {}
  /// From numbers that are already in the space.
  linear(kernel::shared_array<T, Space> weights, kernel::shared_array<float, Space> biases)
      : weights_(std::move(weights)), biases_(std::move(biases)) {
    if (biases_.size() == 0 || weights_.size() == 0 || weights_.size() % biases_.size() != 0)
      raise("linear: ", weights_.size(), " weights for ", biases_.size(), " biases, expected as many for each");
  }
  /// The same without a copy: the numbers must outlive the layer and its copies. They are not looked through.
  static linear over(std::span<const T> weights, std::span<const float> biases)
    requires(std::is_same_v<Space, host_space>)
  {
    return {kernel::shared_array<T>::over(weights), kernel::shared_array<float>::over(biases)};
  }

  index_t input_size() const { return output_size() == 0 ? 0 : weights_.size() / output_size(); }
  index_t output_size() const { return biases_.size(); }
  /// output x d, row by row.
  kernel::matrix<const T> weights() const { return weights_.rows(output_size(), input_size()); }
  /// 1 x output.
  kernel::matrix<const float> biases() const { return biases_.rows(1, output_size()); }
  const kernel::shared_array<T, Space>& weight_numbers() const { return weights_; }
  const kernel::shared_array<float, Space>& bias_numbers() const { return biases_; }

  // stage
  index_t output_size(index_t) const { return output_size(); }
  void (check)() const {
    if (output_size() == 0) raise("linear: the layer is empty; give it weights and biases");
  }
  void (check)(index_t d) const {
    if (output_size() != 0 && d != input_size())
      raise("linear: the layer takes ", input_size(), " components, it is given ", d);
  }
  template <class B, class A>
  void apply(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out) const {
    apply_then(b, s, in, out, detail::plus{});
  }
  /// y = then(W x, b), component by component.
  template <class B, class A, class Then>
  void apply_then(const B& b, kernel::scratch& s, const kernel::matrix<const A>& in, const kernel::matrix<A>& out,
                  const Then& then) const {
    static_assert(std::is_same_v<typename B::space, Space>,
                  "cnnpool::linear: the layer is in another memory space than the one this backend reads");
    const kernel::scratch::frame frame(s);
    b.contract(s, kernel::rows_as_descriptors<Space>(in), kernel::over_channels{}, weights(), out);
    const kernel::matrix<const A> bias = detail::converted_model<A>(b, s, biases());
    b.transform(s, out, then, out, detail::repeated(bias, out.rows));
  }

 private:
  void check_finite() const {
    const auto look_through = [](const auto& numbers, const char* what) {
      for (index_t i = 0; i < numbers.size(); ++i) {
        const float x = kernel::as_lane<float>(numbers.data()[i], {});
        if (!std::isfinite(x)) raise("linear: number ", i, " of ", what, " is ", x, ", expected a finite number");
      }
    };
    look_through(weights_, "the weights");
    look_through(biases_, "the biases");
  }

  kernel::shared_array<T, Space> weights_;
  kernel::shared_array<float, Space> biases_;
};

template <class T>
linear(const std::vector<T>&, const std::vector<float>&) -> linear<T>;
template <class T, class Space>
linear(kernel::shared_array<T, Space>, kernel::shared_array<float, Space>) -> linear<T, Space>;

}  // namespace cnnpool
