#include "app/shutdown_signal.h"

#include <signal.h>

namespace anabranch::app {
namespace {

sigset_t shutdown_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

ShutdownSignal::ShutdownSignal() {
  const sigset_t set = shutdown_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);  // a client that went away is an error of its socket, not the end of the server
}

int ShutdownSignal::wait() const {
  const sigset_t set = shutdown_signals();
  int number = 0;
  sigwait(&set, &number);
  return number;
}

}  // namespace anabranch::app
