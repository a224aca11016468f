// A program that is started once and then runs its main() in a child for every command that a test gives it: half a
// second of libtorch's start is paid once, not for each of ninety runs. The program itself is the one that users have:
//
//   CNNPOOL_FORKED_PROGRAM=FD LD_PRELOAD=libcnnpool_forked_program.so PROGRAM
//
// FD is a socket. A command is one message: the working folder, the files of standard output and standard error, and
// the arguments from argv[0] on, each ended by a zero byte. Answers: the child's number, then the status that waitpid
// gives. forked.py is the other end.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using main_function = int (*)(int, char**, char**);
main_function real_main = nullptr;

/// Only in a child. What it cannot open shows as exit code 126.
int run_command(std::vector<char>& message, char** environment) {
  std::vector<char*> words;
  for (char* at = message.data(); at < message.data() + message.size(); at += std::strlen(at) + 1) words.push_back(at);
  if (words.size() < 4 || chdir(words[0]) != 0) return 126;
  const int input = open("/dev/null", O_RDONLY), output = open(words[1], O_WRONLY | O_TRUNC),
            error = open(words[2], O_WRONLY | O_TRUNC);
  if (input < 0 || dup2(input, 0) < 0 || output < 0 || dup2(output, 1) < 0 || error < 0 || dup2(error, 2) < 0)
    return 126;
  for (const int file : {input, output, error}) close(file);
  const int count = static_cast<int>(words.size()) - 3;
  words.push_back(nullptr);
  return real_main(count, words.data() + 3, environment);
}

int serve(int count, char** arguments, char** environment) {
  const char* const number = std::getenv("CNNPOOL_FORKED_PROGRAM");
  if (number == nullptr) return real_main(count, arguments, environment);
  const int socket = std::atoi(number);
  unsetenv("CNNPOOL_FORKED_PROGRAM");
  unsetenv("LD_PRELOAD");
  std::vector<char> message;
  for (;;) {
    message.resize(1 << 16);
    const auto length = recv(socket, message.data(), message.size(), 0);
    if (length <= 0) return 0;  // the test has ended
    message.resize(static_cast<std::size_t>(length));
    const pid_t child = fork();
    if (child == 0) {
      close(socket);
      const int result = run_command(message, environment);
      std::fflush(nullptr);
      _exit(result);  // how libtorch's library ends takes a third of a second
    }
    int status = 0;
    const int began = static_cast<int>(child);
    if (send(socket, &began, sizeof began, 0) < 0 || waitpid(child, &status, 0) < 0 ||
        send(socket, &status, sizeof status, 0) < 0)
      return 1;
  }
}

}  // namespace

/// glibc calls it with the program's main(), when the libraries are ready.
extern "C" int __libc_start_main(main_function program, int count, char** arguments, void (*init)(), void (*fini)(),
                                 void (*loader_fini)(), void* stack_end);
extern "C" int __libc_start_main(main_function program, int count, char** arguments, void (*init)(), void (*fini)(),
                                 void (*loader_fini)(), void* stack_end) {
  real_main = program;
  using start = decltype(&__libc_start_main);
  const auto next = reinterpret_cast<start>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return next(serve, count, arguments, init, fini, loader_fini, stack_end);
}
