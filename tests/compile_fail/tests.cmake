# One test per file: its good twin compiles, its bad twin fails with the documented sentence first (run.py).
file(GLOB_RECURSE twins CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
foreach(twin IN LISTS twins)
  string(REGEX REPLACE "[/.]" "_" name ${twin})
  string(REGEX REPLACE "_cpp$" "" name ${name})
  add_test(NAME compile_fail_${name}
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/run.py ${CMAKE_CURRENT_LIST_DIR}/${twin}
                   ${PROJECT_SOURCE_DIR}/include ${CNNPOOL_COMPILERS} ${CNNPOOL_FRAMEWORK_FLAGS})
  set_tests_properties(compile_fail_${name} PROPERTIES LABELS compile_fail SKIP_RETURN_CODE 77)
endforeach()
