# The CUDA backend without a GPU: a runtime that interprets the PTX which nvcc made, linked instead of CUDA's.
# docs/backends.md says what that proves.
if(CNNPOOL_SANITIZE OR CNNPOOL_COVERAGE)
  return()
endif()
set(release 0)
if(CNNPOOL_NVCC)
  execute_process(COMMAND ${CNNPOOL_NVCC} --version OUTPUT_VARIABLE version)
  string(REGEX MATCH "release ([0-9]+)" version "${version}")
  set(release ${CMAKE_MATCH_1})
endif()
if(release LESS 12)
  message(NOTICE "skipped: cuda_on_cpu_faults, backend_cuda_on_cpu: nvcc of CUDA 12 or later is not installed")
  return()
endif()

file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_library(cuda_on_cpu STATIC ${files})
target_compile_features(cuda_on_cpu PUBLIC cxx_std_20)
target_compile_options(cuda_on_cpu PRIVATE -O3)  # a third faster: an instruction is a loop over 32 threads
target_link_libraries(cuda_on_cpu PRIVATE cnnpool_warnings)
target_include_directories(cuda_on_cpu SYSTEM PUBLIC ${cuda_root}/include)

# A fault of every kind, and programs that are right.
set(faults ${CMAKE_CURRENT_BINARY_DIR}/cuda_on_cpu_faults.o)
add_custom_command(OUTPUT ${faults} DEPENDS ${CMAKE_CURRENT_LIST_DIR}/faults.cu VERBATIM
                   COMMAND ${CNNPOOL_NVCC} -std=c++20 -O1 --no-compress -gencode arch=compute_75,code=compute_75
                           -Werror all-warnings -c ${CMAKE_CURRENT_LIST_DIR}/faults.cu -o ${faults})
add_executable(test_cuda_on_cpu_faults ${faults})
set_target_properties(test_cuda_on_cpu_faults PROPERTIES LINKER_LANGUAGE CXX)
target_link_libraries(test_cuda_on_cpu_faults PRIVATE cuda_on_cpu)
add_test(NAME cuda_on_cpu_faults COMMAND test_cuda_on_cpu_faults)

# The suite: the objects that a GPU runs too.
add_executable(test_backend_cuda_on_cpu $<TARGET_OBJECTS:gpu_main> ${cuda_objects})
target_link_libraries(test_backend_cuda_on_cpu PRIVATE cuda_on_cpu Threads::Threads)
if(TARGET Catch2::Catch2)
  target_link_libraries(test_backend_cuda_on_cpu PRIVATE Catch2::Catch2)
endif()
# A third of its time is one case, whose kernels the cases of VLAD and whitening run in smaller shapes.
set(but_the_longest "~products and weighted sums*")
if(CNNPOOL_TEST_ALL)
  set(but_the_longest)
  add_test(NAME backend_cuda_on_cpu_backwards COMMAND test_backend_cuda_on_cpu)
  set_tests_properties(backend_cuda_on_cpu_backwards PROPERTIES TIMEOUT 900 ENVIRONMENT CUDA_ON_CPU_ORDER=backwards)
else()
  message(NOTICE "skipped: backend_cuda_on_cpu: products at the edges of tiles, and threads backwards: --all runs them")
endif()
add_test(NAME backend_cuda_on_cpu COMMAND test_backend_cuda_on_cpu ${but_the_longest})
set_tests_properties(backend_cuda_on_cpu PROPERTIES TIMEOUT 900)

# What the page promises of a call, and the table of what a call costs (see promises.cu).
set(promises ${CMAKE_CURRENT_BINARY_DIR}/cuda_on_cpu_promises.o)
file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.hpp ${PROJECT_SOURCE_DIR}/include/*.cuh)
add_custom_command(OUTPUT ${promises} VERBATIM
                   DEPENDS ${CMAKE_CURRENT_LIST_DIR}/promises.cu ${CMAKE_CURRENT_LIST_DIR}/calls.hpp ${headers}
                   COMMAND ${CNNPOOL_NVCC} -std=c++20 -O1 --no-compress -gencode arch=compute_75,code=compute_75
                           -Werror all-warnings -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/tests
                           -x cu -c ${CMAKE_CURRENT_LIST_DIR}/promises.cu -o ${promises})
add_executable(test_cuda_on_cpu_promises $<TARGET_OBJECTS:gpu_main> ${promises})
target_link_libraries(test_cuda_on_cpu_promises PRIVATE cuda_on_cpu Threads::Threads)
if(TARGET Catch2::Catch2)
  target_link_libraries(test_cuda_on_cpu_promises PRIVATE Catch2::Catch2)
endif()
add_test(NAME cuda_on_cpu_promises COMMAND test_cuda_on_cpu_promises)
