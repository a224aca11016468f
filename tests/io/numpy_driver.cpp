// For numpy_round_trip.py: numpy_driver IN OUT writes the sums of IN's maps.
#include <cnnpool/io/npy.hpp>
#include <cnnpool/io/npy_write.hpp>
#include <cnnpool/cnnpool.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    cnnpool::write_npy(std::string(argv[2]), cnnpool::pool(cnnpool::read_npy(argv[1]), cnnpool::sum{}));
    return 0;
  } catch (const cnnpool::error& e) {
    std::puts(e.what());
    return 1;
  }
}
