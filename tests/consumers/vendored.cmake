# What a vendored cnnpool may bring: a target with an include path and the language level, and one that is built only
# where it is linked. No test, option, flag, dependency, or change of the user's variables.

macro(remember)
  get_cmake_property(cache_before CACHE_VARIABLES)
  foreach(name CMAKE_CXX_FLAGS CMAKE_BUILD_TYPE CMAKE_CXX_STANDARD CMAKE_CXX_EXTENSIONS BUILD_TESTING)
    set(before_${name} "${${name}}")
  endforeach()
endmacro()

function(check_vendored source)
  macro(expect what is should_be)
    if(NOT "${is}" STREQUAL "${should_be}")
      message(FATAL_ERROR "vendored cnnpool: ${what}: \"${is}\", expected \"${should_be}\"")
    endif()
  endmacro()

  get_property(targets DIRECTORY ${source} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(tests DIRECTORY ${source} PROPERTY TESTS)
  get_property(folders DIRECTORY ${source} PROPERTY SUBDIRECTORIES)
  expect("targets" "${targets}" "cnnpool;cnnpool_compiled")
  get_target_property(built cnnpool_compiled EXCLUDE_FROM_ALL)
  expect("EXCLUDE_FROM_ALL of cnnpool_compiled" "${built}" TRUE)
  expect("tests" "${tests}" "")
  expect("subdirectories" "${folders}" "")

  foreach(property INTERFACE_COMPILE_OPTIONS INTERFACE_COMPILE_DEFINITIONS INTERFACE_LINK_LIBRARIES
                   INTERFACE_LINK_OPTIONS INTERFACE_SOURCES)
    get_target_property(value cnnpool ${property})
    expect("${property}" "${value}" value-NOTFOUND)
  endforeach()
  get_target_property(features cnnpool INTERFACE_COMPILE_FEATURES)
  expect("INTERFACE_COMPILE_FEATURES" "${features}" cxx_std_20)

  # CMake itself notes where a project lies and its version, FetchContent and GNUInstallDirs where they put things.
  get_cmake_property(cache_after CACHE_VARIABLES)
  list(REMOVE_ITEM cache_after ${cache_before})
  list(FILTER cache_after EXCLUDE REGEX "^(FETCHCONTENT_|CMAKE_PROJECT_VERSION|_GNUInstallDirs_|CMAKE_INSTALL_.*DIR$)")
  list(FILTER cache_after EXCLUDE REGEX "^cnnpool_(SOURCE_DIR|BINARY_DIR|IS_TOP_LEVEL)$")
  expect("cache variables" "${cache_after}" "")
  foreach(name CMAKE_CXX_FLAGS CMAKE_BUILD_TYPE CMAKE_CXX_STANDARD CMAKE_CXX_EXTENSIONS BUILD_TESTING)
    expect("${name}" "${${name}}" "${before_${name}}")
  endforeach()
endfunction()
