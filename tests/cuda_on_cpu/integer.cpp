// Integers, bits, predicates, and moves of whole registers. Sums and products wrap around, as on the device.
#include <limits>
#include <type_traits>

#include "operations.hpp"

namespace cuda_on_cpu {
namespace {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
__extension__ using s128 = __int128;  // no type of ISO C++
__extension__ using u128 = unsigned __int128;

/// A division has to know its lane: by zero the device gives anything, and this gives a sentence.
template <class T, bool Remainder>
void divide(frame& f, const instruction& i, lane_mask who) {
  for (; who != 0; who &= who - 1) {
    const int l = __builtin_ctz(who);
    const T a = f.row<T>(i.from[0])[l], b = f.row<T>(i.from[1])[l];
    T& to = f.row<T>(i.to)[l];
    if (b == 0) fault_in(f, i, l, "divides by zero");
    if (std::is_signed_v<T> && b == T(-1)) to = Remainder ? T(0) : static_cast<T>(0 - static_cast<u64>(a));
    else to = static_cast<T>(Remainder ? a % b : a / b);
  }
}

/// Of sums and products in T's unsigned numbers, so that they may wrap around.
template <class T, class Wide, class WideU>
void arithmetic(operations& all, const std::string& type) {
  using U = std::make_unsigned_t<T>;
  constexpr int bits = 8 * sizeof(T);
  constexpr int size = sizeof(T);
  all["add." + type] = lanewise([](U a, U b) { return static_cast<U>(a + b); });
  all["sub." + type] = lanewise([](U a, U b) { return static_cast<U>(a - b); });
  all["mul.lo." + type] = lanewise([](U a, U b) { return static_cast<U>(WideU(a) * b); });
  all["mad.lo." + type] = lanewise([](U a, U b, U c) { return static_cast<U>(WideU(a) * b + c); });
  all["mul.hi." + type] = lanewise([](T a, T b) { return static_cast<U>((Wide(a) * b) >> bits); });
  if constexpr (sizeof(T) < 8) {
    all["mul.wide." + type] = lanewise([](T a, T b) { return static_cast<Wide>(Wide(a) * b); });
    all["mad.wide." + type] = lanewise([](T a, T b, WideU c) { return static_cast<WideU>(WideU(Wide(a) * b) + c); });
  }
  all["div." + type] = {&divide<T, false>, size, {size, size}};
  all["rem." + type] = {&divide<T, true>, size, {size, size}};
  all["min." + type] = lanewise([](T a, T b) { return a < b ? a : b; });
  all["max." + type] = lanewise([](T a, T b) { return a < b ? b : a; });
  all["neg." + type] = lanewise([](U a) { return static_cast<U>(0u - a); });
  all["abs." + type] = lanewise([](T a) { return static_cast<U>(a < 0 ? 0u - static_cast<U>(a) : static_cast<U>(a)); });
  all["shr." + type] = lanewise([](T a, u32 by) {
    return static_cast<T>(by < u32{bits} ? a >> by : a < 0 ? T(-1) : T(0));
  });
  all["setp.eq." + type] = lanewise([](T a, T b) { return a == b; });
  all["setp.ne." + type] = lanewise([](T a, T b) { return a != b; });
  all["setp.lt." + type] = lanewise([](T a, T b) { return a < b; });
  all["setp.le." + type] = lanewise([](T a, T b) { return a <= b; });
  all["setp.gt." + type] = lanewise([](T a, T b) { return a > b; });
  all["setp.ge." + type] = lanewise([](T a, T b) { return a >= b; });
}

template <class U>
void bits(operations& all, const char* digits) {
  const std::string size = digits;
  all["and.b" + size] = lanewise([](U a, U b) { return static_cast<U>(a & b); });
  all["or.b" + size] = lanewise([](U a, U b) { return static_cast<U>(a | b); });
  all["xor.b" + size] = lanewise([](U a, U b) { return static_cast<U>(a ^ b); });
  all["not.b" + size] = lanewise([](U a) { return static_cast<U>(~a); });
  all["shl.b" + size] = lanewise([](U a, u32 by) { return static_cast<U>(by < 8 * sizeof(U) ? a << by : 0); });
  all["setp.eq.b" + size] = lanewise([](U a, U b) { return a == b; });
  all["setp.ne.b" + size] = lanewise([](U a, U b) { return a != b; });
  for (const char* kind : {"b", "u", "s", "f"}) {
    all["mov." + (kind + size)] = lanewise([](U a) { return a; });
    all["selp." + (kind + size)] = lanewise([](U a, U b, bool first) { return first ? a : b; });
  }
}

}  // namespace

void add_integer(operations& all) {
  arithmetic<std::int16_t, std::int32_t, u32>(all, "s16");
  arithmetic<u16, u32, u32>(all, "u16");
  arithmetic<std::int32_t, std::int64_t, u64>(all, "s32");
  arithmetic<u32, u64, u64>(all, "u32");
  arithmetic<std::int64_t, s128, u128>(all, "s64");
  arithmetic<u64, u128, u128>(all, "u64");
  bits<u16>(all, "16");
  bits<u32>(all, "32");
  bits<u64>(all, "64");
  all["and.pred"] = lanewise([](bool a, bool b) { return static_cast<bool>(a & b); });
  all["or.pred"] = lanewise([](bool a, bool b) { return static_cast<bool>(a | b); });
  all["xor.pred"] = lanewise([](bool a, bool b) { return static_cast<bool>(a ^ b); });
  all["not.pred"] = lanewise([](bool a) { return !a; });
  all["mov.pred"] = lanewise([](bool a) { return a; });
  all["clz.b32"] = lanewise([](u32 a) { return static_cast<u32>(a == 0 ? 32 : __builtin_clz(a)); });
  all["clz.b64"] = lanewise([](u64 a) { return static_cast<u32>(a == 0 ? 64 : __builtin_clzll(a)); });
  all["popc.b32"] = lanewise([](u32 a) { return static_cast<u32>(__builtin_popcount(a)); });
  all["popc.b64"] = lanewise([](u64 a) { return static_cast<u32>(__builtin_popcountll(a)); });
  // Byte k of the result is the byte of b:a that the k-th four bits of c name; their highest bit spreads its sign.
  all["prmt.b32"] = lanewise([](u32 a, u32 b, u32 c) {
    const u64 pool = a | u64{b} << 32;
    u32 r = 0;
    for (u32 k = 0; k < 4; ++k) {
      const u32 which = c >> (4 * k) & 15;
      u32 byte = static_cast<u32>(pool >> (8 * (which & 7))) & 255;
      if (which >= 8) byte = byte >= 128 ? 255 : 0;
      r |= byte << (8 * k);
    }
    return r;
  });
  all["bfe.u32"] = lanewise([](u32 a, u32 from, u32 count) {
    const u64 shifted = (from & 255) < 32 ? a >> (from & 255) : 0;
    return static_cast<u32>((count & 255) < 32 ? shifted & ((u64{1} << (count & 255)) - 1) : shifted);
  });
}

}  // namespace cuda_on_cpu
