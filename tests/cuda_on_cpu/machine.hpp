// What executes: 32 threads (a warp) at once, instruction by instruction. A register is a row of 32 values, a constant
// a row of 32 equal ones, so that an instruction is a loop over rows and its operands are offsets of rows, known before
// the kernel starts.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fault.hpp"
#include "memory.hpp"
#include "ptx.hpp"

namespace cuda_on_cpu {

inline constexpr int lanes = 32;
using lane_mask = std::uint32_t;
inline constexpr lane_mask all_lanes = 0xffffffffu;

struct warp;
struct frame;
struct code;

struct instruction {
  enum kind_of : std::uint8_t { plain, branch, barrier, leave, call } kind = plain;
  bool guarded = false, unless = false;
  std::uint8_t count = 1;                 // elements of a vector access or of a packed move
  std::uint8_t to_bytes = 4, from_bytes = 4;  // of a register, where its type does not say so
  void (*run)(frame&, const instruction&, lane_mask) = nullptr;
  std::uint32_t guard = 0, to = 0;
  std::uint32_t from[4] = {};             // offsets of rows
  std::uint32_t more[4] = {};             // the other elements of a vector
  std::int64_t offset = 0;                // of an address
  int target = 0;                         // of a branch
  mutable allocation* last = nullptr;     // where it found its address before
  const code* callee = nullptr;
  const ptx::statement* source = nullptr;
};

struct code {
  ptx::function text;
  std::vector<instruction> body;
  std::vector<unsigned char> rows;  // as they are when a warp starts: constants, and registers that nobody wrote
  std::map<std::string, std::uint32_t> names;
  std::uint32_t thread_row = 0, block_row = 0, threads_row = 0, blocks_row = 0;
};

/// Who wrote and who read a byte of shared memory last, and between which barriers. Times grow from block to block, so
/// a byte of an earlier block's time has not been written in this one.
struct shared_byte {
  std::uint32_t written = 0, read = 0;
  std::int16_t writer = -1, reader = -1;  // several: two or more threads read it
};
inline constexpr std::int16_t several = -2;

struct block {
  const std::string* kernel;
  const unsigned char* parameters;  // the kernel's
  int parameter_bytes;
  std::int64_t index;
  std::int64_t shared_size;
  std::vector<unsigned char>* shared;
  std::vector<shared_byte>* marks;
  std::uint32_t first_time, time;  // of this block, and since its last barrier
};

/// One function that a warp is in.
struct frame {
  warp* w;
  const code* c;
  std::vector<unsigned char> memory;      // of all rows, with room to align them
  unsigned char* rows = nullptr;
  std::vector<unsigned char> parameters;  // of calls, lane by lane
  std::vector<unsigned char> local;       // lane by lane

  frame(warp* of, const code* in) : w(of), c(in) { start(); }
  void start();
  template <class T>
  T* row(std::uint32_t offset) {
    return reinterpret_cast<T*>(rows + offset);
  }
};

struct warp {
  block* in = nullptr;
  int thread[lanes] = {};  // their numbers in the block
  int size = 0;            // how many there are
  std::unique_ptr<frame> top;
  struct group {
    int at;
    lane_mask who;
  };
  std::vector<group> running;  // those at the same instruction
  lane_mask waiting = 0;       // at the barrier in front of instruction `behind`
  int behind = 0;

  /// Until every thread waits or has returned.
  void run_to_barrier();
};

/// Ends the program with who did what, where.
template <class... Part>
[[noreturn]] void fault_in(const frame& f, const instruction& i, int lane, const Part&... parts) {
  fault("kernel ", *f.w->in->kernel, ", block ", f.w->in->index, ", thread ", f.w->thread[lane], " ", parts..., ": ",
        i.source->text);
}

/// What ran since the program began.
struct counts {
  std::uint64_t launches = 0, instructions = 0, bytes_read = 0, bytes_written = 0, requests = 0, sectors = 0;
  bool requests_counted = false;  // they and sectors take time
};
counts& counted();

/// By the name in the PTX; decoded at the first use.
const code& code_of(const std::string& name);
void add_module(std::string_view module);

}  // namespace cuda_on_cpu
