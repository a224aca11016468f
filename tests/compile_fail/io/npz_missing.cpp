// expect: cnnpool/io/npz.hpp: <zip.h> is missing; install libzip (Debian: libzip-dev)
// flags: -nostdinc
// needs: zip.h
#include <cnnpool/io/npz.hpp>
