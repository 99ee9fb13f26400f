#include "runner/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "base/bytes.h"
#include "base/clock.h"
#include "runner/process_tree.h"
#include "runner/supervisor.h"

namespace anabranch::runner {
namespace {

constexpr int kFirstInheritable = 3;
constexpr int kSignalExitBase = 128;  // as shells do
constexpr std::size_t kPieceSize = 64 * 1024;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& text : texts)
    out.push_back(const_cast<char*>(text.c_str()));  // posix_spawn does not write
  out.push_back(nullptr);
  return out;
}

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).string(); }

/// What a helper has as files and signals: input empty, a group of its own, nothing inherited from us.
class SpawnSetup {
 public:
  explicit SpawnSetup(const std::string& directory) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
    sigset_t none;
    sigemptyset(&none);
    sigset_t defaults;
    sigfillset(&defaults);
    sigdelset(&defaults, SIGKILL);
    sigdelset(&defaults, SIGSTOP);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  void to_file(int number, const std::string& path) {
    posix_spawn_file_actions_addopen(&actions_, number, path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  void to_descriptor(int number, int target) { posix_spawn_file_actions_adddup2(&actions_, target, number); }

  Result<pid_t> spawn(const std::vector<std::string>& argv, const std::vector<std::string>& environment) {
    if (argv.empty()) return fail(ErrorCode::invalid_argument, "there is no command to run");
    posix_spawn_file_actions_addclosefrom_np(&actions_, kFirstInheritable);
    const auto arguments = pointers(argv);
    const auto variables = pointers(environment);
    pid_t pid = 0;
    const int error =
        posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments.data(), variables.data());
    if (error == 0) return pid;
    return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                "cannot run '" + argv[0] + "': " + std::strerror(error));
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExitBase + WTERMSIG(status);
}

int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_code_of(status);
}

void tell(int supervisor, int signal_number) {
  const auto order = static_cast<unsigned char>(signal_number);
  static_cast<void>(send(supervisor, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT));
}

/// This process's own arguments, as ps shows them. Empty where proc(5) does not say.
std::pair<char*, std::size_t> own_arguments() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  std::uintptr_t begin = 0, end = 0;
  for (int i = 3; i < 48; ++i) fields >> skipped;  // state ... exit_signal ... env: arg_start is the 48th
  fields >> begin >> end;
  if (!fields || begin == 0 || end <= begin) return {};
  return {reinterpret_cast<char*>(begin), end - begin};
}

/// A command with its supervisor: see supervisor.h.
class SupervisedProcess {
 public:
  explicit SupervisedProcess(const ProcessOptions& options)
      : options_(options),
        mark_("ANABRANCH_TREE=" + make_xid(system_clock().now_ms())),
        cgroup_(make_cgroup()) {}
  ~SupervisedProcess() {
    if (socket_ >= 0) close(socket_);
    if (supervisor_ > 0) reap(supervisor_);
  }
  SupervisedProcess(const SupervisedProcess&) = delete;
  SupervisedProcess& operator=(const SupervisedProcess&) = delete;

  int socket() const { return socket_; }

  Result<pid_t> start() {
    std::vector<std::string> variables = options_.environment;
    variables.push_back(mark_);
    const auto arguments = pointers(options_.argv);
    const auto environment = pointers(variables);
    const std::string directory = absolute(options_.directory);
    const std::string out = absolute(options_.stdout_file), err = absolute(options_.stderr_file);
    const auto [own, own_size] = own_arguments();
    const SupervisedCommand command{arguments.data(),
                                    environment.data(),
                                    directory.c_str(),
                                    out.c_str(),
                                    err.c_str(),
                                    cgroup_ ? cgroup_->c_str() : nullptr,
                                    own,
                                    own_size};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return cannot_run(errno);
    socket_ = ends[0];
    supervisor_ = start_supervisor(command, ends[1]);
    const int error = errno;
    close(ends[1]);
    if (supervisor_ < 0) return cannot_run(error);
    SupervisedStart started;
    if (!receive(started)) return was_killed();
    if (started.error != 0) return cannot_run(started.error);
    return started.pid;
  }

