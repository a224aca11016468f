# What developers of cnnpool need; a consumer never reads this file.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# -O2 is what users compile with; -O3 and debug information only cost time here.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
  set(CMAKE_CXX_FLAGS_RELEASE "-O2")
endif()

# The warnings that the headers are clean on (g++ and clang++), as errors.
set(CNNPOOL_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
                     -Wdouble-promotion -Werror)
add_library(cnnpool_warnings INTERFACE)
# The oracles of the tests compute in long double, which clang counts as a promotion; tests/build/headers.py compiles
# the headers with that warning too.
target_compile_options(cnnpool_warnings INTERFACE ${CNNPOOL_WARNINGS} $<$<CXX_COMPILER_ID:Clang>:-Wno-double-promotion>)

set(CNNPOOL_SANITIZE "" CACHE STRING "Sanitizers for the developer build, e.g. address,undefined or thread")
if(CNNPOOL_SANITIZE)
  add_compile_options(-fsanitize=${CNNPOOL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CNNPOOL_SANITIZE})
endif()

option(CNNPOOL_COVERAGE "Build for scripts/coverage, with clang++" OFF)
if(CNNPOOL_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
# What tests and benchmarks link: the kernels of cnnpool::compiled, built once for all of them. Instrumented kernels
# take minutes, so those builds compile only what their tests call.
add_library(cnnpool_to_test INTERFACE)
if(CNNPOOL_SANITIZE OR CNNPOOL_COVERAGE)
  target_link_libraries(cnnpool_to_test INTERFACE cnnpool::cnnpool)
else()
  target_link_libraries(cnnpool_to_test INTERFACE cnnpool::compiled)
endif()

option(CNNPOOL_UNOPTIMISED "-O0 behind every other option: an instrumented kernel takes seconds instead of minutes" OFF)
if(CNNPOOL_UNOPTIMISED)
  string(APPEND CMAKE_CXX_COMPILE_OBJECT " -O0")
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
