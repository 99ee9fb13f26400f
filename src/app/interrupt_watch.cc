#include "app/interrupt_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace anabranch::app {
namespace {

constexpr int kGraceMs = 10'000;
constexpr int kForEver = -1;

}  // namespace

InterruptWatch::InterruptWatch(runner::Interruption& interruption) : interruption_(interruption) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  stop_ = eventfd(0, EFD_CLOEXEC);
  ANABRANCH_ASSERT(signals_ >= 0 && stop_ >= 0, "no file descriptors left");
  thread_ = std::thread([this] { watch(); });
}

InterruptWatch::~InterruptWatch() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(stop_);
  close(signals_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void InterruptWatch::watch() {
  bool asked = false;
  while (true) {
    pollfd waited[2] = {{signals_, POLLIN, 0}, {stop_, POLLIN, 0}};
    const int ready = poll(waited, 2, asked ? kGraceMs : kForEver);
    if ((waited[1].revents & POLLIN) != 0) return;
    signalfd_siginfo info{};
    const bool signalled = ready > 0 && read(signals_, &info, sizeof info) == sizeof info;
    if (!signalled && ready != 0) continue;
    interruption_.request(asked ? SIGKILL : SIGTERM);
    asked = true;
  }
}

}  // namespace anabranch::app