  /// Until nothing of it is there any more.
  Result<SupervisedEnd> wait() {
    SupervisedEnd ended;
    if (!receive(ended)) return was_killed();
    if (!ended.left) return ended;
    return fail(ErrorCode::unavailable, "processes that '" + options_.argv[0] + "' started cannot be killed");
  }

 private:
  template <class Message>
  bool receive(Message& message) {
    ssize_t size = 0;
    while ((size = recv(socket_, &message, sizeof message, 0)) < 0 && errno == EINTR) {
    }
    return size == sizeof message;
  }
  tl::unexpected<Error> cannot_run(int error) const {
    return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                "cannot run '" + options_.argv[0] + "': " + std::strerror(error));
  }
  /// The command ended with its supervisor; what else it started is found by a variable that it inherited.
  tl::unexpected<Error> was_killed() const {
    kill_marked(mark_);
    if (cgroup_) remove_cgroup(*cgroup_);
    return fail(ErrorCode::unavailable, "someone killed the process that watches over '" + options_.argv[0] +
                                            "', which ended with it");
  }

  const ProcessOptions& options_;
  const std::string mark_;
  const std::optional<std::string> cgroup_;
  int socket_ = -1;
  pid_t supervisor_ = -1;
};

}  // namespace

Interruption::Interruption(Interruption& all) : all_(&all) {
  const std::lock_guard lock(all.mutex_);
  requested_ = all.requested_.load();
  signal_number_ = all.signal_number_;
  all.parts_.insert(this);
}

Interruption::~Interruption() {
  if (all_ == nullptr) return;
  const std::lock_guard lock(all_->mutex_);
  all_->parts_.erase(this);
}

void Interruption::request(int signal_number) {
  const std::lock_guard lock(mutex_);
  requested_ = true;
  signal_number_ = signal_number;
  for (Interruption* const part : parts_) part->request(signal_number);
  for (const int supervisor : supervisors_) tell(supervisor, signal_number);
}

void Interruption::add(int supervisor) {
  const std::lock_guard lock(mutex_);
  supervisors_.insert(supervisor);
  if (requested_) tell(supervisor, signal_number_);
}

void Interruption::remove(int supervisor) {
  const std::lock_guard lock(mutex_);
  supervisors_.erase(supervisor);
}

Result<int> Process::run(const ProcessOptions& options, Interruption& interruption, ResourceUse* use) {
  if (interruption.requested()) return fail(ErrorCode::cancelled, "interrupted before it started");
  if (options.argv.empty()) return fail(ErrorCode::invalid_argument, "there is no command to run");
  SupervisedProcess process(options);
  ANABRANCH_TRY(const pid_t pid, process.start());
  interruption.add(process.socket());
  if (options.on_start) options.on_start(pid);
  auto ended = process.wait();
  interruption.remove(process.socket());
  if (!ended) return fail(ended.error());
  if (use != nullptr) {
    use->cpu_seconds = ended->cpu_seconds;
    use->memory_bytes_max = ended->memory_bytes_max;
  }
  return exit_code_of(ended->status);
}

Result<std::string> capture(const std::vector<std::string>& argv, const std::string& directory,
                            const std::vector<std::string>& environment, std::size_t size_max_bytes) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::io, std::string("pipe: ") + std::strerror(errno));
  pid_t pid = 0;
  {
    SpawnSetup setup(directory);
    setup.to_descriptor(STDOUT_FILENO, ends[1]);
    setup.to_file(STDERR_FILENO, "/dev/null");
    const auto spawned = setup.spawn(argv, environment);
    close(ends[1]);
    if (!spawned) {
      close(ends[0]);
      return fail(spawned.error());
    }
    pid = *spawned;
  }
  std::string output;
  std::string buffer(kPieceSize, '\0');
  while (output.size() <= size_max_bytes) {
    const ssize_t count = read(ends[0], buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    output.append(buffer, 0, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  if (output.size() > size_max_bytes) kill(-pid, SIGKILL);
  const int exit_code = reap(pid);
  if (output.size() > size_max_bytes) {
    return fail(ErrorCode::entity_too_large,
                "'" + argv[0] + "' wrote more than " + std::to_string(size_max_bytes) + " bytes");
  }
  if (exit_code != 0)
    return fail(ErrorCode::io, "'" + argv[0] + "' exited with " + std::to_string(exit_code));
  return output;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

}  // namespace anabranch::runner
