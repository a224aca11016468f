# One test per file: its good twin compiles, its bad twin fails with the documented sentence first (run.py).
# The second compiler says its sentences in --all.
set(here ${CMAKE_CURRENT_LIST_DIR})
set(compile_fail_compilers ${CNNPOOL_COMPILERS})
if(NOT CNNPOOL_TEST_ALL)
  list(SUBLIST CNNPOOL_COMPILERS 0 1 compile_fail_compilers)
endif()
# compile_fail_test(name what): what is a file or the script's other mode.
function(compile_fail_test name what)
  add_test(NAME compile_fail_${name}
           COMMAND Python3::Interpreter ${here}/run.py ${what} ${CMAKE_CURRENT_BINARY_DIR}/compile_fail
                   ${PROJECT_SOURCE_DIR}/include ${compile_fail_compilers} ${CNNPOOL_FRAMEWORK_FLAGS})
  set_tests_properties(compile_fail_${name} PROPERTIES LABELS compile_fail SKIP_RETURN_CODE 77
                                                       FIXTURES_REQUIRED compile_fail_headers)
endfunction()
compile_fail_test(prepare --prepare)
set_tests_properties(compile_fail_prepare PROPERTIES FIXTURES_REQUIRED "" FIXTURES_SETUP compile_fail_headers)

file(GLOB_RECURSE twins CONFIGURE_DEPENDS RELATIVE ${here} ${here}/*.cpp)
foreach(twin IN LISTS twins)
  string(REGEX REPLACE "[/.]" "_" name ${twin})
  string(REGEX REPLACE "_cpp$" "" name ${name})
  compile_fail_test(${name} ${here}/${twin})
endforeach()
