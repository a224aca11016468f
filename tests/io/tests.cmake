cnnpool_test(io/npy OPTIONS -O1)
cnnpool_test(io/model OPTIONS -O1)

add_executable(test_io_numpy_driver io/numpy_driver.cpp)
target_link_libraries(test_io_numpy_driver PRIVATE cnnpool::cnnpool cnnpool_warnings)
target_compile_options(test_io_numpy_driver PRIVATE -O1)
add_test(NAME io_numpy_round_trip COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/io/numpy_round_trip.py
                                          $<TARGET_FILE:test_io_numpy_driver>)
set_tests_properties(io_numpy_round_trip PROPERTIES SKIP_RETURN_CODE 77)
