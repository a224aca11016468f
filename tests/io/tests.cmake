cnnpool_test(io/atomic_file OPTIONS -O1)
cnnpool_test(io/npy OPTIONS -O1)
cnnpool_test(io/model OPTIONS -O1)

add_executable(test_io_numpy_driver io/numpy_driver.cpp)
target_link_libraries(test_io_numpy_driver PRIVATE cnnpool::cnnpool cnnpool_warnings)
target_compile_options(test_io_numpy_driver PRIVATE -O1)
add_test(NAME io_numpy_round_trip COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/io/numpy_round_trip.py
                                          $<TARGET_FILE:test_io_numpy_driver>)
set_tests_properties(io_numpy_round_trip PROPERTIES SKIP_RETURN_CODE 77)

find_path(CNNPOOL_LIBZIP_INCLUDE zip.h)
find_library(CNNPOOL_LIBZIP zip)
if(CNNPOOL_LIBZIP_INCLUDE AND CNNPOOL_LIBZIP)
  cnnpool_test(io/npz LIBRARIES ${CNNPOOL_LIBZIP} OPTIONS -O1)
  cnnpool_test(io/npz_model LIBRARIES ${CNNPOOL_LIBZIP} OPTIONS -O1)
  cnnpool_test(io/npz_heads LIBRARIES ${CNNPOOL_LIBZIP} OPTIONS ${CNNPOOL_NOT_OF_KERNELS})
  add_executable(test_io_npz_driver io/npz_driver.cpp)
  target_link_libraries(test_io_npz_driver PRIVATE cnnpool::cnnpool cnnpool_warnings ${CNNPOOL_LIBZIP})
  target_compile_options(test_io_npz_driver PRIVATE -O1)
  add_test(NAME io_npz_round_trip COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/io/npz_round_trip.py
                                          $<TARGET_FILE:test_io_npz_driver>)
  set_tests_properties(io_npz_round_trip PROPERTIES SKIP_RETURN_CODE 77)
else()
  message(NOTICE "skipped: io/npz: libzip is not installed (Debian: libzip-dev)")
endif()

# torch is where scripts/frameworks has put it, or nowhere.
set(python_of_torch ${CNNPOOL_FRAMEWORKS}/venv/bin/python)
if(NOT EXISTS ${python_of_torch})
  set(python_of_torch ${Python3_EXECUTABLE})
endif()
add_test(NAME io_weights_scripts COMMAND ${python_of_torch} ${CMAKE_CURRENT_SOURCE_DIR}/io/weights_scripts.py
                                         ${PROJECT_SOURCE_DIR}/scripts/weights)
set_tests_properties(io_weights_scripts PROPERTIES SKIP_RETURN_CODE 77)
