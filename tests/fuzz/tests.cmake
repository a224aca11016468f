# Damaged files: with libFuzzer where clang++ has it, and some seconds from a seed everywhere (as long as libFuzzer
# where there is none).
set(CNNPOOL_FUZZ_SECONDS "" CACHE STRING "How long libFuzzer runs: 5, or 60 in scripts/test --all, 600 in --release")
set(fuzz_seconds ${CNNPOOL_FUZZ_SECONDS})
if(NOT fuzz_seconds)
  set(fuzz_seconds 5)
  if(CNNPOOL_TEST_ALL)
    set(fuzz_seconds 60)
  endif()
endif()
set(seeded CNNPOOL_FUZZ_SECONDS=${fuzz_seconds})
if(CNNPOOL_CLANGXX AND NOT CNNPOOL_SANITIZE)
  set(seeded CNNPOOL_FUZZ_SECONDS=5)
endif()
foreach(reader npy model ground_truth)
  add_executable(test_fuzz_${reader} fuzz/${reader}.cpp)
  target_include_directories(test_fuzz_${reader} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(test_fuzz_${reader} PRIVATE cnnpool::cnnpool cnnpool_warnings)
  target_compile_options(test_fuzz_${reader} PRIVATE -O1)
  add_test(NAME fuzz_${reader} COMMAND test_fuzz_${reader})
  set_tests_properties(fuzz_${reader} PROPERTIES LABELS "slow" ENVIRONMENT "${seeded}")

  if(CNNPOOL_CLANGXX AND NOT CNNPOOL_SANITIZE)
    add_test(NAME fuzz_${reader}_libfuzzer
             COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CNNPOOL_CLANGXX} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}
                     -DREADER=${reader} -DINCLUDE=${PROJECT_SOURCE_DIR}/include
                     -DBINARY=${CMAKE_CURRENT_BINARY_DIR}/fuzz_${reader}
                     -P ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/libfuzzer.cmake)
    set_tests_properties(fuzz_${reader}_libfuzzer PROPERTIES LABELS "slow" TIMEOUT 1800
                         SKIP_REGULAR_EXPRESSION "skipped: " ENVIRONMENT CNNPOOL_FUZZ_SECONDS=${fuzz_seconds})
  endif()
endforeach()

find_path(CNNPOOL_LIBZIP_INCLUDE zip.h)
find_library(CNNPOOL_LIBZIP zip)
if(CNNPOOL_LIBZIP_INCLUDE AND CNNPOOL_LIBZIP)
  add_executable(test_fuzz_npz fuzz/npz.cpp)
  target_include_directories(test_fuzz_npz PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(test_fuzz_npz PRIVATE cnnpool::cnnpool cnnpool_warnings ${CNNPOOL_LIBZIP})
  target_compile_options(test_fuzz_npz PRIVATE -O1)
  add_test(NAME fuzz_npz COMMAND test_fuzz_npz)
  set_tests_properties(fuzz_npz PROPERTIES LABELS "slow" ENVIRONMENT "${seeded}")
endif()
