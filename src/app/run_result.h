// app/run_result.h — what `anabranch run --json` ends with.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "runner/run.h"

namespace anabranch::app {

/// What was promoted, if anything was.
struct PromotedRun {
  std::string run, target, commit_id;
};

/// {"sweep", "repository", "ok", "runs": [{"run", "status", "exit_code", "duration_seconds", "commit",
/// "parameters", "metrics", "problem", "warnings", "stderr"}], "promoted": {"run", "into", "commit"} or
/// null}.
boost::json::object to_json(const std::string& repository, const std::vector<runner::RunOutcome>& outcomes,
                            const PromotedRun& promoted);

}  // namespace anabranch::app
