foreach(example IN LISTS CNNPOOL_EXAMPLES)
  add_test(NAME example_${example}
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/output.py
                   ${PROJECT_SOURCE_DIR}/examples/${example}.cpp $<TARGET_FILE:example_${example}>
                   ${PROJECT_SOURCE_DIR}/examples/data)
endforeach()
