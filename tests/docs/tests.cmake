# Every C++ block of the README and the docs compiles and runs (blocks.py); the design's vocabulary as it stands.
set(here ${CMAKE_CURRENT_LIST_DIR})
# docs_blocks_test(name what): what is a page or one of the script's other modes.
function(docs_blocks_test name what)
  add_test(NAME docs_blocks_${name}
           COMMAND Python3::Interpreter ${here}/blocks.py ${what} ${PROJECT_SOURCE_DIR}/include
                   ${CMAKE_CXX_COMPILER} --library=$<TARGET_FILE:cnnpool_compiled>
                   ${CNNPOOL_FRAMEWORK_FLAGS})
  set_tests_properties(docs_blocks_${name} PROPERTIES LABELS docs TIMEOUT 600)
endfunction()
docs_blocks_test(self_test --self-test)

file(GLOB_RECURSE pages CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/docs/*.md
     ${PROJECT_SOURCE_DIR}/benchmarks/*.md ${PROJECT_SOURCE_DIR}/examples/*.md)
foreach(page IN ITEMS README.md LISTS pages)
  string(REGEX REPLACE "[/.]" "_" name ${page})
  string(REGEX REPLACE "_md$" "" name ${name})
  docs_blocks_test(${name} ${PROJECT_SOURCE_DIR}/${page})
endforeach()

cnnpool_test(docs/promises)
# The stand-in for the CUDA backend has a base, which {.stream = s} leaves out.
cnnpool_test(docs/vocabulary OPTIONS ${CNNPOOL_NOT_OF_KERNELS} -Wno-missing-field-initializers)

add_test(NAME docs_backend_table COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/scripts/backend_table.py --check)
set_tests_properties(docs_backend_table PROPERTIES LABELS docs)
