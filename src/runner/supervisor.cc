#include "runner/supervisor.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"

namespace anabranch::runner {
namespace {

/// Nobody waits for the results of what is left: it may put its own things in order, no more.
constexpr std::int64_t kGraceMs = 3'000;
/// What SIGKILL has not ended by then (another user's process, one that hangs in the kernel) is left.
constexpr std::int64_t kGiveUpMs = 10'000;
constexpr std::int64_t kKillAgainMs = 20;  // those that were forked meanwhile
constexpr int kSocket = 3, kSignals = 4;   // this process's only files but for the three standard ones
constexpr int kFirstOther = 5;
constexpr unsigned kLastFile = ~0U;
constexpr int kAncestorsMax = 4'096;  // a loop of reused numbers has no end
constexpr int kNotRun = 127;

/// A number of a process as text, without allocating. Gives its end.
char* append_number(char* out, pid_t number) {
  char digits[16];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) *out++ = digits[--count];
  *out = '\0';
  return out;
}

pid_t parse_number(const char* text) {
  pid_t number = 0;
  while (*text >= '0' && *text <= '9') number = number * 10 + (*text++ - '0');
  return number;
}

/// 0: it is gone.
pid_t parent_of(pid_t process) {
  constexpr char kStat[] = "/stat";
  char path[32] = "/proc/";
  std::memcpy(append_number(path + std::strlen(path), process), kStat, sizeof kStat);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[512];
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char* const name_end = std::strrchr(text, ')');  // the name may hold anything
  constexpr std::size_t kToParent = 4;                   // ") S 123"
  if (name_end == nullptr || std::strlen(name_end) <= kToParent) return 0;
  return parse_number(name_end + kToParent);
}

bool descends_from(pid_t process, pid_t ancestor) {
  for (int i = 0; i < kAncestorsMax && process > 1; ++i) {
    process = parent_of(process);
    if (process == ancestor) return true;
  }
  return false;
}

/// To every descendant of this process. The walk is by system calls alone: readdir() allocates.
void signal_descendants(int signal_number) {
  struct Entry {  // as getdents64(2) has it
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t size;
    std::uint8_t type;
    char name[1];
  };
  const pid_t self = getpid();
  const int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  alignas(Entry) char buffer[16 * KiB];
  while (true) {
    const auto size = syscall(SYS_getdents64, folder, buffer, sizeof buffer);
    if (size <= 0) break;
    for (std::int64_t at = 0; at < size;) {
      const auto* const entry = reinterpret_cast<const Entry*>(buffer + at);
      at += entry->size;
      const pid_t process = parse_number(entry->name);
      if (process > 1 && process != self && descends_from(process, self)) kill(process, signal_number);
    }
  }
  close(folder);
}

void kill_cgroup(const char* cgroup) {
  if (cgroup == nullptr) return;
  const int folder = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  const int file = openat(folder, "cgroup.kill", O_WRONLY | O_CLOEXEC);  // Linux 5.14 has it
  close(folder);
  if (file < 0) return;
  static_cast<void>(!write(file, "1", 1));
  close(file);
}

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000LL + now.tv_nsec / 1'000'000;
}

/// What killall and pkill go by is not the runner's, whose copy this is.
void take_own_name(const SupervisedCommand& command) {
  constexpr char kName[] = "anabranch-guard";  // 15 characters are the most that the kernel keeps
  prctl(PR_SET_NAME, kName);
  if (command.own_arguments_size < sizeof kName) return;
  std::memset(command.own_arguments, 0, command.own_arguments_size);
  std::memcpy(command.own_arguments, kName, sizeof kName);
}

/// Three empty standard files, the socket, and nothing else: a file that this process held open would keep
/// whoever reads the runner's output waiting, and other runs' sockets from ending.
void take_own_files(int socket) {
  const int kept = fcntl(socket, F_DUPFD_CLOEXEC, kFirstOther);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int number = 0; number < kSocket; ++number) dup2(null, number);
  dup3(kept, kSocket, O_CLOEXEC);
  close_range(kSignals, kLastFile, 0);
  sigset_t ended;
  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  const int signals = signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals != kSignals) dup3(signals, kSignals, O_CLOEXEC);
}

void enter_cgroup(const char* cgroup) {
  if (cgroup == nullptr) return;
  const int folder = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  const int file = openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  if (file >= 0) static_cast<void>(!write(file, "0", 1));
}

bool open_as(int number, const char* path) {
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  return file >= 0 && dup2(file, number) >= 0;
}

/// In the command's process. Comes back only where it cannot be run.
int become(const SupervisedCommand& command, pid_t supervisor) {
  setpgid(0, 0);
  // Of the supervisor's only thread: whoever kills the supervisor ends the command.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != supervisor) _exit(kNotRun);
  enter_cgroup(command.cgroup);
  if (!open_as(STDOUT_FILENO, command.stdout_file) || !open_as(STDERR_FILENO, command.stderr_file) ||
      chdir(command.directory) != 0) {
    return errno;
  }
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  close_range(kSocket, kLastFile, CLOSE_RANGE_CLOEXEC);
  execvpe(command.argv[0], command.argv, command.environment);
  return errno;
}

