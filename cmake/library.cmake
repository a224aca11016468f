# cnnpool::compiled: the kernels of the usual policies as a static library (include/cnnpool/library.hpp says which), and
# the definition with which the headers leave them out. It is built where something links it, or where
# CNNPOOL_INSTALL_COMPILED asks for it.
set(units)
foreach(group SUMS MAXIMA POWERS CROW PRODUCTS WIDE STAGES NARROW)
  set(types float double)
  if(group STREQUAL "NARROW")
    set(types float16 bfloat16 std::int8_t std::uint8_t)
  elseif(group STREQUAL "WIDE")
    set(types double)
  endif()
  foreach(type IN LISTS types)
    string(TOLOWER ${group}_${type} name)
    string(REPLACE "std::" "" name ${name})
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/library/${name}.cpp)
    file(CONFIGURE OUTPUT ${unit} @ONLY CONTENT
"#define CNNPOOL_COMPILING CNNPOOL_LIBRARY_@group@(@type@)
#include <cnnpool/library.hpp>
")
    list(APPEND units ${unit})
  endforeach()
endforeach()

add_library(cnnpool_compiled STATIC EXCLUDE_FROM_ALL ${units})
add_library(cnnpool::compiled ALIAS cnnpool_compiled)
target_link_libraries(cnnpool_compiled PUBLIC cnnpool)
target_compile_definitions(cnnpool_compiled PUBLIC CNNPOOL_COMPILED)
set_target_properties(cnnpool_compiled PROPERTIES OUTPUT_NAME cnnpool EXPORT_NAME compiled POSITION_INDEPENDENT_CODE ON
                      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                      UNITY_BUILD OFF)  # every unit includes the list anew
# Of a debug build too: that is what the library is for, and its kernels are those of optimised units.
if(NOT MSVC)
  target_compile_options(cnnpool_compiled PRIVATE -O2)
endif()
