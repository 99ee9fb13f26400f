// experiments/rebuild.h — a run's record from the metadata of its commit (src/runner/record.h writes it).
// Private to experiments.
#pragma once

#include <optional>

#include "experiments/types.h"
#include "versioning/types.h"

namespace anabranch::experiments {

/// True where the commit's metadata tell of a run: a runner's do, and so do `param.*` and `metric.*` that
/// somebody committed by hand. Merges and promotions tell of others' runs.
bool tells_of_run(const versioning::Commit& commit);

/// What the metadata say, as far as they can be read; `name` is the run's where they say none. Made by hand,
/// it is ok, and began with the commit before it.
Run read_run(const versioning::Commit& commit, const std::string& name);

/// nullopt: the commit was made by no run of a sweep, or says it in a way that cannot be read. One that was
/// made by hand is of a sweep where it is the head of a branch "<sweep>-<n>": `branch`.
std::optional<Run> run_from_commit(const versioning::Commit& commit, const std::string& branch = {});

}  // namespace anabranch::experiments
