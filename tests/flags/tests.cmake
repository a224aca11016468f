# Compilers and flags as users have them: a slice of the suite compiled with each, the code of its objects, programs of
# objects of different flags, macros of other libraries, what a reader copies first. CNNPOOL_TEST_ALL
# (scripts/test --all) adds the whole grid.
if(CNNPOOL_SANITIZE OR CNNPOOL_COVERAGE)
  return()
endif()
set(here ${CMAKE_CURRENT_LIST_DIR})

# What every compiler's slice is compared with: plain code, no kernel.
add_library(flags_slice_reference OBJECT ${here}/slice.cpp)
add_library(flags_slice_compare OBJECT ${here}/compare.cpp)
target_compile_definitions(flags_slice_reference PRIVATE SLICE=reference_slice BACKEND=reference SLICE_IS_REFERENCE=1)
target_compile_definitions(flags_slice_compare PRIVATE SLICE=other_slice)
target_compile_options(flags_slice_reference PRIVATE -O1)
foreach(part reference compare)
  target_link_libraries(flags_slice_${part} PRIVATE cnnpool::cnnpool cnnpool_warnings)
endforeach()

# flags_slice(COMPILER "FLAGS" [--all-types] [--fast])
function(flags_slice compiler flags)
  string(REGEX REPLACE "[^A-Za-z0-9]+" "_" name "${compiler}${flags}")
  add_test(NAME flags_slice_${name} COMMAND_EXPAND_LISTS
           COMMAND Python3::Interpreter ${here}/slice.py ${compiler} ${PROJECT_SOURCE_DIR}/include
                   $<TARGET_OBJECTS:flags_slice_compare> $<TARGET_OBJECTS:flags_slice_reference> "--flags= ${flags}"
                   ${ARGN})
  set_tests_properties(flags_slice_${name} PROPERTIES LABELS flags TIMEOUT 1800 SKIP_RETURN_CODE 77 COST -1)
endfunction()
# scripts/test has a part of what --all has of these.
set(all_types "")
set(fast --fast)
if(CNNPOOL_TEST_ALL)
  set(all_types --all-types)
  set(fast "")
endif()
flags_slice(g++ "-O2" ${all_types})
flags_slice(clang++ "-O2")
# UndefinedBehaviorSanitizer makes a kernel ten times as long to compile.
flags_slice(clang++ "-O0 -fsanitize=undefined -fno-sanitize-recover=undefined" ${fast})
if(CNNPOOL_TEST_ALL)
  foreach(compiler g++ clang++)
    foreach(flags "-O0" "-O1" "-O3" "-Os" "-Ofast" "-O2 -march=native")
      flags_slice(${compiler} "${flags}")
    endforeach()
  endforeach()
  flags_slice(g++-11 "-O2")
  flags_slice(clang++-19 "-O2")
  flags_slice(clang++-19 "-O2 -ffast-math")
  flags_slice(g++ "-O2 -DCNNPOOL_NO_SIMD")

  # Another processor, emulated.
  set(aarch64 --run "qemu-aarch64 -L /usr/aarch64-linux-gnu")
  flags_slice(aarch64-linux-gnu-g++ "-O2" --all-types ${aarch64})
  flags_slice(clang++ "-O2 --target=aarch64-linux-gnu" ${aarch64})
  flags_slice(clang++ "-Ofast --target=aarch64-linux-gnu" ${aarch64})
  add_executable(flags_other_machine ${here}/other_machine.cpp)
  target_link_libraries(flags_other_machine PRIVATE cnnpool::cnnpool cnnpool_warnings)
  function(flags_other_machine compiler flags)
    string(REGEX REPLACE "[^A-Za-z0-9]+" "_" name "${compiler}${flags}")
    add_test(NAME flags_other_machine_${name}
             COMMAND Python3::Interpreter ${here}/other_machine.py ${compiler} ${PROJECT_SOURCE_DIR}/include
                     $<TARGET_FILE:flags_other_machine> "--flags= ${flags}" ${ARGN})
    set_tests_properties(flags_other_machine_${name} PROPERTIES LABELS flags TIMEOUT 1800 SKIP_RETURN_CODE 77)
  endfunction()
  flags_other_machine(aarch64-linux-gnu-g++ "-O2" ${aarch64})
  flags_other_machine(aarch64-linux-gnu-g++-11 "-O2" ${aarch64})
  flags_other_machine(clang++ "-O2 -ffp-contract=fast --target=aarch64-linux-gnu" ${aarch64})
endif()

foreach(compiler IN LISTS CNNPOOL_COMPILERS)
  get_filename_component(name ${compiler} NAME)
  add_test(NAME flags_mixed_${name} COMMAND Python3::Interpreter ${here}/mixed.py ${compiler}
                                            ${PROJECT_SOURCE_DIR}/include)
  add_test(NAME flags_macros_${name} COMMAND ${compiler} -std=c++20 -Wall -Wextra -Werror -fsyntax-only
           -I${PROJECT_SOURCE_DIR}/include -isystem/usr/include/eigen3 ${here}/macros.cpp)
  add_test(NAME flags_using_namespace_${name} COMMAND ${compiler} -std=c++20 -Wall -Wextra -Werror -fsyntax-only
           -I${PROJECT_SOURCE_DIR}/include ${here}/using_namespace.cpp)
  add_test(NAME flags_copies_${name} COMMAND Python3::Interpreter ${here}/copies.py ${compiler}
                                             ${PROJECT_SOURCE_DIR}/include 85)
  add_test(NAME flags_readme_${name} COMMAND Python3::Interpreter ${here}/first_lines.py readme ${compiler}
                                             ${PROJECT_SOURCE_DIR})
  # The warnings of flags that change code; the headers under the usual ones are in tests/build.
  foreach(linked headers compiled)
    set(define)
    if(linked STREQUAL "compiled")
      set(define -DCNNPOOL_COMPILED)
    endif()
    add_test(NAME flags_warnings_${linked}_${name}
             COMMAND ${compiler} -std=c++20 -march=skylake-avx512 ${CNNPOOL_WARNINGS} -Wundef -fsyntax-only ${define}
                     -DSLICE=other_slice -DBACKEND=cpu -DSLICE_IS_REFERENCE=0 -I${PROJECT_SOURCE_DIR}/include
                     ${here}/slice.cpp)
  endforeach()
  set(tests flags_mixed_${name} flags_macros_${name} flags_using_namespace_${name} flags_copies_${name}
            flags_readme_${name} flags_warnings_headers_${name} flags_warnings_compiled_${name})
  if(CNNPOOL_TEST_ALL)
    add_test(NAME flags_adapters_${name} COMMAND Python3::Interpreter ${here}/first_lines.py adapters ${compiler}
                                                 ${PROJECT_SOURCE_DIR} ${CNNPOOL_FRAMEWORK_FLAGS})
    list(APPEND tests flags_adapters_${name})
  endif()
  set_tests_properties(${tests} PROPERTIES LABELS flags TIMEOUT 1800)
endforeach()

# The code and the compiler's memory of a few calls; seconds vary with the load, these do not.
if(CNNPOOL_GXX AND CNNPOOL_TEST_ALL)
  add_test(NAME flags_compile_cost COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/benchmarks/compile.py --bound)
  set_tests_properties(flags_compile_cost PROPERTIES LABELS flags TIMEOUT 600)
endif()
