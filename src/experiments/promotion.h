// experiments/promotion.h — what a promotion of a run is, told by the run's commit.
#pragma once

#include <string>

#include "versioning/promotion.h"
#include "versioning/types.h"

namespace anabranch::experiments {

/// Where a run's results lie, whatever --out adds.
inline constexpr const char* kResultPlaces[] = {"artifacts/", "config/", "metrics/", "logs/", ".anabranch/"};

/// From the metadata that a runner writes (docs/howto-run-experiments.md): results, data, input, and the
/// message and metadata of a promotion, with every digit of the metrics. `ref` is what the run was called.
/// Errors: not_found (no finished run made this commit), not_allowed (it failed), malformed.
Result<versioning::PromotionRequest> promotion_of(const versioning::Commit& run, const std::string& ref);

}  // namespace anabranch::experiments
