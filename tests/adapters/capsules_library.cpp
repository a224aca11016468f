// What capsules.py calls: sums an array that came as a DLPack capsule's pointer, pools it by every policy, and hands
// out descriptors as a capsule.
#include <cnnpool/adapters/dlpack.hpp>
#include <cnnpool/cnnpool.hpp>

#include <cstring>

#include "adapters/policies.hpp"

namespace {
int alive = 0;
void (*delete_descriptors)(cnnpool::dlpack::managed_tensor*) = nullptr;
}  // namespace

namespace {
template <class Managed>
int sum_of(const Managed& managed, const char* axes, float* sums, char* message) {
  try {
    const auto x = cnnpool::as_view(managed, {.axes = axes});  // the capsule stays the owner
    const auto d = cnnpool::pool(x, cnnpool::sum{});
    if (d.values().size() != 0) std::memcpy(sums, d.data(), d.values().size() * sizeof(float));
    return 0;
  } catch (const cnnpool::error& e) {
    std::strncpy(message, e.what(), 199);
    message[199] = 0;
    return 1;
  }
}
}  // namespace

extern "C" {

/// sums: room for n*c floats. 0, or 1 with the sentence in message (200 bytes).
int sum_of_dlpack(cnnpool::dlpack::managed_tensor* managed, const char* axes, float* sums, char* message) {
  return sum_of(*managed, axes, sums, message);
}
int sum_of_dlpack_versioned(cnnpool::dlpack::managed_tensor_versioned* managed, const char* axes, float* sums,
                            char* message) {
  return sum_of(*managed, axes, sums, message);
}

/// Every policy on a tensor of floats, and the framework's row of docs/frameworks/README.md. 0, or 1 where one differs.
int row_of_dlpack(cnnpool::dlpack::managed_tensor* managed, const char* framework, const char* version,
                  const char* what) {
  const std::string policies = testing::policies_on(cnnpool::as_view(*managed));
  testing::ran(framework, version, policies, what);
  return policies.find('!') == std::string::npos ? 0 : 1;
}

/// 3 x 4 descriptors, component (i, j) = 10 i + j; for a capsule "dltensor".
cnnpool::dlpack::managed_tensor* descriptors_as_dlpack() {
  cnnpool::descriptors<float> d(3, 4);
  for (cnnpool::index_t i = 0; i < 3; ++i)
    for (cnnpool::index_t j = 0; j < 4; ++j) d(i, j) = static_cast<float>(10 * i + j);
  cnnpool::dlpack::managed_tensor* const managed = cnnpool::dlpack::to_dlpack(std::move(d));
  delete_descriptors = managed->deleter;
  managed->deleter = [](cnnpool::dlpack::managed_tensor* self) {
    --alive;
    delete_descriptors(self);
  };
  ++alive;
  return managed;
}

/// How many of those have not been deleted.
int descriptors_alive() { return alive; }

}
