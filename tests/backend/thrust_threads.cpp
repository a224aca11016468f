// Thrust on OpenMP and TBB: the same bits for any number of threads.
#include <cnnpool/backend/thrust/thrust.hpp>
#include <cnnpool/cnnpool.hpp>

#include <cstring>
#include <vector>

#include "../catch.hpp"
#include "../random.hpp"

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
#include <omp.h>
using threads = int;
void use(threads count) { omp_set_num_threads(count); }
#else
#include <tbb/global_control.h>
#include <memory>
using threads = std::size_t;
void use(threads count) {
  static std::unique_ptr<tbb::global_control> limit;
  limit.reset();
  limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, count);
}
#endif

using namespace cnnpool;

TEST_CASE("the same bits for 1, 2, 3 and 8 threads, and for a batch and its images") {
  testing::random_numbers r;
  std::vector<float> values(5 * 40 * 13 * 11);
  for (float& v : values) v = static_cast<float>(r.uniform(-1, 3));
  const auto policy = concat(cnnpool::sum{}, gem{}, relu{} | crow{}, rmac{}) | l2{};
  for (const bool rows : {true, false}) {
    const shape s{5, 40, 13, 11};
    const auto x = rows ? feature_view<float>(values.data(), s, nchw) : feature_view<float>(values.data(), s, nhwc);
    use(1);
    const auto expected = pool(thrust_backend{}, x, policy);
    for (const threads count : std::initializer_list<threads>{2, 3, 8}) {
      use(count);
      const auto got = pool(thrust_backend{}, x, policy);
      INFO(count << " threads");
      CHECK(std::memcmp(got.data(), expected.data(), got.values().size() * sizeof(float)) == 0);
      for (index_t n = 0; n < s.n; ++n) {
        const auto alone = pool(thrust_backend{}, x.images(n, 1), policy);
        CHECK(std::memcmp(alone.data(), &expected(n, 0), alone.values().size() * sizeof(float)) == 0);
      }
    }
  }
}
