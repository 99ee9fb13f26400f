// runner/process.h — child processes with all that they start, and the one way to stop them all.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "runner/api_types.h"

namespace anabranch::runner {

/// Whoever wants all runs to stop says so here. Thread safety: every method from any thread.
class Interruption {
 public:
  Interruption() = default;
  /// Is requested whenever `all` is; and alone, which `all` does not notice. `all` must outlive it.
  explicit Interruption(Interruption& all);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// From now on requested() is true, processes do not start, and those that run get `signal_number`: SIGKILL
  /// with all that they started, any other with their group.
  void request(int signal_number);
  bool requested() const { return requested_; }

 private:
  friend class Process;
  void add(int supervisor);  // its socket; it is told at once where it is too late
  void remove(int supervisor);

  std::atomic<bool> requested_{false};
  std::mutex mutex_;
  int signal_number_ = 0;          // guarded by mutex_: the last that was requested
  std::set<int> supervisors_;      // guarded by mutex_
  std::set<Interruption*> parts_;  // guarded by mutex_
  Interruption* all_ = nullptr;
};

struct ProcessOptions {
  std::vector<std::string> argv;         // argv[0] is looked for in PATH unless it has a slash
  std::vector<std::string> environment;  // "NAME=value"
  std::string directory;
  std::string stdout_file;  // replaced; its folder must be there
  std::string stderr_file;
  std::function<void(pid_t)> on_start = {};  // the command was started; its group has that number too
};

/// A command that ran to its end. Its input is empty; nothing of ours is open in it.
class Process {
 public:
  /// Starts the command and waits until it, and all that it started, is over. What it leaves behind is
  /// killed, also where it has a session of its own; after an interruption it is asked first (supervisor.h).
  /// So it is when this process ends, however it does. Gives the exit code, 128 + the signal's number where
  /// one ended it. Errors: not_found (no such command), io, cancelled (interrupted before it started),
  /// unavailable (processes that cannot be killed; someone killed the supervisor). `use`: what all of it
  /// used.
  static Result<int> run(const ProcessOptions& options, Interruption& interruption,
                         ResourceUse* use = nullptr);
};

/// The output of a helper (git, python) as text.
/// Errors: not_found, io (it exited with another code than 0), entity_too_large.
Result<std::string> capture(const std::vector<std::string>& argv, const std::string& directory,
                            const std::vector<std::string>& environment, std::size_t size_max_bytes);

/// This process's environment as "NAME=value".
std::vector<std::string> own_environment();

}  // namespace anabranch::runner