SupervisedStart start(const SupervisedCommand& command) {
  SupervisedStart started;
  int problem[2];
  if (pipe2(problem, O_CLOEXEC) != 0) return {0, errno};
  const pid_t self = getpid();
  const pid_t child = fork();
  if (child < 0) return {0, errno};
  if (child == 0) {
    const int error = become(command, self);
    static_cast<void>(!write(problem[1], &error, sizeof error));
    _exit(kNotRun);
  }
  setpgid(child, child);
  started.pid = child;
  close(problem[1]);
  while (read(problem[0], &started.error, sizeof started.error) < 0 && errno == EINTR) {
  }
  close(problem[0]);
  return started;
}

class Supervisor {
 public:
  Supervisor(const SupervisedCommand& command, pid_t child) : command_(command), child_(child) {}

  SupervisedEnd watch() {
    while (!reap()) {
      step();
      pollfd waited[2] = {{kSocket, POLLIN, 0}, {kSignals, POLLIN, 0}};
      if (runner_is_gone_) waited[0].fd = -1;
      poll(waited, 2, wait_ms());
      signalfd_siginfo skipped{};
      while (read(kSignals, &skipped, sizeof skipped) > 0) {
      }
      if ((waited[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) obey();
    }
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used);
    end_.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    end_.memory_bytes_max = static_cast<std::uint64_t>(used.ru_maxrss) * KiB;
    if (command_.cgroup != nullptr) rmdir(command_.cgroup);
    return end_;
  }

 private:
  enum class Phase : unsigned char { going, asked, killing };

  static double seconds(const timeval& time) {
    constexpr double kMicroseconds = 1e6;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicroseconds;
  }

  /// Every process that its parents left comes here, as this one is their subreaper: without a child there is
  /// nothing left.
  bool reap() {
    while (true) {
      int status = 0;
      const pid_t ended = waitpid(-1, &status, WNOHANG);
      if (ended < 0 && errno == EINTR) continue;
      if (ended < 0) return true;
      if (ended == 0) return end_.left;
      if (ended != child_) continue;
      child_is_over_ = true;
      end_.status = status;
    }
  }

  void step() {
    const std::int64_t now = now_ms();
    if (child_is_over_ && phase_ == Phase::going) {
      if (was_asked_) {
        ask_all(now);
      } else {
        begin_killing(now);
      }
    }
    if (phase_ == Phase::asked && now >= until_ms_) begin_killing(now);
    if (phase_ != Phase::killing) return;
    end_.left = now >= until_ms_;
    if (end_.left && !child_is_over_) end_.status = SIGKILL;
    kill_cgroup(command_.cgroup);
    signal_descendants(SIGKILL);
  }
  void ask_all(std::int64_t now) {
    phase_ = Phase::asked;
    until_ms_ = now + kGraceMs;
    signal_descendants(SIGTERM);
  }
  void begin_killing(std::int64_t now) {
    phase_ = Phase::killing;
    until_ms_ = now + kGiveUpMs;
  }
  int wait_ms() const {
    if (phase_ == Phase::going) return -1;
    if (phase_ == Phase::killing) return kKillAgainMs;
    return static_cast<int>(std::max<std::int64_t>(0, until_ms_ - now_ms()));
  }

  void obey() {
    unsigned char order = 0;
    const ssize_t size = recv(kSocket, &order, sizeof order, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
      runner_is_gone_ = true;
      if (phase_ == Phase::going) ask_all(now_ms());
      return;
    }
    if (order == SIGKILL && phase_ != Phase::killing) begin_killing(now_ms());
    if (order == SIGKILL || phase_ != Phase::going) return;
    was_asked_ = true;
    if (!child_is_over_) kill(-child_, order);
  }

  const SupervisedCommand& command_;
  const pid_t child_;
  SupervisedEnd end_;
  Phase phase_ = Phase::going;
  std::int64_t until_ms_ = 0;  // of the phase
  bool child_is_over_ = false;
  bool was_asked_ = false;
  bool runner_is_gone_ = false;
};

[[noreturn]] void supervise(const SupervisedCommand& command, int socket) {
  setsid();  // a terminal's signals are the runner's
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  take_own_name(command);
  take_own_files(socket);
  const SupervisedStart started = start(command);
  send(kSocket, &started, sizeof started, MSG_NOSIGNAL);
  if (started.error == 0) {
    static_cast<void>(!chdir("/"));  // the run's folder is to be removed
    const SupervisedEnd ended = Supervisor(command, started.pid).watch();
    send(kSocket, &ended, sizeof ended, MSG_NOSIGNAL);
  } else if (command.cgroup != nullptr) {
    while (waitpid(-1, nullptr, 0) < 0 && errno == EINTR) {
    }
    rmdir(command.cgroup);
  }
  _exit(0);
}

}  // namespace

pid_t start_supervisor(const SupervisedCommand& command, int socket) {
  // Blocked from before it exists, and never let through again: only SIGKILL ends it.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = fork();
  if (child == 0) supervise(command, socket);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return child;
}

}  // namespace anabranch::runner
