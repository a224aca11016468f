// How the programs on photos end: whatever is wrong is one sentence on standard error and exit code 1, and so is a
// standard output that cannot be written.
#pragma once

#include <cstdio>
#include <new>
#include <string>

#include <CLI/CLI.hpp>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

#include <cnnpool/core/error.hpp>

#include "name_lines.hpp"
#include "option_values.hpp"
#include "standard_output.hpp"

/// Parses the arguments and runs; run gives the exit code. A sentence that does not name the program gets its name.
template <class Run>
int program_main(const std::string& program, CLI::App& app, int count, char** arguments, const Run& run) {
  const auto fails = [&](const std::string& why) {
    const std::string sentence = one_line(why);
    std::fprintf(stderr, "%s%s\n", sentence.starts_with(program) ? "" : (program + ": ").c_str(), sentence.c_str());
    return 1;
  };
  try {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    // OpenCV prints every error before it throws it.
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    refuse_empty_values(app);
    app.parse(count, arguments);
    const int result = run();
    if (const char* reason = output_failure()) cnnpool::raise("standard output cannot be written: ", reason);
    return result;
  } catch (const CLI::Success& e) {  // --help
    const int result = app.exit(e);
    return result != 0 ? result : printed();
  } catch (const cv::Exception& e) {  // what nobody foresaw, without the places in OpenCV's sources
    return fails(e.code == cv::Error::StsNoMem ? "the memory is too small: " + e.err
                                               : "OpenCV fails in " + e.func + ": " + e.err);
  } catch (const std::bad_alloc&) {
    return fails("the memory is too small");
  } catch (const std::exception& e) {
    return fails(e.what());
  }
}
