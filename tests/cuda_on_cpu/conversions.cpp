// cvt between every two types. Its registers may be wider than its types.
#include <cmath>
#include <limits>
#include <type_traits>

#include "operations.hpp"

namespace cuda_on_cpu {
namespace {

enum class rounding { none, zero, nearest, down, up, saturate };

template <class T>
inline constexpr bool floats = std::is_floating_point_v<T> || std::is_same_v<T, _Float16>;

template <class F>
F rounded(F v, rounding how) {
  if constexpr (std::is_same_v<F, _Float16>) return static_cast<F>(rounded(static_cast<float>(v), how));
  else switch (how) {
    case rounding::zero: return std::trunc(v);
    case rounding::nearest: return std::nearbyint(v);
    case rounding::down: return std::floor(v);
    case rounding::up: return std::ceil(v);
    case rounding::saturate: return v > 0 ? (v < 1 ? v : F{1}) : F{0};  // NaN becomes 0
    default: return v;
  }
}

template <class D, class S, rounding How>
D converted(S v) {
  if constexpr (!floats<S>) {
    return static_cast<D>(v);
  } else if constexpr (floats<D>) {
    return static_cast<D>(rounded(v, How));
  } else {  // integers: limits instead of wrapping around, and 0 for NaN
    const auto r = static_cast<double>(rounded(v, How));
    if (!(r == r)) return D{0};
    if (r <= static_cast<double>(std::numeric_limits<D>::min())) return std::numeric_limits<D>::min();
    if (r >= static_cast<double>(std::numeric_limits<D>::max())) return std::numeric_limits<D>::max();
    return static_cast<D>(r);
  }
}

template <class D, class S, rounding How>
void convert(frame& f, const instruction& i, lane_mask who) {
  if (who == all_lanes && i.to_bytes == sizeof(D) && i.from_bytes == sizeof(S)) {
    D* const to = f.row<D>(i.to);
    const S* const from = f.row<S>(i.from[0]);
#pragma GCC ivdep  // a row is the result's own or another one
    for (int l = 0; l < lanes; ++l) to[l] = converted<D, S, How>(from[l]);
    return;
  }
  for (; who != 0; who &= who - 1) {
    const int l = __builtin_ctz(who);
    S from{};
    std::memcpy(&from, f.rows + i.from[0] + l * i.from_bytes, sizeof from);
    const D result = converted<D, S, How>(from);
    if constexpr (floats<D>) {
      std::memcpy(f.rows + i.to + l * i.to_bytes, &result, sizeof result);
    } else {
      const auto wide = static_cast<std::int64_t>(result);  // with its sign, to the width of the register
      std::memcpy(f.rows + i.to + l * i.to_bytes, &wide, i.to_bytes);
    }
  }
}

template <class D, class S>
void add(operations& all, const std::string& types) {
  constexpr int d = sizeof(D), s = sizeof(S);
  const auto with = [&]<rounding How>(const char* how) {
    all[std::string("cvt.") + how + types] = {&convert<D, S, How>, d, {s}};
  };
  with.template operator()<rounding::none>("");
  if constexpr (floats<S>) {
    with.template operator()<rounding::zero>("rzi.");
    with.template operator()<rounding::nearest>("rni.");
    with.template operator()<rounding::down>("rmi.");
    with.template operator()<rounding::up>("rpi.");
    if constexpr (floats<D>) with.template operator()<rounding::saturate>("sat.");
  }
}

template <class D>
void add_to(operations& all, const std::string& to) {
  add<D, std::int8_t>(all, to + ".s8");
  add<D, std::uint8_t>(all, to + ".u8");
  add<D, std::int16_t>(all, to + ".s16");
  add<D, std::uint16_t>(all, to + ".u16");
  add<D, std::int32_t>(all, to + ".s32");
  add<D, std::uint32_t>(all, to + ".u32");
  add<D, std::int64_t>(all, to + ".s64");
  add<D, std::uint64_t>(all, to + ".u64");
  add<D, _Float16>(all, to + ".f16");
  add<D, float>(all, to + ".f32");
  add<D, double>(all, to + ".f64");
}

}  // namespace

void add_conversions(operations& all) {
  add_to<std::int8_t>(all, "s8");
  add_to<std::uint8_t>(all, "u8");
  add_to<std::int16_t>(all, "s16");
  add_to<std::uint16_t>(all, "u16");
  add_to<std::int32_t>(all, "s32");
  add_to<std::uint32_t>(all, "u32");
  add_to<std::int64_t>(all, "s64");
  add_to<std::uint64_t>(all, "u64");
  add_to<_Float16>(all, "f16");
  add_to<float>(all, "f32");
  add_to<double>(all, "f64");
}

}  // namespace cuda_on_cpu
