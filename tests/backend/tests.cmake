# The suite: every file in cases/ is compiled once per backend (suite.hpp).
file(GLOB cases CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_LIST_DIR}/cases ${CMAKE_CURRENT_LIST_DIR}/cases/*.cpp)
list(TRANSFORM cases REPLACE "\\.cpp$" "")
find_package(Threads REQUIRED)

# cpu: one program per case, at -O1, which compiles in half the time; tests/flags runs a slice at the flags that users
# have. More arithmetic in the same kernels needs no sanitizer, it would take minutes to see the same addresses.
foreach(case IN LISTS cases)
  set(sanitize NO_SANITIZE)
  if(case MATCHES "^(sum|max|rmac)$")
    set(sanitize)
  endif()
  # Threads change neither a kernel nor a result (cpu_same_bits): with OpenMP, one case of each way to share work.
  set(twice)
  if(case MATCHES "^(sum|rmac|learned)$")
    set(twice TWICE_WITH_OPENMP)
  endif()
  cnnpool_test(backend/cases/${case} NAME backend_cpu_${case} OPTIONS -O1 "-DCNNPOOL_TEST_BACKEND=\"on_cpu.hpp\""
               ${sanitize} ${twice})
endforeach()
cnnpool_test(backend/cpu_sum_bound OPTIONS -O1 "-DCNNPOOL_TEST_BACKEND=\"on_cpu.hpp\"")
# The library's kernels would read these views without panels.
cnnpool_test(backend/cpu_panels LIBRARIES Threads::Threads NO_SANITIZE
             OPTIONS -O1 -UCNNPOOL_COMPILED "-DCNNPOOL_TEST_BACKEND=\"on_cpu.hpp\"")
cnnpool_test(backend/cpu_pack_lines OPTIONS -O1 LABELS light)
cnnpool_test(backend/cpu_same_bits OPTIONS -O1 "-DCNNPOOL_TEST_BACKEND=\"on_cpu.hpp\"" LIBRARIES Threads::Threads
             LABELS threads TWICE_WITH_OPENMP)
cnnpool_test(backend/cpu_threads OPTIONS -O1 LIBRARIES Threads::Threads LABELS threads)

cnnpool_test(backend/toy OPTIONS -O1)
cnnpool_test(backend/blocks_reads OPTIONS -O1 NO_SANITIZE)

# suite_program(name HEADER [OPTIONS ...] [LIBRARIES ...]): all cases on one backend, one program. They are compiled as
# one unit, in a third of the time: most of it goes into reading Thrust and the library.
function(suite_program name header)
  cmake_parse_arguments(arg "" "" "LIBRARIES;OPTIONS" ${ARGN})
  list(TRANSFORM cases PREPEND ${CMAKE_CURRENT_LIST_DIR}/cases/ OUTPUT_VARIABLE files)
  list(TRANSFORM files APPEND .cpp)
  add_executable(test_backend_${name} ${files})
  set_target_properties(test_backend_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  target_link_libraries(test_backend_${name} PRIVATE cnnpool_test_main cnnpool_warnings ${arg_LIBRARIES})
  target_compile_options(test_backend_${name} PRIVATE -O1 ${arg_OPTIONS})
  target_compile_definitions(test_backend_${name} PRIVATE CNNPOOL_TEST_BACKEND="${header}"
                                                            CNNPOOL_TEST_DATA="${PROJECT_SOURCE_DIR}/tests")
  add_test(NAME backend_${name} COMMAND test_backend_${name})
  set_tests_properties(backend_${name} PROPERTIES TIMEOUT 600)
  if(NOT name MATCHES "_(omp|tbb|toolkit)$")  # one Thrust covers the same lines
    add_dependencies(tests_covered test_backend_${name})
    set_tests_properties(backend_${name} PROPERTIES LABELS covered)
    cnnpool_profile(backend_${name})
  endif()
endfunction()

if(NOT CNNPOOL_SANITIZE)
  suite_program(reference on_reference.hpp)
  suite_program(blocks on_blocks.hpp)
  set_target_properties(test_backend_blocks PROPERTIES UNITY_BUILD_BATCH_SIZE 8)
endif()

# Thrust: one program per device system, with Debian's Thrust and with the one of a CUDA toolkit (their own CMake
# packages cannot be loaded side by side, so the flags are given by hand here; the consumer test uses
# cnnpool_use_thrust).
find_path(CNNPOOL_DEBIAN_THRUST thrust/version.h PATHS /usr/include NO_DEFAULT_PATH)
find_path(CNNPOOL_TOOLKIT_THRUST thrust/version.h HINTS ENV CUDA_HOME ENV CUDA_PATH PATHS /usr/local/cuda
          PATH_SUFFIXES include/cccl include NO_DEFAULT_PATH)
find_package(TBB CONFIG QUIET)
foreach(thrust IN ITEMS DEBIAN TOOLKIT)
  if(CNNPOOL_SANITIZE)
    break()
  endif()
  if(thrust STREQUAL "TOOLKIT" AND CNNPOOL_TOOLKIT_THRUST AND CNNPOOL_DEBIAN_THRUST AND NOT CNNPOOL_TEST_ALL)
    message(NOTICE "skipped: backend_thrust_*_toolkit: --all runs them")
    break()
  endif()
  foreach(system IN ITEMS CPP OMP TBB)
    string(TOLOWER thrust_${system} name)
    if(thrust STREQUAL "TOOLKIT")
      string(APPEND name _toolkit)
    endif()
    if(NOT CNNPOOL_${thrust}_THRUST)
      message(NOTICE "skipped: backend_${name}: this Thrust is not installed")
    elseif(NOT system STREQUAL "CPP" AND NOT CNNPOOL_TEST_ALL)
      message(NOTICE "skipped: backend_${name}: --all runs it")
    elseif((system STREQUAL "OMP" AND NOT OpenMP_CXX_FOUND) OR (system STREQUAL "TBB" AND NOT TARGET TBB::tbb))
      message(NOTICE "skipped: backend_${name}: ${system} is not installed")
    else()
      set(libraries)
      if(system STREQUAL "OMP")
        set(libraries OpenMP::OpenMP_CXX)
      elseif(system STREQUAL "TBB")
        set(libraries TBB::tbb)
      endif()
      suite_program(${name} on_thrust.hpp LIBRARIES ${libraries}
                    OPTIONS -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_${system})
      if(thrust STREQUAL "TOOLKIT")
        target_include_directories(test_backend_${name} SYSTEM PRIVATE ${CNNPOOL_TOOLKIT_THRUST})
      else()  # the adapter of the same Thrust
        cnnpool_test(adapters/thrust NAME adapters_${name} LIBRARIES ${libraries} NO_SANITIZE
                     OPTIONS -O1 -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_${system})
        if(NOT system STREQUAL "CPP")
          cnnpool_test(backend/thrust_threads NAME backend_${name}_threads LIBRARIES ${libraries} NO_SANITIZE
                       OPTIONS -O1 -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_${system})
        endif()
      endif()
    endif()
  endforeach()
endforeach()

# CUDA: the same cases by nvcc, on the CUDA backend and on Thrust. They are compiled on every machine with a toolkit and
# run where there is a GPU; scripts/gpu does both. nvcc is called by hand: CMake's CUDA language would ask for more.
find_program(CNNPOOL_NVCC nvcc PATHS /usr/local/cuda/bin)
option(CNNPOOL_ALL_GPU_CASES "Compile every case for Thrust on CUDA too" OFF)
set(CNNPOOL_CUDA_ARCHITECTURE 90 CACHE STRING "The GPU that the CUDA suite is compiled for")
get_filename_component(cuda_root "${CNNPOOL_NVCC}/../.." ABSOLUTE)
# gpu_suite(name HEADER [files...]): all cases as one unit, and files that only this backend has. The machine code is
# made of the PTX of compute_75, which stays in the objects in clear: tests/cuda_on_cpu runs it, without a second
# compilation.
function(gpu_suite name header)
  set(nvcc ${CNNPOOL_NVCC} -std=c++20 -O1 -Werror all-warnings --no-compress
           -gencode arch=compute_75,code=[compute_75,sm_${CNNPOOL_CUDA_ARCHITECTURE}]
           -Werror=cross-execution-space-call -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/tests
           "-DCNNPOOL_TEST_BACKEND=\"${header}\"" "-DCNNPOOL_TEST_DATA=\"${PROJECT_SOURCE_DIR}/tests\"")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.hpp ${PROJECT_SOURCE_DIR}/include/*.cuh)
  list(TRANSFORM cases PREPEND ${CMAKE_CURRENT_LIST_DIR}/cases/ OUTPUT_VARIABLE files)
  list(TRANSFORM files APPEND .cpp)
  list(TRANSFORM files REPLACE "(.+)" "#include \"\\1\"" OUTPUT_VARIABLE unit)
  list(JOIN unit "\n" unit)
  file(CONFIGURE OUTPUT ${name}_cases.cu CONTENT "${unit}\n" @ONLY)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_LIST_DIR}/ OUTPUT_VARIABLE own)
  set(objects)
  foreach(file IN ITEMS ${CMAKE_CURRENT_BINARY_DIR}/${name}_cases.cu LISTS own)
    get_filename_component(object ${file} NAME_WE)
    add_custom_command(OUTPUT ${name}_${object}.o VERBATIM
                       DEPENDS ${file} ${files} ${headers} ${CMAKE_CURRENT_LIST_DIR}/suite.hpp
                               ${CMAKE_CURRENT_LIST_DIR}/${header}
                       COMMAND ${nvcc} -x cu -c ${file} -o ${name}_${object}.o)
    list(APPEND objects ${CMAKE_CURRENT_BINARY_DIR}/${name}_${object}.o)
  endforeach()
  if(NOT TARGET gpu_main)
    add_library(gpu_main OBJECT ${CMAKE_CURRENT_LIST_DIR}/gpu_main.cpp)
    target_include_directories(gpu_main SYSTEM PRIVATE ${cuda_root}/include)
    target_compile_features(gpu_main PRIVATE cxx_std_20)
    target_compile_options(gpu_main PRIVATE -O0)  # Catch2 itself
    if(TARGET Catch2::Catch2)
      target_link_libraries(gpu_main PRIVATE Catch2::Catch2)
    endif()
  endif()
  set(${name}_objects ${objects} PARENT_SCOPE)
  add_executable(test_backend_${name} $<TARGET_OBJECTS:gpu_main> ${objects})
  target_link_libraries(test_backend_${name} PRIVATE ${cuda_root}/lib64/libcudart_static.a Threads::Threads dl rt)
  if(TARGET Catch2::Catch2)
    target_link_libraries(test_backend_${name} PRIVATE Catch2::Catch2)
  endif()
  add_test(NAME backend_${name} COMMAND test_backend_${name})
  set_tests_properties(backend_${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77 LABELS gpu)
endfunction()
if(CNNPOOL_NVCC AND NOT CNNPOOL_SANITIZE AND NOT CNNPOOL_COVERAGE)
  gpu_suite(cuda on_cuda.hpp cuda_streams.cu)
  # What Thrust compiles differently; all cases are on the other systems, and here with -DCNNPOOL_ALL_GPU_CASES=ON.
  if(NOT CNNPOOL_ALL_GPU_CASES)
    list(FILTER cases INCLUDE REGEX "^(sum|crow)$")
  endif()
  gpu_suite(thrust_cuda on_thrust.hpp)
elseif(NOT CNNPOOL_NVCC)
  message(NOTICE "skipped: backend_cuda, backend_thrust_cuda: nvcc is not installed")
endif()
