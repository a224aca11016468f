cnnpool_test(adapters/std OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
cnnpool_test(adapters/descriptors OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
cnnpool_test(adapters/dlpack OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
# Layouts of frameworks that cannot be installed with headers, on data packed by hand.
foreach(layout tensorrt ncnn mnn tflite caffe cuda_array_interface)
  cnnpool_test(adapters/${layout} OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
endforeach()

# The mdspans that a test may use: CCCL's, of the CUDA toolkit, and the reference implementation, which RAFT's wheel
# carries (its 0.4.0; later wheels have CCCL's instead).
find_path(CNNPOOL_CCCL cuda/std/mdspan PATHS /usr/local/cuda/include/cccl /usr/local/cuda/include)
set(reference_mdspan ${CNNPOOL_SITE_PACKAGES}/libraft/include/raft/thirdparty/mdspan/include)
function(use_mdspans_where_found test)
  if(CNNPOOL_CCCL)
    target_include_directories(${test} SYSTEM PRIVATE ${CNNPOOL_CCCL})
    target_compile_definitions(${test} PRIVATE CNNPOOL_TEST_CCCL)
  endif()
  if(EXISTS ${reference_mdspan}/experimental/mdspan)
    target_include_directories(${test} SYSTEM PRIVATE ${reference_mdspan})
    target_compile_definitions(${test} PRIVATE CNNPOOL_TEST_MDSPAN_REFERENCE="0.4.0")
  endif()
endfunction()
if(NOT CNNPOOL_CCCL)
  message(NOTICE "skipped: CCCL's mdspan: the CUDA toolkit's headers were not found")
endif()
if(NOT EXISTS ${reference_mdspan}/experimental/mdspan)
  message(NOTICE "skipped: the reference mdspan: libraft is not installed (scripts/frameworks)")
endif()
cnnpool_test(adapters/mdspan OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
use_mdspans_where_found(test_adapters_mdspan)

find_package(Eigen3 QUIET)
find_package(xtensor QUIET)
if(TARGET Eigen3::Eigen)
  cnnpool_test(adapters/eigen LIBRARIES Eigen3::Eigen OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
  cnnpool_test(adapters/eigen_tensor LIBRARIES Eigen3::Eigen OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
else()
  message(NOTICE "skipped: adapters/eigen, eigen_tensor: Eigen is not installed")
endif()
if(TARGET xtensor)
  cnnpool_test(adapters/xtensor LIBRARIES xtensor OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
else()
  message(NOTICE "skipped: adapters/xtensor: xtensor is not installed")
endif()
if(TARGET Eigen3::Eigen AND TARGET xtensor)
  cnnpool_test(adapters/together LIBRARIES Eigen3::Eigen xtensor OPTIONS -O0)
  use_mdspans_where_found(test_adapters_together)
  cnnpool_test(adapters/containers LIBRARIES adapters_policies Eigen3::Eigen xtensor
               OPTIONS ${CNNPOOL_NOT_OF_KERNELS} NO_SANITIZE)
  use_mdspans_where_found(test_adapters_containers)
else()
  message(NOTICE "skipped: adapters/together: Eigen or xtensor is not installed")
endif()

add_library(adapters_policies STATIC EXCLUDE_FROM_ALL adapters/policies.cpp)
target_link_libraries(adapters_policies PUBLIC cnnpool_to_test PRIVATE cnnpool_warnings)
target_include_directories(adapters_policies PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(adapters_policies PRIVATE ${CNNPOOL_NOT_OF_KERNELS})
set_target_properties(adapters_policies PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_compile_definitions(adapters_policies PRIVATE CNNPOOL_TEST_RAN="${CMAKE_BINARY_DIR}/ran")

# std::mdspan: mdspan.cpp again, by a compiler and a C++23 library that have it, where scripts/frameworks put them.
# Catch2 3 is a library of the other standard library, so it is 2's header or nothing.
set(clang_with_mdspan ${CNNPOOL_FRAMEWORKS}/clang/clang++)
set(with_std_mdspan ${clang_with_mdspan} -std=c++23 -stdlib=libc++)
set(compiles 1)
if(EXISTS ${clang_with_mdspan} AND Catch2_VERSION VERSION_LESS 3)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/mdspan_found.cpp "#include <mdspan>\nstd::dextents<int, 2> e;\n")
  execute_process(COMMAND ${with_std_mdspan} -fsyntax-only ${CMAKE_CURRENT_BINARY_DIR}/mdspan_found.cpp
                  RESULT_VARIABLE compiles OUTPUT_QUIET ERROR_QUIET)
endif()
if(NOT compiles EQUAL 0)
  message(NOTICE "skipped: adapters/mdspan_std: no clang 19 with its library, or Catch2 3 (scripts/frameworks)")
elseif(NOT CNNPOOL_SANITIZE)
  set(objects)
  foreach(source adapters/mdspan adapters/mdspan_std adapters/policies catch_main counting_new)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/mdspan_std/${source}.o)
    set(warnings ${CNNPOOL_WARNINGS} -Wno-double-promotion)
    if(source STREQUAL catch_main)
      set(warnings)
    endif()
    get_filename_component(folder ${object} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(
      OUTPUT ${object} DEPENDS ${source}.cpp DEPFILE ${object}.d VERBATIM
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${with_std_mdspan} -O1 ${warnings}
              -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_EXTENSIVE
              "-DCNNPOOL_TEST_RAN=\"${CMAKE_BINARY_DIR}/ran\""
              -I${PROJECT_SOURCE_DIR}/include -I${CMAKE_CURRENT_SOURCE_DIR}
              -MD -MF ${object}.d -c ${CMAKE_CURRENT_SOURCE_DIR}/${source}.cpp -o ${object})
    list(APPEND objects ${object})
  endforeach()
  set(program ${CMAKE_CURRENT_BINARY_DIR}/test_adapters_mdspan_std)
  add_custom_command(OUTPUT ${program} DEPENDS ${objects} VERBATIM
                     COMMAND ${with_std_mdspan} -static-libstdc++ ${objects} -o ${program})
  add_custom_target(test_adapters_mdspan_std_program ALL DEPENDS ${program})
  add_test(NAME adapters_mdspan_std COMMAND ${program})
endif()

# Frameworks of Debian: a real convolution of each, where it is one that computes. NO_SANITIZE: they are not
# instrumented.
# framework_test(NAME PACKAGE HEADER [INCLUDE folder] [SOURCE file] [LIBRARIES names...] [OPTIONS ...])
function(framework_test name package header)
  cmake_parse_arguments(arg "" "INCLUDE;SOURCE" "LIBRARIES;OPTIONS" ${ARGN})
  if(NOT arg_SOURCE)
    set(arg_SOURCE ${name})
  endif()
  find_path(CNNPOOL_PATH_${name} ${header} PATH_SUFFIXES ${arg_INCLUDE})
  set(libraries)
  foreach(library IN LISTS arg_LIBRARIES)
    find_library(CNNPOOL_LIB_${library} ${library})
    list(APPEND libraries ${CNNPOOL_LIB_${library}})
  endforeach()
  if(NOT CNNPOOL_PATH_${name} OR "${libraries}" MATCHES "NOTFOUND")
    message(NOTICE "skipped: adapters/${name}: it is not installed (Debian: ${package})")
    return()
  endif()
  if(CNNPOOL_SANITIZE)
    return()
  endif()
  cnnpool_test(adapters/${arg_SOURCE} NAME adapters_${name} LIBRARIES adapters_policies ${libraries}
               OPTIONS ${CNNPOOL_NOT_OF_KERNELS} ${arg_OPTIONS} NO_SANITIZE)
  if(arg_INCLUDE)
    target_include_directories(test_adapters_${name} SYSTEM PRIVATE ${CNNPOOL_PATH_${name}})
  endif()
endfunction()
framework_test(armadillo libarmadillo-dev armadillo)
framework_test(dlib libdlib-dev dlib/dnn.h LIBRARIES dlib blas lapack)
framework_test(onednn libdnnl-dev oneapi/dnnl/dnnl.hpp LIBRARIES dnnl)
framework_test(kokkos libtrilinos-kokkos-dev Kokkos_Core.hpp INCLUDE trilinos LIBRARIES trilinos_kokkoscore dl)
framework_test(onnx "libonnx-dev libprotobuf-dev" onnx/onnx-ml.pb.h LIBRARIES onnx_proto protobuf OPTIONS -DONNX_ML)
framework_test(armnn "libarmnn-dev libarmnn-cpuref-backend22" armnn/ArmNN.hpp LIBRARIES armnn)

if(TARGET test_adapters_together)  # headers of these refer to their libraries
  foreach(library dnnl armnn)
    if(CNNPOOL_LIB_${library})
      target_link_libraries(test_adapters_together PRIVATE ${CNNPOOL_LIB_${library}})
    endif()
  endforeach()
endif()

# Debian's libtorch is years older than PyPI's.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # clang++ 14 does not compile its headers
  framework_test(torch_debian libtorch-dev ATen/core/Tensor.h SOURCE torch LIBRARIES torch_cpu c10)
endif()

# Frameworks of PyPI, where scripts/frameworks put them: headers and libraries below one site-packages.
set(site_packages ${CNNPOOL_SITE_PACKAGES})
# wheel_test(NAME WHEEL HEADER [SOURCE file] [INCLUDE folders...] [LIBRARIES files...] [OPTIONS ...] [DEFINITIONS ...])
function(wheel_test name wheel header)
  cmake_parse_arguments(arg "" "SOURCE" "INCLUDE;LIBRARIES;OPTIONS;DEFINITIONS" ${ARGN})
  if(NOT arg_SOURCE)
    set(arg_SOURCE ${name})
  endif()
  if(CNNPOOL_SANITIZE)
    return()
  endif()
  set(wanted ${arg_LIBRARIES})
  foreach(folder IN LISTS arg_INCLUDE)
    if(EXISTS ${folder}/${header})
      set(found ${folder}/${header})
    endif()
  endforeach()
  foreach(file IN LISTS found arg_LIBRARIES)
    if(NOT EXISTS ${file})
      unset(found)
    endif()
  endforeach()
  if(NOT found)
    message(NOTICE "skipped: adapters/${name}: ${wheel} is not installed (scripts/frameworks)")
    return()
  endif()
  cnnpool_test(adapters/${arg_SOURCE} NAME adapters_${name} LIBRARIES adapters_policies ${arg_LIBRARIES}
               OPTIONS ${CNNPOOL_NOT_OF_KERNELS} ${arg_OPTIONS} NO_SANITIZE)
  target_include_directories(test_adapters_${name} SYSTEM PRIVATE ${arg_INCLUDE})
  target_compile_definitions(test_adapters_${name} PRIVATE ${arg_DEFINITIONS})
endfunction()
set(ort_headers ${CNNPOOL_FRAMEWORKS}/onnxruntime/usr/include/onnxruntime)
wheel_test(onnxruntime onnxruntime onnxruntime_cxx_api.h INCLUDE ${ort_headers}
           LIBRARIES ${CNNPOOL_FRAMEWORKS}/onnxruntime/libonnxruntime.so.1)
file(GLOB libopenvino ${site_packages}/openvino/libs/libopenvino.so.*)
wheel_test(openvino openvino openvino/openvino.hpp INCLUDE ${site_packages}/openvino/include LIBRARIES ${libopenvino})
set(executorch ${site_packages}/executorch)
wheel_test(executorch executorch executorch/runtime/core/evalue.h
           INCLUDE ${executorch}/include ${executorch}/include/executorch/runtime/core/portable_type/c10
           LIBRARIES ${executorch}/lib/libexecutorch.so ${executorch}/lib/libexecutorch_kernels_optimized.so
           DEFINITIONS C10_USING_CUSTOM_GENERATED_MACROS ET_EVENT_TRACER_ENABLED
                       CNNPOOL_TEST_EXECUTORCH="1.5.1")
wheel_test(tvm_ffi apache-tvm-ffi tvm/ffi/tvm_ffi.h INCLUDE ${site_packages}/tvm_ffi/include
           LIBRARIES ${site_packages}/tvm_ffi/lib/libtvm_ffi.so)
# Debian's oneDNN is version 2.
set(venv ${CNNPOOL_FRAMEWORKS}/venv)
wheel_test(onednn3 onednn-devel-cpu-gomp oneapi/dnnl/dnnl.hpp SOURCE onednn INCLUDE ${venv}/include
           LIBRARIES ${venv}/lib/libdnnl.so.3)
file(GLOB libtorch ${site_packages}/torch/lib/libtorch_cpu.so ${site_packages}/torch/lib/libc10.so)
wheel_test(torch "torch (heavy)" ATen/core/Tensor.h INCLUDE ${site_packages}/torch/include LIBRARIES ${libtorch})
file(GLOB libtensorflow ${site_packages}/tensorflow/libtensorflow_*.so.2)
wheel_test(tensorflow "tensorflow-cpu (heavy)" tensorflow/c/c_api.h INCLUDE ${site_packages}/tensorflow/include
           LIBRARIES ${libtensorflow})
if(TARGET test_adapters_tensorflow)
  target_link_options(test_adapters_tensorflow PRIVATE -fuse-ld=gold)
endif()

# Real capsules: Python loads a library of ours, which views the array where it is. The CUDA toolkit is for PyTorch's
# module, which wants more of its libraries than scripts/frameworks installs.
if(NOT CNNPOOL_SANITIZE)
  add_library(test_adapters_capsules_library SHARED adapters/capsules_library.cpp)
  target_link_libraries(test_adapters_capsules_library PRIVATE adapters_policies cnnpool_warnings)
  target_include_directories(test_adapters_capsules_library PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(kind numpy_debian numpy jax torch)
    string(REGEX MATCH "^[a-z]+" framework ${kind})
    set(python ${CNNPOOL_FRAMEWORKS}/venv/bin/python)
    set(suffix)
    if(kind MATCHES "_debian$")
      set(python ${Python3_EXECUTABLE})
      set(suffix of Debian)
    endif()
    set(name adapters_${kind}_capsule)
    if(NOT EXISTS ${python})
      message(NOTICE "skipped: ${name}: ${framework} is not installed (scripts/frameworks, --all for torch)")
      continue()
    endif()
    add_test(NAME ${name} COMMAND ${python} ${CMAKE_CURRENT_SOURCE_DIR}/adapters/capsules.py
                                  $<TARGET_FILE:test_adapters_capsules_library> ${framework} ${suffix})
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
    if(kind STREQUAL torch)
      set_property(TEST ${name} PROPERTY ENVIRONMENT LD_LIBRARY_PATH=$ENV{CUDA_HOME}/lib64:/usr/local/cuda/lib64)
    endif()
  endforeach()
else()
  message(NOTICE "skipped: adapters_..._capsule: a Python without the sanitizers cannot load a library with them")
endif()

include(${PROJECT_SOURCE_DIR}/cmake/opencv.cmake)
cnnpool_find_opencv(cnnpool_opencv_dnn core dnn)
if(TARGET cnnpool_opencv_dnn)
  cnnpool_test(adapters/opencv LIBRARIES adapters_policies cnnpool_opencv_dnn
               OPTIONS ${CNNPOOL_NOT_OF_KERNELS} NO_SANITIZE)
else()
  message(NOTICE "skipped: adapters/opencv: OpenCV is not installed (Debian: libopencv-dnn-dev)")
endif()

# What the frameworks' tests wrote, against the page; after them.
add_test(NAME frameworks_table COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/scripts/frameworks_table.py
                                       ${CMAKE_BINARY_DIR}/ran ${PROJECT_SOURCE_DIR}/docs/frameworks/README.md)
foreach(name opencv containers armadillo armnn dlib executorch kokkos onednn onednn3 onnx onnxruntime openvino
             tensorflow torch torch_debian tvm_ffi mdspan_std numpy_capsule numpy_debian_capsule
             jax_capsule torch_capsule)
  if(TEST adapters_${name})
    set_property(TEST frameworks_table APPEND PROPERTY DEPENDS adapters_${name})
  endif()
endforeach()
