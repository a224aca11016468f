# `cmake --install`: the headers and what find_package(cnnpool) needs; the library too, where CNNPOOL_INSTALL_COMPILED
# asks for it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

option(CNNPOOL_INSTALL_COMPILED "Build and install the library cnnpool::compiled" OFF)
set(package ${CMAKE_INSTALL_DATADIR}/cnnpool)
set(any_machine ARCH_INDEPENDENT)
if(CNNPOOL_INSTALL_COMPILED)
  set(any_machine)
  set_target_properties(cnnpool_compiled PROPERTIES EXCLUDE_FROM_ALL OFF)
  install(TARGETS cnnpool_compiled EXPORT cnnpool ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()

install(DIRECTORY include/cnnpool DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS cnnpool EXPORT cnnpool)
install(EXPORT cnnpool NAMESPACE cnnpool:: FILE cnnpool-targets.cmake DESTINATION ${package})

configure_package_config_file(cmake/cnnpool-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config-version.cmake
                                 COMPATIBILITY SameMinorVersion ${any_machine})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config-version.cmake
              cmake/cnnpool-thrust.cmake
        DESTINATION ${package})
