// Packed lines are the elements themselves, one by one: every scalar type, both directions, blocks and strides in
// memory, every level.
#include <catch.hpp>
#include <cnnpool/backend/cpu/panel/pack_lines.hpp>

#include <random.hpp>
#include <vector>

using namespace cnnpool;

namespace {

/// Lines: count, in runs of so many, the runs so far apart, the stride in a run.
struct arrangement {
  const char* name;
  detail::two_level_axis across, along;
};

template <class S, class A>
void check_type(const char* type) {
  const arrangement arrangements[] = {
      {"elements side by side", {37, 37, 0, 130}, {101, 101, 0, 1}},
      {"elements in runs", {13, 13, 0, 400}, {60, 7, 11, 1}},
      {"lines side by side", {101, 101, 0, 1}, {37, 37, 0, 130}},
      {"lines in blocks of 16", {75, 16, 16 * 50, 1}, {50, 50, 0, 16}},
      {"lines in blocks, elements in rows", {40, 8, 8 * 64, 1}, {48, 6, 8 * 8, 8}},
      {"nothing side by side", {9, 9, 0, 2}, {20, 5, 100, 18}},
      {"one line", {1, 1, 0, 3}, {17, 17, 0, 1}},
      {"one element", {70, 70, 0, 1}, {1, 1, 0, 1}}};
  testing::random_numbers random(1);
  for (const arrangement& a : arrangements) {
    const index_t reach = a.across.reach() + a.along.reach() + 1;
    std::vector<S> memory;  // not one element more than the lines reach to
    for (index_t i = 0; i < reach; ++i) {
      const int number = random.between(0, 100);
      if constexpr (std::is_same_v<S, float16>) memory.push_back(to_float16(static_cast<float>(number)));
      else if constexpr (std::is_same_v<S, bfloat16>) memory.push_back(to_bfloat16(static_cast<float>(number)));
      else memory.push_back(static_cast<S>(number));
    }
    const quantization scale{.scale = quantized_scalar<S> ? .5f : 1.f, .zero_point = quantized_scalar<S> ? 3 : 0};
    for (const auto level : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512})
      for (int turn = 0; turn < 20; ++turn) {
        const index_t first = random.between(0, static_cast<int>(a.across.count) - 1);
        const index_t count = random.between(0, static_cast<int>(a.across.count - first));
        const index_t start = random.between(0, static_cast<int>(a.along.count) - 1);
        const index_t size = random.between(0, static_cast<int>(a.along.count - start));
        const index_t pitch = size + random.between(0, 3);
        const detail::panel_source<A> from{reinterpret_cast<const unsigned char*>(memory.data()), sizeof(S), scale,
                                           detail::conversion_of<S, A>(level), std::is_same_v<S, A>};
        std::vector<A> expected(static_cast<std::size_t>(count * pitch), A(-7)), packed = expected;
        for (index_t o = 0; o < count; ++o)
          for (index_t i = 0; i < size; ++i)
            expected[static_cast<std::size_t>(o * pitch + i)] = kernel::as_lane<A>(
                memory[static_cast<std::size_t>(a.across.offset(first + o) + a.along.offset(start + i))], scale);
        detail::packing_of<A>(level)(from, {0, a.across, first, count, a.along, start, size}, packed.data(), pitch);
        INFO(type << ", " << a.name << ", " << to_string(level) << ": lines " << first << " + " << count
                  << ", elements " << start << " + " << size);
        CHECK(packed == expected);
      }
  }
}

}  // namespace

TEST_CASE("packed lines are the elements, and nothing behind them is touched") {
  check_type<float, float>("float");
  check_type<double, double>("double");
  check_type<float16, float>("float16");
  check_type<bfloat16, float>("bfloat16");
  check_type<std::int8_t, float>("int8");
  check_type<std::uint8_t, float>("uint8");
}
