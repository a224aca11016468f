# A minute of damaged files: with libFuzzer where clang++ has it, and from a seed everywhere.
add_executable(test_fuzz_npy fuzz/npy.cpp)
target_include_directories(test_fuzz_npy PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(test_fuzz_npy PRIVATE cnnpool::cnnpool cnnpool_warnings)
target_compile_options(test_fuzz_npy PRIVATE -O1)
add_test(NAME fuzz_npy COMMAND test_fuzz_npy)
set_tests_properties(fuzz_npy PROPERTIES LABELS "slow")

if(CNNPOOL_CLANGXX AND NOT CNNPOOL_SANITIZE)
  add_test(NAME fuzz_npy_libfuzzer
           COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CNNPOOL_CLANGXX} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}
                   -DINCLUDE=${PROJECT_SOURCE_DIR}/include -DBINARY=${CMAKE_CURRENT_BINARY_DIR}/fuzz_npy
                   -P ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/libfuzzer.cmake)
  set_tests_properties(fuzz_npy_libfuzzer PROPERTIES LABELS "slow" TIMEOUT 600 SKIP_REGULAR_EXPRESSION "skipped: ")
endif()
