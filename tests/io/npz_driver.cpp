// For npz_round_trip.py: npz_driver IN OUT writes the sums of every array of IN, deflated.
#include <cnnpool/io/npz.hpp>
#include <cnnpool/pooling.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const cnnpool::npz_file in(argv[1]);
    cnnpool::npz_writer out(argv[2], cnnpool::npz_writer::compression::deflate);
    for (const std::string& name : in.names()) out.add(name, cnnpool::pool(in.read(name), cnnpool::sum{}));
    out.commit();
    return 0;
  } catch (const cnnpool::error& e) {
    std::puts(e.what());
    return 1;
  }
}
