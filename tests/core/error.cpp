#include <cnnpool/core/error.hpp>

#include <string>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

namespace {
struct own {
  std::string message;
};
[[noreturn]] void throw_own(const char* message) { throw own{message}; }
}  // namespace

TEST_CASE("a handler replaces the exception, and the one before comes back") {
  const error_handler before = set_error_handler(&throw_own);
  std::string said;
  try {
    raise("f: ", 3, " of ", 2.5, ", expected ", "1");
  } catch (const own& e) {
    said = e.message;
  }
  CHECK(said == "f: 3 of 2.5, expected 1");
  CHECK(set_error_handler(before) == &throw_own);
  CHECK(sentence([] { raise("f: ", -7L, " and ", 1e-30f); }) == "f: -7 and 1e-30");
  set_error_handler(&throw_own);
  CHECK(set_error_handler(nullptr) == &throw_own);
  CHECK(sentence([] { raise("default again"); }) == "default again");
  CHECK(set_error_handler(nullptr) == before);
}
