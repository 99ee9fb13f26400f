// experiments/promotion.h — what a promotion of a run is, told by the run's commit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/types.h"
#include "versioning/promotion.h"
#include "versioning/types.h"

namespace anabranch::experiments {

/// Where a run's results lie, whatever --out adds.
inline constexpr const char* kResultPlaces[] = {"artifacts/", "config/", "metrics/", "logs/", ".anabranch/"};

/// From the metadata that a runner writes (docs/howto-run-experiments.md), and where they say nothing from
/// the run's record: results, data, input, and the message and metadata of a promotion, with every digit of
/// the metrics. `ref` is what the run was called. Errors: not_found (nothing tells that a run made this
/// commit), not_allowed (it failed), malformed.
Result<versioning::PromotionRequest> promotion_of(const versioning::Commit& run, const std::string& ref,
                                                  const std::optional<Run>& record = std::nullopt);

/// "accuracy>=0.9", each of the promotion's metrics: all must hold, and nothing holds of what is NaN or
/// infinite. Errors: invalid_argument (it is no requirement), not_found (there is no such metric: which there
/// are), precondition_failed.
Result<void> check_requirements(const versioning::PromotionRequest& promotion,
                                const std::vector<std::string>& requirements);

}  // namespace anabranch::experiments
