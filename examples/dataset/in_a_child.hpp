// Runs what may crash in a child process. LMDB maps its file into memory and follows the numbers that it finds there:
// in a file that is damaged they lead anywhere, and the program ends with a signal. The child reads everything once; if
// it lives, so will its parent, which reads the same bytes.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <string>

#include <fcntl.h>

#include <cnnpool/core/error.hpp>

namespace dataset {

/// What went wrong: the sentence that f() threw, or how the child ended; nothing where all is well.
template <class F>
std::string problem_in_a_child(const F& f) {
  int ends[2];
  if (pipe(ends) != 0) cnnpool::raise("no pipe to a child process: ", std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) {
    const int why = errno;
    close(ends[0]);
    close(ends[1]);
    cnnpool::raise("no child process: ", std::strerror(why));
  }
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const int nowhere = open("/dev/null", O_WRONLY);  // LMDB prints what it asserts
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    int result = 0;
    try {
      f();
    } catch (const std::exception& e) {
      const std::string sentence = e.what();
      result = write(ends[1], sentence.data(), sentence.size()) < 0 ? 2 : 1;
    }
    _exit(result);
  }
  close(ends[1]);
  std::string sentence;
  char some[512];
  for (ssize_t n = 0; (n = read(ends[0], some, sizeof some)) > 0;) sentence.append(some, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!sentence.empty()) return sentence;
  if (WIFSIGNALED(status)) return std::string("reading it ends in a ") + strsignal(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "reading it ends with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace dataset
