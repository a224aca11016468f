// How the programs on photos end: whatever is wrong is one sentence on standard error and exit code 1, and so is a
// standard output that cannot be written.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include <CLI/CLI.hpp>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

#include <cnnpool/core/error.hpp>

/// Parses the arguments and runs; run gives the exit code. A sentence that does not name the program gets its name.
template <class Run>
int program_main(const std::string& program, CLI::App& app, int count, char** arguments, const Run& run) {
  try {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    // OpenCV prints every error before it throws it.
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    app.parse(count, arguments);
    const int result = run();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      cnnpool::raise("standard output cannot be written: ", std::strerror(errno));
    return result;
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    std::string sentence = e.what();
    std::ranges::replace(sentence, '\n', ' ');
    if (!sentence.starts_with(program)) sentence = program + ": " + sentence;
    std::fprintf(stderr, "%s\n", sentence.c_str());
    return 1;
  }
}
