# `cmake --install`: the headers and what find_package(cnnpool) and pkg-config need; the library too, where
# CNNPOOL_INSTALL_COMPILED asks for it. Vendored, these rules are there so that a target which links cnnpool can be
# exported; a project installs them with its own if it sets CNNPOOL_INSTALL, else `--component cnnpool` does.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(rules COMPONENT cnnpool)
if(NOT CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR AND NOT CNNPOOL_INSTALL)
  list(APPEND rules EXCLUDE_FROM_ALL)
endif()
set(package ${CMAKE_INSTALL_DATADIR}/cnnpool)
set(any_machine ARCH_INDEPENDENT)
if(CNNPOOL_INSTALL_COMPILED)
  set(any_machine)
  set_target_properties(cnnpool_compiled PROPERTIES EXCLUDE_FROM_ALL OFF)
  install(TARGETS cnnpool_compiled EXPORT cnnpool ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${rules})
endif()

install(DIRECTORY include/cnnpool DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${rules})
install(TARGETS cnnpool EXPORT cnnpool INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT cnnpool NAMESPACE cnnpool:: FILE cnnpool-targets.cmake DESTINATION ${package} ${rules})

# The build folder is a package too: -Dcnnpool_DIR=<build folder>.
export(EXPORT cnnpool NAMESPACE cnnpool:: FILE ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-targets.cmake)
configure_file(cmake/cnnpool-thrust.cmake cnnpool-thrust.cmake COPYONLY)
configure_package_config_file(cmake/cnnpool-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config-version.cmake
                                 COMPATIBILITY SameMinorVersion ${any_machine})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config-version.cmake
              cmake/cnnpool-thrust.cmake
        DESTINATION ${package} ${rules})

file(RELATIVE_PATH to_headers ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/cnnpool.pc.in cnnpool.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cnnpool.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig ${rules})
