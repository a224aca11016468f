// One unit's result of some policies; UNIT names the function, its flags make the difference.
#include <cnnpool/cnnpool.hpp>

#include <vector>

std::vector<double> UNIT() {
  std::vector<double> all;
  std::vector<float> values(3 * 10 * 7);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 11) / 4;
  for (const bool channels_last : {false, true}) {
    const cnnpool::shape s{.c = 3, .h = 10, .w = 7};
    const cnnpool::feature_view<float> x(values.data(), s, channels_last ? cnnpool::nhwc(s) : cnnpool::nchw(s));
    const auto add = [&](const auto& policy) {
      const auto d = cnnpool::pool(x, policy);
      for (std::size_t i = 0; i < d.values().size(); ++i) all.push_back(static_cast<double>(d.data()[i]));
    };
    add(cnnpool::max() | cnnpool::l2{});
    add(cnnpool::concat(cnnpool::sum{}, cnnpool::nonzero{}));  // not in the library
  }
  return all;
}
