// runner/child_environment.h — what a run's command sees in its environment, and what of it a commit may
// keep.
#pragma once

#include <string>
#include <vector>

#include "runner/api_types.h"
#include "runner/grid.h"

namespace anabranch::runner {

struct RunIdentity {
  std::string endpoint;
  std::string repository;
  std::string branch;
  std::string run;
  std::string input_commit;
  AccessKey key;  // the run's own
};

/// `own` ("NAME=value" each) without anything of ANABRANCH_, AWS_, LAKECTL_, LAKEFS_ and PARAM_, and with
/// what a run has: its identity, its key in the names that S3 and lakeFS clients read, PARAM_NAME for each
/// parameter.
std::vector<std::string> child_environment(const std::vector<std::string>& own, const RunIdentity& identity,
                                           const Parameters& parameters);

/// The variables that change results and hold no secret (locale, time zone, hash seed, threads, devices,
/// determinism switches), of those that are set. An allow-list: what is not on it is never recorded.
Metadata recorded_environment(const std::vector<std::string>& own);

/// `own` with the allow-listed variables as they were recorded: set where they were, else unset.
std::vector<std::string> with_recorded(const std::vector<std::string>& own, const Metadata& recorded);

}  // namespace anabranch::runner
