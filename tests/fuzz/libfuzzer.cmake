# Builds and runs the libFuzzer program: COMPILER, SOURCE, READER, INCLUDE, BINARY.
set(seconds $ENV{CNNPOOL_FUZZ_SECONDS})
if(NOT seconds)
  set(seconds 60)
endif()
execute_process(COMMAND ${COMPILER} -std=c++20 -O1 -g1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
                        -DCNNPOOL_LIBFUZZER -I${INCLUDE} -I${SOURCE} ${SOURCE}/fuzz/${READER}.cpp -o ${BINARY}
                RESULT_VARIABLE failed ERROR_VARIABLE errors)
if(failed)
  if(errors MATCHES "clang_rt.fuzzer|clang_rt.asan")
    message("skipped: libFuzzer on ${READER} files: "
            "clang's run-time libraries are not installed (Debian: libclang-rt-14-dev)")
    return()
  endif()
  message(FATAL_ERROR "${errors}")
endif()
# A malloc larger than 1 MiB ends the run: no file here is that large.
execute_process(COMMAND ${BINARY} -max_total_time=${seconds} -max_len=4096 -seed=1 -malloc_limit_mb=1 -rss_limit_mb=1024
                        -verbosity=0
                RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(failed)
  message(FATAL_ERROR "${errors}")
endif()
if(NOT errors MATCHES "([0-9]+) files, ([1-9][0-9]*) accepted")
  message(FATAL_ERROR "libFuzzer found no file that is accepted: ${errors}")
endif()
message("libFuzzer: ${CMAKE_MATCH_1} files in ${seconds} s, ${CMAKE_MATCH_2} accepted, 0 crashes")
