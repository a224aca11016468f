// The kernels that a GPU runs, run by the host: the threads of a step one after the other, forwards or backwards. A
// step in which one thread reads what another one writes would make the two differ.
#pragma once

#include <cnnpool/backend/blocks/blocks.hpp>

#include <vector>

namespace testing {

struct block_emulator : cnnpool::block_backend<block_emulator> {
  bool backwards = false;
  explicit block_emulator(bool b) : backwards(b) {}

  using space = cnnpool::host_space;
  template <class T>
  using accumulator = cnnpool::accumulator_t<T>;

  template <class K>
  void launch_blocks(const K& kernel) const {
    static_assert(std::is_trivially_copyable_v<K>);
    const auto bytes = static_cast<std::size_t>(kernel.shared_bytes());
    if (bytes > 48u << 10) cnnpool::raise("a block has 48 KiB of shared memory, the kernel wants ", bytes, " bytes");
    std::vector<std::max_align_t> shared((bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
    char* const memory = reinterpret_cast<char*>(shared.data());
    std::vector<typename cnnpool::detail::registers_of<K>::type> own(K::threads);
    for (cnnpool::index_t block = 0; block < kernel.blocks(); ++block) {
      std::fill(memory, memory + bytes, static_cast<char>(0xff));  // NaN, and what other blocks left there is gone
      for (int step = 0; step < kernel.steps(); ++step)
        for (int i = 0; i < K::threads; ++i) {
          const int t = backwards ? K::threads - 1 - i : i;
          cnnpool::detail::run_step(kernel, step, block, t, memory, own[static_cast<std::size_t>(t)]);
        }
    }
  }
};

inline std::vector<block_emulator> backends() { return {block_emulator(false), block_emulator(true)}; }

}  // namespace testing
