# `cmake --install`: the headers and what find_package(cnnpool) needs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(DIRECTORY include/cnnpool DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS cnnpool EXPORT cnnpool)
install(EXPORT cnnpool NAMESPACE cnnpool:: FILE cnnpool-targets.cmake DESTINATION ${CMAKE_INSTALL_DATADIR}/cnnpool)

configure_package_config_file(cmake/cnnpool-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_DATADIR}/cnnpool)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config-version.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/cnnpool-config-version.cmake
              cmake/cnnpool-thrust.cmake
        DESTINATION ${CMAKE_INSTALL_DATADIR}/cnnpool)
