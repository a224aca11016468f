// For npz_round_trip.py: npz_driver IN OUT writes the sums of every array of IN, deflated; npz_driver MODEL IN OUT
// reads a whitening and writes what it makes of the array x of IN as y, and itself as it was read, into OUT.model.
#include <cnnpool/io/npz_model.hpp>
#include <cnnpool/cnnpool.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) return 2;
  try {
    if (argc == 4) {
      const auto w = cnnpool::read_npz<cnnpool::projection>(argv[1]);
      cnnpool::npz_writer out(argv[3]);
      out.add("y", cnnpool::pool(cnnpool::npz_file(argv[2]).read("x"), cnnpool::sum{} | w));
      out.commit();
      cnnpool::write_npz(std::string(argv[3]) + ".model", w);
      return 0;
    }
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
