# Builds and runs the libFuzzer program: COMPILER, SOURCE, INCLUDE, BINARY.
set(seconds $ENV{CNNPOOL_FUZZ_SECONDS})
if(NOT seconds)
  set(seconds 60)
endif()
execute_process(COMMAND ${COMPILER} -std=c++20 -O1 -g1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
                        -DCNNPOOL_LIBFUZZER -I${INCLUDE} -I${SOURCE} ${SOURCE}/fuzz/npy.cpp -o ${BINARY}
                RESULT_VARIABLE failed ERROR_VARIABLE errors)
if(failed)
  if(errors MATCHES "clang_rt.fuzzer|clang_rt.asan")
    message("skipped: libFuzzer on .npy files: clang's run-time libraries are not installed (Debian: libclang-rt-14-dev)")
    return()
  endif()
  message(FATAL_ERROR "${errors}")
endif()
# A malloc larger than 1 MiB ends the run: no file here is that large.
execute_process(COMMAND ${BINARY} -max_total_time=${seconds} -max_len=4096 -seed=1 -malloc_limit_mb=1 -rss_limit_mb=1024
                        -print_final_stats=1 -verbosity=0
                RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(failed)
  message(FATAL_ERROR "${errors}")
endif()
string(REGEX MATCH "stat::number_of_executed_units: *([0-9]+)" found "${errors}")
message("libFuzzer: ${CMAKE_MATCH_1} files in ${seconds} s, 0 crashes")
