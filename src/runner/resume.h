// runner/resume.h — a sweep whose runner is gone, taken up again.
//
// In:   the name of a sweep that the server has a record of. Out: its plan, and which of its runs are to be
// done (again); then their branches as they were before the first attempt. Private to runner and app.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runner/run.h"

namespace anabranch::runner {

struct SweepPlan;

/// What another runner needs to go on with a sweep, as JSON in the sweep's record.
std::string encode_plan(const SweepPlan& plan);

struct Resumption {
  SweepInfo sweep;
  std::vector<RunInfo> runs;        // by place in the plan; without an id where there is no record
  std::vector<bool> is_to_be_done;  // by place: lost, interrupted, failed without a commit, or never begun
};

/// The rest of `plan` (all but how many at a time, and where from) from the record of sweep `plan.name`, and
/// what is left of it to do. Waits, where a runner may still be at work, until it is heard of or surely is
/// not. Errors: not_found, invalid_argument (the record has no plan), conflict (its runner is at work),
/// cancelled, and the API's. `on_wait` is told once.
Result<void> load_resumption(const ApiClient& api, SweepPlan& plan, Interruption& interruption,
                             const std::function<void()>& on_wait);

/// The code that the sweep began with: `workdir` where it still has it, else what one of its commits keeps.
/// Errors: precondition_failed (it is nowhere), and those of take_snapshot().
Result<CodeSnapshot> same_code(const ApiClient& api, const DataCache& cache, const SweepPlan& plan,
                               const std::string& workdir);

/// Begins the attempts of all that is to be done and resets their branches to the input. Errors: conflict (a
/// branch has commits that are not its run's; then nothing was changed), and the API's.
Result<void> begin_attempts(const ApiClient& api, SweepPlan& plan);

}  // namespace anabranch::runner
