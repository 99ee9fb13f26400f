// app/shutdown_signal.h — SIGINT and SIGTERM as something to wait for.
#pragma once

namespace anabranch::app {

/// Blocks both signals for this thread and those it starts. Make it before any thread.
class ShutdownSignal {
 public:
  ShutdownSignal();
  /// Waits for one of them; gives its number.
  int wait() const;
};

}  // namespace anabranch::app
