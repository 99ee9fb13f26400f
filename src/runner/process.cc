#include "runner/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.h"

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

/// What a child has as files and signals: input empty, a group of its own, nothing inherited from us.
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

/// Waits until `pid` has ended but leaves it to be reaped, so that its number still is its own.
void wait_without_reaping(pid_t pid) {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
}

double seconds(const timeval& time) {
  constexpr double kMicroseconds = 1e6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicroseconds;
}

int reap(pid_t pid, ResourceUse* use = nullptr) {
  int status = 0;
  rusage used{};
  while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR) {
  }
  if (use != nullptr) {
    use->cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    use->memory_bytes_max = static_cast<std::uint64_t>(used.ru_maxrss) * KiB;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExitBase + WTERMSIG(status);
}

}  // namespace

Interruption::Interruption(Interruption& all) : all_(&all) {
  const std::lock_guard lock(all.mutex_);
  requested_ = all.requested_.load();
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
  for (Interruption* const part : parts_) part->request(signal_number);
  for (const pid_t group : groups_) kill(-group, signal_number);
}

bool Interruption::add(pid_t group) {
  const std::lock_guard lock(mutex_);
  if (requested_) return false;
  groups_.insert(group);
  return true;
}

void Interruption::remove(pid_t group) {
  const std::lock_guard lock(mutex_);
  groups_.erase(group);
}

Result<int> Process::run(const ProcessOptions& options, Interruption& interruption, ResourceUse* use) {
  if (interruption.requested()) return fail(ErrorCode::cancelled, "interrupted before it started");
  SpawnSetup setup(options.directory);
  setup.to_file(STDOUT_FILENO, options.stdout_file);
  setup.to_file(STDERR_FILENO, options.stderr_file);
  ANABRANCH_TRY(const pid_t pid, setup.spawn(options.argv, options.environment));
  if (!interruption.add(pid)) kill(-pid, SIGTERM);
  if (options.on_start) options.on_start(pid);
  wait_without_reaping(pid);
  interruption.remove(pid);
  kill(-pid, SIGKILL);  // children that outlive their parent would write into a folder that is going away
  return reap(pid, use);
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
