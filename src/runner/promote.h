// runner/promote.h — a run's results brought to main, if they are good enough and main is what one thought.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/api_client.h"
#include "runner/metrics.h"

namespace anabranch::runner {

struct PromoteOrder {
  std::string repository;
  std::string run;  // its branch, its commit, or its record's id
  std::string target = "main";
  std::vector<Requirement> requirements;
  std::optional<std::string> expected_target_commit;  // refused where the target has moved
  std::string message;                                // empty: says what was promoted
  std::string strategy;                               // as MergeOrder
  bool allow_data_change = false;                     // also onto data that the run was not given
  bool is_dry_run = false;
};

/// The server does it, in one commit: docs/howto-run-experiments.md, "Compare, promote". Errors:
/// precondition_failed (a requirement does not hold, the target has moved, or its data would not be the
/// run's), not_allowed (the run failed), not_found, conflict (the message names the paths), and the API's.
Result<PromotionInfo> promote(const ApiClient& api, const PromoteOrder& order);

}  // namespace anabranch::runner
