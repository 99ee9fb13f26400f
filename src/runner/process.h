// runner/process.h — child processes in groups of their own, and the one way to stop them all.
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

  /// From now on requested() is true, processes do not start, and those that run get `signal_number`.
  void request(int signal_number);
  bool requested() const { return requested_; }

 private:
  friend class Process;
  bool add(pid_t group);  // false: too late
  void remove(pid_t group);

  std::atomic<bool> requested_{false};
  std::mutex mutex_;
  std::set<pid_t> groups_;         // guarded by mutex_
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
  /// Starts the command, waits for its end, then kills what it left behind in its group.
  /// Gives its exit code, 128 + the signal's number where one ended it. Errors: not_found (no such command),
  /// io, cancelled (interrupted before it started). `use`: what it and the children it waited for used.
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
