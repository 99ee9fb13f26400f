// runner/collect.h — what a run leaves in its folder becomes one commit on its branch. Private to runner.
#pragma once

#include <string>
#include <vector>

#include "runner/run.h"

namespace anabranch::runner {

struct Collection {
  ApiClient api;  // with a key of the run
  std::string repository;
  std::string home;  // work/, stdout.txt, stderr.txt
  const CodeSnapshot& code;
  const std::vector<std::string>& secrets;  // hidden in the logs
};

/// Uploads the logs, metrics.json, artifacts/, config/, the code and the package list to the branch
/// `record.run`, reads the metrics into `record`, and commits all of it, with what the command itself wrote
/// to the branch, at once. What is left out is told in `warnings`. Gives the commit's id. Errors: the API's,
/// io.
Result<std::string> collect_and_commit(const Collection& collection, RunRecord& record,
                                       std::vector<std::string>& warnings);

}  // namespace anabranch::runner
