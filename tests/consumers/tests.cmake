# Real projects that use cnnpool in each way that users do; run.cmake builds and runs them. No network.
cnnpool_find_thrust()
set(kinds fetch_content subdirectory find_package plain)
if(CNNPOOL_TEST_ALL)
  list(APPEND kinds compiled)  # the library, once more
endif()
if(Thrust_FOUND)
  list(APPEND kinds thrust)
else()
  message(NOTICE "skipped: consumer of the component thrust: Thrust is not installed")
endif()
foreach(kind IN LISTS kinds)
  add_test(NAME consumer_${kind}
           COMMAND ${CMAKE_COMMAND} -DKIND=${kind} -DSOURCE=${PROJECT_SOURCE_DIR} -DCXX=${CMAKE_CXX_COMPILER}
                   -DVERSION=${PROJECT_VERSION} -DWORK=${CMAKE_CURRENT_BINARY_DIR}/consumers/${kind}
                   -P ${CMAKE_CURRENT_LIST_DIR}/run.cmake)
  set_tests_properties(consumer_${kind} PROPERTIES LABELS consumers TIMEOUT 900)
endforeach()
