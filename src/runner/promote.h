// runner/promote.h — a run's branch merged into main, if it is good enough and main is what one thought.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/api_client.h"
#include "runner/metrics.h"

namespace anabranch::runner {

struct PromoteOrder {
  std::string repository;
  std::string run;  // its branch
  std::string target = "main";
  std::vector<Requirement> requirements;
  std::optional<std::string> expected_target_commit;  // refused where the target has moved
  std::string message;                                // empty: says what was promoted
  std::string strategy;                               // as MergeOrder
};

/// Gives the merge's commit id. Errors: precondition_failed (a requirement does not hold, or the target has
/// moved), not_allowed (the run failed), not_found, conflict (the message names the paths), and the API's.
Result<std::string> promote(const ApiClient& api, const PromoteOrder& order);

}  // namespace anabranch::runner
