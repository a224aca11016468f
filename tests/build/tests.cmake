# The headers and the ways of compiling them: alone, all in two translation units, without exceptions, and one program
# of units with and without SIMD packs, OpenMP and nvcc.
set(here ${CMAKE_CURRENT_LIST_DIR})

list(TRANSFORM CNNPOOL_WARNINGS PREPEND --flag= OUTPUT_VARIABLE warning_flags)
foreach(compiler IN LISTS CNNPOOL_COMPILERS)
  get_filename_component(name ${compiler} NAME)
  # What a header forgets to include, one compiler sees as well as two: they read the same standard library.
  set(alone)
  if(compiler STREQUAL CNNPOOL_CLANGXX AND CNNPOOL_GXX AND NOT CNNPOOL_TEST_ALL)
    set(alone --alone=adapters/)
  endif()
  set(own_flags)
  if(compiler STREQUAL CNNPOOL_GXX)
    set(own_flags --flag=-Wuseless-cast)  # clang++ has none
  endif()
  add_test(NAME headers_${name} COMMAND Python3::Interpreter ${here}/headers.py ${compiler} ${alone} ${own_flags}
                                        ${PROJECT_SOURCE_DIR}/include ${warning_flags} ${CNNPOOL_FRAMEWORK_FLAGS})
  set_tests_properties(headers_${name} PROPERTIES LABELS build TIMEOUT 900)
endforeach()

# cnnpool_build_test(name) makes the test of test_<name>, a program without Catch2 that says what is wrong and fails.
function(cnnpool_build_test name)
  target_link_libraries(test_${name} PRIVATE cnnpool::cnnpool cnnpool_warnings)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES LABELS build)
endfunction()

file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include
     ${PROJECT_SOURCE_DIR}/include/cnnpool/*.hpp)
# pack.hpp includes one of pack_vector.hpp and pack_array.hpp, never both.
list(FILTER headers EXCLUDE
     REGEX "/adapters/|/backend/thrust/|/backend/cuda/|/pack_(vector|array)\\.hpp|_json\\.hpp|/npz(_[a-z]+)?\\.hpp")
list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>")
list(JOIN headers "\n" includes)
set(main "int other_unit();\nint main() { return other_unit(); }")
configure_file(${here}/all_headers.cpp.in all_headers_1.cpp @ONLY)
set(main "int other_unit();\nint other_unit() { return 0; }")
configure_file(${here}/all_headers.cpp.in all_headers_2.cpp @ONLY)
add_executable(test_two_units ${CMAKE_CURRENT_BINARY_DIR}/all_headers_1.cpp
                              ${CMAKE_CURRENT_BINARY_DIR}/all_headers_2.cpp)
find_package(Eigen3 CONFIG QUIET)
if(TARGET Eigen3::Eigen)
  target_link_libraries(test_two_units PRIVATE Eigen3::Eigen)
endif()
cnnpool_build_test(two_units)

add_executable(test_no_exceptions ${here}/no_exceptions.cpp)
target_compile_options(test_no_exceptions PRIVATE -fno-exceptions -fno-rtti -O1)
cnnpool_build_test(no_exceptions)

# -O0, since what is inlined cannot be taken from another unit by the linker.
add_executable(test_variants ${here}/variants.cpp)
if(OpenMP_CXX_FOUND)
  target_link_libraries(test_variants PRIVATE OpenMP::OpenMP_CXX)
endif()
foreach(variant packs lanes packs_openmp lanes_openmp)
  if(variant MATCHES openmp AND NOT OpenMP_CXX_FOUND)
    message(NOTICE "skipped: tests/build/variants with OpenMP: the compiler has none")
    target_compile_definitions(test_variants PRIVATE CNNPOOL_TEST_NO_OPENMP)
    continue()
  endif()
  add_library(variant_${variant} OBJECT ${here}/variant.cpp)
  target_link_libraries(variant_${variant} PRIVATE cnnpool::cnnpool cnnpool_warnings)
  target_compile_definitions(variant_${variant} PRIVATE VARIANT=${variant})
  target_compile_options(variant_${variant} PRIVATE -O0)
  if(variant MATCHES lanes)
    target_compile_definitions(variant_${variant} PRIVATE CNNPOOL_NO_SIMD)
  endif()
  if(variant MATCHES openmp)
    target_compile_options(variant_${variant} PRIVATE ${OpenMP_CXX_FLAGS})
  endif()
  target_sources(test_variants PRIVATE $<TARGET_OBJECTS:variant_${variant}>)
endforeach()

# nvcc is called by hand: enabling CMake's CUDA language would need a GPU tool chain on every machine.
find_program(CNNPOOL_NVCC nvcc PATHS /usr/local/cuda/bin)
if(CNNPOOL_NVCC AND NOT CNNPOOL_SANITIZE AND NOT CNNPOOL_COVERAGE)
  set(nvcc ${CNNPOOL_NVCC} -std=c++20 -Werror all-warnings -Werror=cross-execution-space-call
           -I${PROJECT_SOURCE_DIR}/include)
  file(GLOB_RECURSE all_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.hpp)
  add_custom_command(OUTPUT variant_nvcc.o DEPENDS ${here}/variant.cpp ${here}/variant.hpp ${all_headers} VERBATIM
                     COMMAND ${nvcc} -x cu -O0 -DVARIANT=nvcc_unit -c ${here}/variant.cpp -o variant_nvcc.o)
  add_custom_command(OUTPUT device DEPENDS ${here}/device.cu ${all_headers} VERBATIM
                     COMMAND ${nvcc} -O1 ${here}/device.cu -o device)
  add_custom_target(test_nvcc ALL DEPENDS device)
  add_test(NAME nvcc COMMAND ${CMAKE_CURRENT_BINARY_DIR}/device)
  set_tests_properties(nvcc PROPERTIES LABELS build)
  get_filename_component(cuda_libraries ${CNNPOOL_NVCC}/../../lib64 REALPATH)
  target_sources(test_variants PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/variant_nvcc.o)
  target_link_libraries(test_variants PRIVATE ${cuda_libraries}/libcudart_static.a pthread dl rt)
  target_compile_definitions(test_variants PRIVATE CNNPOOL_TEST_NVCC)
else()
  add_test(NAME nvcc COMMAND ${CMAKE_COMMAND} -E echo "skipped: nvcc: it is not installed")
endif()
cnnpool_build_test(variants)

find_package(Threads REQUIRED)
cnnpool_test(build/shared LIBRARIES Threads::Threads OPTIONS -O1 LABELS threads)
