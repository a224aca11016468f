# cmake -DWANTED=cmake==3.22.* -DVENV=<folder> -DPYTHON=<python3> -DKINDS=fetch_content,twice [...] -P other_cmake.cmake
# The consumers of these kinds, built by a CMake of PyPI; [...] is what run.cmake takes.
cmake_minimum_required(VERSION 3.22)

execute_process(COMMAND ${PYTHON} -m venv ${VENV} RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE said)
if(status EQUAL 0)
  execute_process(COMMAND ${VENV}/bin/pip install --quiet --disable-pip-version-check --upgrade ${WANTED}
                  RESULT_VARIABLE status ERROR_VARIABLE said)
endif()
if(NOT status EQUAL 0)
  message("${said}")
  message("skipped: consumers by ${WANTED}: pip could not install it")
  return()
endif()
execute_process(COMMAND ${VENV}/bin/cmake --version)
string(REPLACE "," ";" kinds ${KINDS})
foreach(kind IN LISTS kinds)
  execute_process(COMMAND ${VENV}/bin/cmake -DKIND=${kind} -DSOURCE=${SOURCE} -DCXX=${CXX} -DVERSION=${VERSION}
                          -DWORK=${WORK}/${kind} -P ${CMAKE_CURRENT_LIST_DIR}/run.cmake COMMAND_ERROR_IS_FATAL ANY)
endforeach()
