// experiments/rebuild.h — a run's record from the metadata of its commit (src/runner/record.h writes it).
// Private to experiments.
#pragma once

#include <optional>

#include "experiments/types.h"
#include "versioning/types.h"

namespace anabranch::experiments {

/// nullopt: the commit was made by no run of a sweep, or says it in a way that cannot be read.
std::optional<Run> run_from_commit(const versioning::Commit& commit);

}  // namespace anabranch::experiments
