// What ends a program on this runtime: one sentence on the error stream, then abort, so that a debugger or the test
// program around it shows where the host was.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

namespace cuda_on_cpu {

template <class... Part>
std::string sentence(const Part&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

template <class... Part>
[[noreturn]] void fault(const Part&... parts) {
  std::fprintf(stderr, "cuda_on_cpu: %s\n", sentence(parts...).c_str());
  std::fflush(stderr);
  std::abort();
}

struct hex {
  unsigned long long value;
};
inline std::ostream& operator<<(std::ostream& out, hex h) {
  return out << "0x" << std::hex << h.value << std::dec;
}

}  // namespace cuda_on_cpu
