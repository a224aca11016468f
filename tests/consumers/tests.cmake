# Real projects that use cnnpool in each way that users do; run.cmake builds and runs them, in a folder with spaces in
# its name. No network, but for the CMakes of PyPI.
function(cnnpool_consumer_test name script)
  add_test(NAME consumer_${name}
           COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DCXX=${CMAKE_CXX_COMPILER}
                   -DVERSION=${PROJECT_VERSION} "-DWORK=${CMAKE_CURRENT_BINARY_DIR}/projects of users/${name}" ${ARGN}
                   -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${script}.cmake)
  set_tests_properties(consumer_${name} PROPERTIES LABELS consumers TIMEOUT 900 SKIP_REGULAR_EXPRESSION "skipped: ")
endfunction()

set(kinds fetch_content subdirectory twice exported find_package)
foreach(kind IN LISTS kinds ITEMS plain)
  cnnpool_consumer_test(${kind} run -DKIND=${kind})
endforeach()
cnnpool_find_thrust()
if(Thrust_FOUND)
  cnnpool_consumer_test(thrust run -DKIND=thrust)
else()
  message(NOTICE "skipped: consumer of the component thrust: Thrust is not installed")
endif()
find_program(CNNPOOL_PKG_CONFIG NAMES pkg-config pkgconf)
if(CNNPOOL_PKG_CONFIG)
  cnnpool_consumer_test(pkg_config run -DKIND=pkg_config -DPKG_CONFIG=${CNNPOOL_PKG_CONFIG})
else()
  message(NOTICE "skipped: consumer by pkg-config: it is not installed")
endif()
if(TARGET cnnpool-describe)
  cnnpool_consumer_test(programs run -DKIND=programs -DBUILD=${CMAKE_BINARY_DIR})
else()
  message(NOTICE "skipped: consumer of the programs: cnnpool-describe is not built")
endif()
if(CNNPOOL_TEST_ALL)
  cnnpool_consumer_test(compiled run -DKIND=compiled)  # the library, once more
  list(JOIN kinds "," kinds)
  foreach(wanted cmake==3.22.* cmake)  # the oldest that README promises, and the newest
    string(REGEX REPLACE "[=*]" "" name ${wanted})
    cnnpool_consumer_test(${name} other_cmake -DWANTED=${wanted} -DKINDS=${kinds} -DPYTHON=${Python3_EXECUTABLE}
                          -DVENV=${CMAKE_BINARY_DIR}/venv-${name})
  endforeach()
endif()
