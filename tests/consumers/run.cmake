# cmake -DKIND=fetch_content -DSOURCE=<repository> -DWORK=<folder> -DCXX=<compiler> -P run.cmake
# Builds one consumer as a project of its own, in a folder that is made anew, from a copy of what a user would get (no
# tests, no build folders), and runs its program.
cmake_minimum_required(VERSION 3.22)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  message("${said}")
  if(NOT status EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${KIND}: this failed with ${status}: ${command}")
  endif()
  if(said MATCHES "CMake Warning")
    message(FATAL_ERROR "${KIND}: CMake warns")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/ DESTINATION ${WORK}/consumers)
file(COPY ${SOURCE}/CMakeLists.txt ${SOURCE}/include ${SOURCE}/cmake ${SOURCE}/LICENSE DESTINATION ${WORK}/cnnpool)

set(arguments -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_BUILD_TYPE=Debug)
if(KIND STREQUAL "plain")
  run(${CXX} -std=c++20 -I ${WORK}/cnnpool/include ${WORK}/consumers/main.cpp -o ${WORK}/consumer)
  run(${WORK}/consumer)
  return()
elseif(KIND STREQUAL "fetch_content")
  execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf cnnpool.tar.gz cnnpool WORKING_DIRECTORY ${WORK}
                  COMMAND_ERROR_IS_FATAL ANY)
  list(APPEND arguments -DCNNPOOL_ARCHIVE=file://${WORK}/cnnpool.tar.gz)
elseif(KIND STREQUAL "subdirectory")
  list(APPEND arguments -DCNNPOOL_SOURCE=${WORK}/cnnpool)
elseif(KIND MATCHES "^(find_package|thrust)$")
  run(${CMAKE_COMMAND} -S ${WORK}/cnnpool -B ${WORK}/cnnpool-build ${arguments} -DCMAKE_INSTALL_PREFIX=${WORK}/prefix)
  run(${CMAKE_COMMAND} --build ${WORK}/cnnpool-build)
  run(${CMAKE_COMMAND} --install ${WORK}/cnnpool-build)
  file(REMOVE_RECURSE ${WORK}/cnnpool ${WORK}/cnnpool-build)  # an installed package needs neither
  list(APPEND arguments -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCNNPOOL_WANTED=${VERSION})
else()
  message(FATAL_ERROR "unknown consumer ${KIND}")
endif()
run(${CMAKE_COMMAND} -S ${WORK}/consumers/${KIND} -B ${WORK}/build ${arguments})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)
