# cnnpool_use_thrust(<target> [SYSTEM CPP|OMP|TBB|CUDA])
#
# Gives <target> Thrust's headers and definitions, so that it may include cnnpool/backend/thrust/thrust.hpp. SYSTEM is
# where Thrust's device algorithms run (OMP when left out); all files of a program have to use the same one. Thrust
# comes from Debian's libthrust-dev, from a CUDA toolkit, or from where Thrust_DIR or CMAKE_PREFIX_PATH say.
macro(cnnpool_find_thrust)
  find_package(Thrust 1.17 CONFIG QUIET HINTS ENV CUDA_HOME ENV CUDA_PATH PATHS /usr/local/cuda
               PATH_SUFFIXES lib64/cmake/thrust lib/cmake/thrust)
endmacro()

function(cnnpool_use_thrust target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SYSTEM" "")
  if(NOT arg_SYSTEM)
    set(arg_SYSTEM OMP)
  endif()
  if(NOT arg_SYSTEM MATCHES "^(CPP|OMP|TBB|CUDA)$" OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "cnnpool_use_thrust(${ARGV}): expected a target and SYSTEM CPP, OMP, TBB or CUDA")
  endif()
  if(NOT Thrust_FOUND)
    cnnpool_find_thrust()
  endif()
  if(NOT Thrust_FOUND)
    message(FATAL_ERROR "cnnpool_use_thrust: Thrust was not found; install libthrust-dev or a CUDA toolkit, or set "
                        "Thrust_DIR")
  endif()
  if(NOT TARGET cnnpool_thrust_${arg_SYSTEM})
    thrust_create_target(cnnpool_thrust_${arg_SYSTEM} HOST CPP DEVICE ${arg_SYSTEM})
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    target_link_libraries(${target} INTERFACE cnnpool::cnnpool cnnpool_thrust_${arg_SYSTEM})
  else()
    target_link_libraries(${target} PUBLIC cnnpool::cnnpool cnnpool_thrust_${arg_SYSTEM})
  endif()
endfunction()
