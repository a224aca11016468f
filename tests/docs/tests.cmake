# Every C++ block of the README and the docs compiles and runs (blocks.py); the design's vocabulary as it stands.
set(here ${CMAKE_CURRENT_LIST_DIR})
add_test(NAME docs_blocks_self_test COMMAND Python3::Interpreter ${here}/blocks.py --self-test
                                            ${PROJECT_SOURCE_DIR}/include ${CMAKE_CXX_COMPILER}
                                            ${CNNPOOL_FRAMEWORK_FLAGS})
set_tests_properties(docs_blocks_self_test PROPERTIES LABELS docs)

file(GLOB_RECURSE pages CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/README.md
     ${PROJECT_SOURCE_DIR}/docs/*.md)
foreach(page IN LISTS pages)
  string(REGEX REPLACE "[/.]" "_" name ${page})
  string(REGEX REPLACE "_md$" "" name ${name})
  add_test(NAME docs_blocks_${name} COMMAND Python3::Interpreter ${here}/blocks.py ${PROJECT_SOURCE_DIR}/${page}
                                            ${PROJECT_SOURCE_DIR}/include ${CMAKE_CXX_COMPILER}
                                            --library=$<TARGET_FILE:cnnpool_compiled> ${CNNPOOL_FRAMEWORK_FLAGS})
  set_tests_properties(docs_blocks_${name} PROPERTIES LABELS docs TIMEOUT 600)
endforeach()

# The stand-in for the CUDA backend has a base, which {.stream = s} leaves out.
cnnpool_test(docs/vocabulary OPTIONS ${CNNPOOL_NOT_OF_KERNELS} -Wno-missing-field-initializers)

add_test(NAME docs_backend_table COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/scripts/backend_table.py --check)
set_tests_properties(docs_backend_table PROPERTIES LABELS docs)
