#include "app/interrupt_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.h"

namespace anabranch::app {
namespace {

constexpr int kGraceMs = 10'000;
constexpr int kForEver = -1;

}  // namespace

InterruptWatch::InterruptWatch(runner::Interruption& interruption, std::string log_file)
    : interruption_(interruption), log_file_(std::move(log_file)) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (!log_file_.empty()) {
    sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);  // whoever read the output ends with the terminal
  }
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
  bool asked = false, killed = false;
  while (true) {
    pollfd waited[2] = {{signals_, POLLIN, 0}, {stop_, POLLIN, 0}};
    const int ready = poll(waited, 2, asked && !killed ? kGraceMs : kForEver);
    if ((waited[1].revents & POLLIN) != 0) return;
    signalfd_siginfo info{};
    const bool signalled = ready > 0 && read(signals_, &info, sizeof info) == sizeof info;
    if (!signalled && ready != 0) continue;
    if (signalled && info.ssi_signo == SIGHUP) {
      hang_up();
      continue;
    }
    interruption_.request(asked ? SIGKILL : SIGTERM);
    killed = asked;
    asked = true;
  }
}

void InterruptWatch::hang_up() {
  std::string notice = "hangup: the command goes on; what it prints goes to ";
  const int log = open(log_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log >= 0) {
    notice += log_file_ + "\n";
  } else {
    notice =
        "hangup: the command goes on; " + log_file_ + " cannot be written: " + std::strerror(errno) + "\n";
  }
  // By system calls: what the streams hold belongs to other threads.
  static_cast<void>(!write(STDERR_FILENO, notice.data(), notice.size()));
  if (log < 0) return;
  static_cast<void>(!write(log, notice.data(), notice.size()));
  for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat about {};
    const bool is_file = fstat(number, &about) == 0 && S_ISREG(about.st_mode);
    if (!is_file) dup2(log, number);
  }
  close(log);
}

}  // namespace anabranch::app
