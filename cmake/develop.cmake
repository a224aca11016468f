# What developers of cnnpool need; a consumer never reads this file.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)

# The warnings that the headers are clean on (g++ and clang++), as errors.
add_library(cnnpool_warnings INTERFACE)
target_compile_options(cnnpool_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
                                                  -Wold-style-cast -Wdouble-promotion -Werror)
set(CNNPOOL_SANITIZE "" CACHE STRING "Sanitizers for the developer build, e.g. address,undefined or thread")
if(CNNPOOL_SANITIZE)
  add_compile_options(-fsanitize=${CNNPOOL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${CNNPOOL_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
