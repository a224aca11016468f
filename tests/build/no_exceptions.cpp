// The library without exceptions and without RTTI: it computes, and a misuse calls the handler with the sentence.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <cnnpool/cnnpool.hpp>

#if defined(__cpp_exceptions) || defined(__cpp_rtti) || CNNPOOL_HAS_EXCEPTIONS
#error "compile this with -fno-exceptions -fno-rtti"
#endif

namespace {
// The handler must not return: it ends the program, well when the sentence is the documented one.
void end_with_sentence(const char* message) {
  const char* expected = "pool_into: output is 1 x 3, policy sum on 1 x 2 x 1 x 2 needs 1 x 2";
  const bool good = std::strcmp(message, expected) == 0;
  std::printf("%s: %s\n", good ? "handler called" : "handler called with another sentence", message);
  std::exit(good ? 0 : 1);
}
}  // namespace

int main() {
  const float values[] = {1, 2, 3, 5};
  const cnnpool::feature_view<float> x(values, {.c = 2, .h = 1, .w = 2}, cnnpool::nchw);
  const auto d = cnnpool::pool(x, cnnpool::concat(cnnpool::sum{}, cnnpool::max()));
  const float expected[] = {3, 8, 2, 5};
  if (d.values().size() != 4 || std::memcmp(d.data(), expected, sizeof expected) != 0) {
    std::puts("sum and max of {1, 2}, {3, 5} are not {3, 8}, {2, 5}");
    return 1;
  }
  cnnpool::set_error_handler(end_with_sentence);
  float out[3];
  cnnpool::workspace w;
  cnnpool::pool_into(x, cnnpool::sum{}, cnnpool::descriptor_span<float>(out, 1, 3), w);
  std::puts("pool_into accepted an output of the wrong size");
  return 1;
}
