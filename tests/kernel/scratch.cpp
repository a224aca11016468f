#include <cnnpool/kernel/scratch.hpp>

#include <cnnpool/kernel/run_policy.hpp>

#include <limits>
#include <string>
#include <utility>

#include "catch.hpp"
#include "errors.hpp"

using namespace cnnpool;

TEST_CASE("a scratch without memory measures what one with memory takes") {
  const auto use = [](kernel::scratch& s) {
    const kernel::scratch::frame outer(s);
    s.make<float>(3, 5);
    {
      const kernel::scratch::frame inner(s);
      s.make<double>(10, 10);
    }
    s.make<char>(1, 1);
  };
  kernel::scratch measure;
  use(measure);
  CHECK(measure.peak() == 64 + 832);
  workspace w(measure.peak());
  kernel::scratch s(w.data(), w.capacity());
  use(s);
  CHECK(s.peak() == measure.peak());
  CHECK(sentence([&] { s.make<float>(300, 1); }) == "workspace: 1216 bytes are needed, 896 are there");
  kernel::scratch whole;
  CHECK(sentence([&] { whole.make<double>(index_t{1} << 40, index_t{1} << 40); }) ==
        "workspace: a matrix of 1099511627776 x 1099511627776 cannot be addressed");
}

namespace {
struct backend_that_copies_nothing {
  template <class... T>
  void transform(const T&...) const {}
};
}  // namespace

TEST_CASE("a temporary in other numbers is given back when it was converted") {
  kernel::scratch s;
  const kernel::matrix<float> out{nullptr, 4, 4, 4, 1};
  for (int i = 0; i < 3; ++i)
    detail::in_numbers_of<double>(backend_that_copies_nothing{}, s, out, [](const auto& t) { CHECK(t.rows == 4); });
  CHECK(s.peak() == 4 * 4 * sizeof(double));
}

TEST_CASE("sizes that a workspace cannot have are sentences") {
  kernel::scratch s;
  CHECK(sentence([&] { s.bytes(~std::size_t{0}); }).find("bytes cannot be addressed") != std::string::npos);
  s.bytes(1);
  CHECK(s.peak() == kernel::scratch::alignment);
  CHECK(sentence([&] { s.bytes(~std::size_t{0} - 2 * kernel::scratch::alignment + 1); }).find("cannot be addressed") !=
        std::string::npos);
  CHECK(s.peak() == kernel::scratch::alignment);
  CHECK(!sentence([&] { s.make<double>(std::numeric_limits<index_t>::max() / 4, 1); }).empty());
  {
    kernel::scratch most;
    most.bytes(~std::size_t{0} - kernel::scratch::alignment);
    CHECK(most.peak() == ~std::size_t{0} - kernel::scratch::alignment + 1);
  }
  constexpr index_t furthest = std::numeric_limits<index_t>::max();
  using size = std::pair<index_t, index_t>;
  for (const auto& [rows, cols] : {size{1, furthest}, {furthest, 1}, {2, furthest / 2}, {furthest / 3, 3}}) {
    kernel::scratch most;
    CHECK(most.make<unsigned char>(rows, cols).cols == cols);
  }
  CHECK(!sentence([&] { s.make<unsigned char>(furthest / 2 + 1, 2); }).empty());
  workspace exact(kernel::scratch::alignment);
  kernel::scratch one(exact.data(), exact.capacity());
  CHECK((one.bytes(kernel::scratch::alignment) == exact.data() && !one.measuring() && s.measuring()));
  CHECK(sentence([&] { one.bytes(1); }) == "workspace: " + std::to_string(2 * kernel::scratch::alignment) +
                                               " bytes are needed, " + std::to_string(exact.capacity()) +
                                               " are there");
}

TEST_CASE("a workspace grows only, and has nothing once it was moved from") {
  workspace a(1000);
  void* const memory = a.data();
  a.reserve(10);
  a.reserve(a.capacity());
  CHECK((a.capacity() == 1000 && a.data() == memory));
  workspace b = std::move(a);
  CHECK((b.capacity() == 1000 && b.data() == memory));
  CHECK((a.capacity() == 0 && a.data() == nullptr));
  a.reserve(64);
  CHECK((a.capacity() == 64 && a.data() != nullptr));
  b = std::move(a);
  CHECK((b.capacity() == 64 && a.capacity() == 0));
}
