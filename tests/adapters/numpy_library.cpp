// What numpy_capsule.py calls: sums a NumPy array that came as a DLPack capsule's pointer.
#include <cnnpool/adapters/dlpack.hpp>
#include <cnnpool/pooling.hpp>

#include <cstring>

extern "C" {

/// sums: room for n*c floats. 0, or 1 with the sentence in message (200 bytes).
int sum_of_dlpack(cnnpool::dlpack::managed_tensor* managed, const char* axes, float* sums, char* message) {
  try {
    const auto x = cnnpool::as_view(*managed, {.axes = axes});  // the capsule stays the owner
    const auto d = cnnpool::pool(x, cnnpool::sum{});
    std::memcpy(sums, d.data(), d.size() * sizeof(float));
    return 0;
  } catch (const cnnpool::error& e) {
    std::strncpy(message, e.what(), 199);
    message[199] = 0;
    return 1;
  }
}

}
