// Instruction sets, chosen once at run time, so that code compiled for baseline x86-64 runs at the machine's speed.
//
// One always-inlined body, instantiated in a thin shell per instruction set: [[gnu::flatten]] pulls everything below
// it, a user's step included, into a function that carries its own target attribute.
#pragma once

#include <type_traits>

#include "pack.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class instruction_set { baseline, avx2, avx512 };

constexpr const char* to_string(instruction_set target) {
  constexpr const char* names[] = {"baseline", "avx2", "avx512"};
  return names[static_cast<int>(target)];
}

inline namespace CNNPOOL_CPU_LANES {

/// The widest instruction set that this machine has and this compiler can target. Determined anew each time: that is a
/// few loads, and a static variable would be one for the whole process, which keeps a plugin from being unloaded.
inline instruction_set best_instruction_set() {
#if CNNPOOL_HAS_X86_TARGETS
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  return avx512 ? instruction_set::avx512 : avx2 ? instruction_set::avx2 : instruction_set::baseline;
#else
  return instruction_set::baseline;
#endif
}

}  // namespace CNNPOOL_CPU_LANES

namespace detail {
inline namespace CNNPOOL_CPU_LANES {

/// bytes: the width of a register. Every processor with AVX2 and FMA has F16C.
struct target_baseline {
  static constexpr int bytes = 16;
  static constexpr bool f16c = false;
};
struct target_avx2 {
  static constexpr int bytes = 32;
  static constexpr bool f16c = true;
};
struct target_avx512 {
  static constexpr int bytes = 64;
  static constexpr bool f16c = true;
};

/// Lanes in a register of a target, at most `most`.
template <class Target, class L, int Most>
inline constexpr int target_width = Target::bytes / static_cast<int>(sizeof(L)) < Most
                                       ? Target::bytes / static_cast<int>(sizeof(L))
                                       : Most;

#if CNNPOOL_HAS_X86_TARGETS
template <class Task>
[[gnu::target("avx2,fma,f16c"), gnu::flatten]] void run_avx2(const Task& task) {
  task.template operator()<target_avx2>();
}
template <class Task>
#if defined(__clang__)  // drops a whole attribute that names prefer-vector-width
[[gnu::target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,f16c"), gnu::flatten]]
#else
[[gnu::target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,f16c,prefer-vector-width=512"), gnu::flatten]]
#endif
void run_avx512(const Task& task) {
  task.template operator()<target_avx512>();
}
#endif
#if CNNPOOL_HAS_PACKS
template <class Task>
[[gnu::flatten]] void run_baseline(const Task& task) {
  task.template operator()<target_baseline>();
}
#else
template <class Task>
void run_baseline(const Task& task) {
  task.template operator()<target_baseline>();
}
#endif

/// Runs the task for the target asked for, or the best below it that this machine has. A task that gains nothing from
/// wider registers (their masks and selections cost more) has up_to_avx2, and is compiled twice instead of three times.
template <class Task>
void dispatch_here(instruction_set wanted, const Task& task) {
#if CNNPOOL_HAS_X86_TARGETS
  const instruction_set best = best_instruction_set(), target = wanted < best ? wanted : best;
  if constexpr (!requires { requires Task::up_to_avx2; })
    if (target == instruction_set::avx512) return run_avx512(task);
  if (target >= instruction_set::avx2) return run_avx2(task);
#else
  static_cast<void>(wanted);
#endif
  run_baseline(task);
}
/// The same, as a function of the target.
template <class Target, class Task>
void dispatch_as(const Task& task) {
#if CNNPOOL_HAS_X86_TARGETS
  if constexpr (std::is_same_v<Target, target_avx512>) run_avx512(task);
  else if constexpr (std::is_same_v<Target, target_avx2>) run_avx2(task);
  else run_baseline(task);
#else
  run_baseline(task);
#endif
}

}  // namespace CNNPOOL_CPU_LANES

/// Whether cnnpool::compiled holds the code of a task (library.hpp): then it is not compiled here but run from there.
template <class Task>
inline constexpr bool in_library = false;
template <class Task>
void run_in_library(instruction_set wanted, const Task& task);

inline namespace CNNPOOL_CPU_VARIANT {

template <class Task>
void dispatch_to(instruction_set wanted, const Task& task) {
  if constexpr (in_library<Task>) run_in_library(wanted, task);
  else dispatch_here(wanted, task);
}

}  // namespace CNNPOOL_CPU_VARIANT
}  // namespace detail
}  // namespace cnnpool
