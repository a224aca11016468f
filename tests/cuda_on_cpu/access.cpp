// Loads and stores, and all that can be wrong with one: where it points to, whether that was written, its alignment,
// and in shared memory which thread used it since the last barrier.
#include <algorithm>

#include "operations.hpp"

namespace cuda_on_cpu {
namespace {

enum class space { global, shared, local, parameter, call };

template <std::size_t Size>
bool all_set(const unsigned char* flags) {
  static constexpr unsigned char ones[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  return std::memcmp(flags, ones, Size) == 0;
}

template <bool Load, std::size_t Size>
unsigned char* in_global(frame& f, const instruction& i, int lane, address a) {
  const char* const does = Load ? "reads" : "writes";
  if (i.last == nullptr || !i.last->holds(a, Size)) {
    i.last = nearest(a);
    if (i.last == nullptr || !i.last->holds(a, Size))
      fault_in(f, i, lane, does, " ", Size, " bytes of global memory at ", hex{a}, ", ", describe(a, Size));
  }
  allocation& m = *i.last;
  const std::size_t at = a - m.begin;
  if (a % Size != 0) fault_in(f, i, lane, does, " ", Size, " bytes at ", hex{a}, ", which is not a multiple of that");
  if constexpr (!Load) std::memset(m.written.data() + at, 1, Size);
  else if (!all_set<Size>(m.written.data() + at))
    fault_in(f, i, lane, "reads ", Size, " bytes of global memory at ", hex{a}, ", byte ", at,
             " of an allocation of ", m.size, " bytes, which nothing has written");
  return m.bytes + at;
}

template <bool Load, std::size_t Size>
unsigned char* in_shared(frame& f, const instruction& i, int lane, address a) {
  const char* const does = Load ? "reads" : "writes";
  block& b = *f.w->in;
  const auto at = static_cast<std::int64_t>(a);
  if (at < 0 || at + static_cast<std::int64_t>(Size) > b.shared_size)
    fault_in(f, i, lane, does, " ", Size, " bytes at ", at, " of ", b.shared_size, " bytes of shared memory");
  if (a % Size != 0)
    fault_in(f, i, lane, does, " ", Size, " bytes at ", at, " of shared memory, which is not a multiple of that");
  const auto me = static_cast<std::int16_t>(f.w->thread[lane]);
  shared_byte* const mark = b.marks->data() + at;
  for (std::size_t k = 0; k < Size; ++k) {
    shared_byte& m = mark[k];
    if (m.written == b.time && m.writer != me)
      fault_in(f, i, lane, does, " byte ", a + k, " of shared memory, which thread ", m.writer,
               " wrote since the last barrier");
    if constexpr (Load) {
      if (m.written < b.first_time)
        fault_in(f, i, lane, "reads byte ", a + k, " of shared memory, which no thread of the block has written");
      m.reader = m.read == b.time && m.reader != me ? several : me;
      m.read = b.time;
    } else {
      if (m.read == b.time && m.reader != me)
        fault_in(f, i, lane, "writes byte ", a + k, " of shared memory, which ",
                 m.reader == several ? std::string("another thread") : sentence("thread ", m.reader),
                 " read since the last barrier");
      m.written = b.time;
      m.writer = me;
    }
  }
  return b.shared->data() + at;
}

template <space Where, bool Load, std::size_t Size>
unsigned char* find(frame& f, const instruction& i, int lane, address a) {
  const auto of_lane = [&](std::vector<unsigned char>& all, const char* what) {
    const std::size_t size = all.size() / lanes;
    if (a > size || Size > size - a)
      fault_in(f, i, lane, Load ? "reads " : "writes ", Size, " bytes at ", a, " of ", size, " bytes of ", what);
    if (Where == space::local && a % Size != 0)
      fault_in(f, i, lane, Load ? "reads " : "writes ", Size, " bytes at ", a, " of local memory, misaligned");
    return all.data() + static_cast<std::size_t>(lane) * size + a;
  };
  if constexpr (Where == space::global) return in_global<Load, Size>(f, i, lane, a);
  else if constexpr (Where == space::shared) return in_shared<Load, Size>(f, i, lane, a);
  else if constexpr (Where == space::local) return of_lane(f.local, "local memory");
  else if constexpr (Where == space::call) return of_lane(f.parameters, "a call's parameters");
  else {
    const block& b = *f.w->in;
    if (a + Size > static_cast<address>(b.parameter_bytes))
      fault_in(f, i, lane, "reads ", Size, " bytes at ", a, " of ", b.parameter_bytes, " bytes of parameters");
    return const_cast<unsigned char*>(b.parameters) + a;
  }
}

/// 32-byte sectors that one access of a warp touches: what the memory has to move for it.
template <std::size_t Size>
std::uint64_t sectors(const address* at, int count) {
  address seen[2 * lanes];
  int n = 0;
  for (int k = 0; k < count; ++k) seen[n++] = at[k] / 32;  // aligned accesses of at most 16 bytes stay in one
  std::sort(seen, seen + n);
  return static_cast<std::uint64_t>(std::unique(seen, seen + n) - seen);
}

template <space Where, bool Load, int Count, class T>
void access(frame& f, const instruction& i, lane_mask who) {
  constexpr std::size_t size = sizeof(T) * Count;
  address touched[lanes];
  int n = 0;
  for (lane_mask m = who; m != 0; m &= m - 1) {
    const int l = __builtin_ctz(m);
    address a = static_cast<address>(i.offset);
    if (i.from_bytes == 8) a += f.row<std::uint64_t>(i.from[0])[l];
    else if (i.from_bytes == 4) a += f.row<std::uint32_t>(i.from[0])[l];
    unsigned char* const p = find<Where, Load, size>(f, i, l, a);
    if constexpr (Where == space::global) touched[n++] = a;
    for (std::size_t k = 0; k < Count; ++k) {
      unsigned char* const reg = f.rows + (k == 0 ? i.to : i.more[k]) + l * i.to_bytes;
      if constexpr (Load) {
        T v{};
        std::memcpy(&v, p + k * sizeof(T), sizeof(T));
        const auto wide = static_cast<std::int64_t>(v);  // with its sign, to the width of the register
        std::memcpy(reg, &wide, i.to_bytes);
      } else {
        std::memcpy(p + k * sizeof(T), reg, sizeof(T));
      }
    }
  }
  if constexpr (Where == space::global) {
    counts& all = counted();
    (Load ? all.bytes_read : all.bytes_written) += size * static_cast<std::uint64_t>(n);
    if (Load && all.requests_counted) {
      ++all.requests;
      all.sectors += sectors<size>(touched, n);
    }
  }
}

using handler = void (*)(frame&, const instruction&, lane_mask);

template <space Where, bool Load, int Count>
handler of_type(const std::string& type) {
  if (type == "u8" || type == "b8") return &access<Where, Load, Count, std::uint8_t>;
  if (type == "s8") return &access<Where, Load, Count, std::int8_t>;
  if (type == "u16" || type == "b16") return &access<Where, Load, Count, std::uint16_t>;
  if (type == "s16") return &access<Where, Load, Count, std::int16_t>;
  if (type == "s32") return &access<Where, Load, Count, std::int32_t>;
  if (type == "u32" || type == "b32" || type == "f32") return &access<Where, Load, Count, std::uint32_t>;
  if constexpr (Count < 4)
    if (type == "u64" || type == "b64" || type == "f64" || type == "s64")
      return &access<Where, Load, Count, std::uint64_t>;
  return nullptr;
}
template <space Where, bool Load>
handler of_count(int count, const std::string& type) {
  if (count == 2) return of_type<Where, Load, 2>(type);
  return count == 4 ? of_type<Where, Load, 4>(type) : of_type<Where, Load, 1>(type);
}
template <space Where>
handler of_direction(bool load, int count, const std::string& type) {
  return load ? of_count<Where, true>(count, type) : of_count<Where, false>(count, type);
}

}  // namespace

handler access_of(const std::string& where, bool load, int count, const std::string& type) {
  if (where == "global") return of_direction<space::global>(load, count, type);
  if (where == "shared") return of_direction<space::shared>(load, count, type);
  if (where == "local") return of_direction<space::local>(load, count, type);
  if (where == "call") return of_direction<space::call>(load, count, type);
  return where == "param" && load ? of_count<space::parameter, true>(count, type) : nullptr;
}

}  // namespace cuda_on_cpu
