// A run that the user ends (Ctrl-C, or kill) ends between two photos and says how far it came. A second signal ends it
// at once.
#pragma once

#include <csignal>

#include <cnnpool/core/error.hpp>

class interruption : public cnnpool::error {
 public:
  interruption() : cnnpool::error("interrupted") {}
};

inline volatile std::sig_atomic_t interrupted_by = 0;

inline void watch_for_interruption() {
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, [](int s) {
      interrupted_by = s;
      std::signal(s, SIG_DFL);
    });
}
inline void stop_if_interrupted() {
  if (interrupted_by != 0) throw interruption();
}
/// Ends the program as the signal would have: whoever started it sees that, and does not start the next one.
inline void die_if_interrupted() {
  if (interrupted_by == 0) return;
  std::signal(interrupted_by, SIG_DFL);
  std::raise(interrupted_by);
}
