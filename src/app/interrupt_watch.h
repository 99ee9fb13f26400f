// app/interrupt_watch.h — Ctrl-C for commands that have something to put in order first.
#pragma once

#include <signal.h>

#include <thread>

#include "runner/process.h"

namespace anabranch::app {

/// While it lives, SIGINT and SIGTERM ask `interruption` to stop what runs; a second one, or ten seconds, and
/// it is killed. Make it before any other thread. Thread safety: none.
class InterruptWatch {
 public:
  explicit InterruptWatch(runner::Interruption& interruption);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  void watch();
  runner::Interruption& interruption_;
  sigset_t before_;
  int signals_;
  int stop_;
  std::thread thread_;
};

}  // namespace anabranch::app
