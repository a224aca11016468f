# Headers alone, with the project's warnings.
list(TRANSFORM CNNPOOL_WARNINGS PREPEND --flag= OUTPUT_VARIABLE warning_flags)
foreach(compiler IN LISTS CNNPOOL_COMPILERS)
  get_filename_component(name ${compiler} NAME)
  add_test(NAME headers_${name} COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/headers.py ${compiler}
                                        ${PROJECT_SOURCE_DIR}/include ${warning_flags} ${CNNPOOL_FRAMEWORK_FLAGS})
  set_tests_properties(headers_${name} PROPERTIES LABELS build TIMEOUT 900)
endforeach()
