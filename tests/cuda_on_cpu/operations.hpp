// The table of opcodes: which function runs one, and how wide its operands are.
#pragma once

#include <array>
#include <string>
#include <unordered_map>

#include "machine.hpp"

namespace cuda_on_cpu {

struct operation {
  void (*run)(frame&, const instruction&, lane_mask) = nullptr;
  int to = 0;                    // bytes of its result, 1 for a predicate
  std::array<int, 4> from = {};  // bytes of its operands, 0 behind the last
};
/// By opcode without the modifiers that change nothing here.
using operations = std::unordered_map<std::string, operation>;

template <class F, class D, class... A>
struct over_lanes {
  template <std::size_t... K>
  static void apply(D* to, const instruction& i, frame& f, lane_mask who, std::index_sequence<K...>) {
    const auto each = [&](const A*... from) {
      if (who == all_lanes) {
#pragma GCC ivdep  // a row is the result's own or another one
        for (int l = 0; l < lanes; ++l) to[l] = F{}(from[l]...);
      } else {
        for (; who != 0; who &= who - 1) {
          const int l = __builtin_ctz(who);
          to[l] = F{}(from[l]...);
        }
      }
    };
    each(f.row<A>(i.from[K])...);
  }
  static void run(frame& f, const instruction& i, lane_mask who) {
    apply(f.row<D>(i.to), i, f, who, std::index_sequence_for<A...>{});
  }
};

template <class F, class D, class... A>
operation made(D (F::*)(A...) const) {
  return {&over_lanes<F, D, A...>::run, sizeof(D), {sizeof(A)...}};
}
/// An operation that is a function of one lane's operands.
template <class F>
operation lanewise(F) {
  return made<F>(&F::operator());
}

void add_floating(operations&);
void add_integer(operations&);
void add_conversions(operations&);

/// Of ld and st in global, shared, local and param memory, and of the parameters of a call; nullptr for others.
void (*access_of(const std::string& space, bool load, int count, const std::string& type))(frame&, const instruction&,
                                                                                         lane_mask);

}  // namespace cuda_on_cpu
