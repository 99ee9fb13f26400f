// app/interrupt_watch.h — Ctrl-C, and the end of the terminal, for commands that have something to put in
// order first.
#pragma once

#include <signal.h>

#include <string>
#include <thread>

#include "runner/process.h"

namespace anabranch::app {

/// While it lives, SIGINT and SIGTERM ask `interruption` to stop what runs; a second one, or ten seconds, and
/// it is killed. Make it before any other thread. Thread safety: none.
class InterruptWatch {
 public:
  explicit InterruptWatch(runner::Interruption& interruption) : InterruptWatch(interruption, "") {}
  /// With a `log_file`, the command also outlives its terminal (SIGHUP, and a reader of its output that is
  /// gone): from then on what it prints goes to that file, unless it goes to a file already.
  InterruptWatch(runner::Interruption& interruption, std::string log_file);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  void watch();
  void hang_up();
  runner::Interruption& interruption_;
  const std::string log_file_;
  sigset_t before_;
  int signals_;
  int stop_;
  std::thread thread_;
};

}  // namespace anabranch::app
