// runner/watcher.h — who is told what a run does while it does it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runner/api_types.h"

namespace anabranch::runner {

class Interruption;
struct RunOutcome;
enum class RunPhase : unsigned char;

/// Told from the run's own thread, in this order. Must not wait for anything.
class RunWatcher {
 public:
  virtual ~RunWatcher() = default;
  /// The run begins. `own` ends this run alone, until on_outcome().
  virtual void on_begin(Interruption& own) = 0;
  virtual void on_phase(RunPhase phase) = 0;
  /// The command was started as process `pid`. `home` holds stdout.txt, stderr.txt and work/.
  virtual void on_start(pid_t pid, const std::string& home, const std::vector<std::string>& secrets) = 0;
  /// The command is over; its files are still there.
  virtual void on_end(int exit_code, const ResourceUse& use) = 0;
  virtual void on_outcome(const RunOutcome& outcome) = 0;
};

}  // namespace anabranch::runner
