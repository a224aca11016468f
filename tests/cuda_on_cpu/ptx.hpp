// PTX as text, taken apart: functions, statements, operands. Nothing is decoded here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cuda_on_cpu::ptx {

struct operand {
  enum kind_of { name, number, memory, list } kind = name;
  std::string text;         // of a name: %r1, $L__BB0_2, a symbol; of memory: its base; of a number: as it is written
  bool negated = false;     // !%p1
  std::int64_t offset = 0;  // [base+offset]
  std::vector<operand> parts;
};

struct statement {
  std::string guard;  // @%p1, empty where there is none
  bool unless = false;
  std::vector<std::string> op;  // "setp", "lt", "s32"
  std::vector<operand> operands;
  std::string text;
};

struct parameter {
  std::string name;
  int offset, bytes;
};

struct function {
  std::string name;
  bool entry = false;
  int most_threads = 1024;
  std::vector<parameter> in, out;
  std::map<std::string, parameter> memory;  // .param declared in the body, for calls
  std::map<std::string, parameter> local, shared;
  int in_bytes = 0, memory_bytes = 0, local_bytes = 0, shared_bytes = 0;
  std::map<std::string, int> registers;  // bytes, by name without its number; a predicate has 1
  std::vector<statement> body;
  std::map<std::string, int> labels;

  int register_bytes(const std::string& used) const;
};

/// The functions of a module by name, each as its text; parsed when asked for, a suite has hundreds.
std::map<std::string, std::string> split(std::string_view module);
function parse(const std::string& text);

}  // namespace cuda_on_cpu::ptx
