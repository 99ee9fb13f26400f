// runner/collect.h — what a run leaves in its folder becomes one commit on its branch. Private to runner.
#pragma once

#include <string>
#include <vector>

#include "runner/leavings.h"
#include "runner/run.h"

namespace anabranch::runner {

struct Collection {
  ApiClient api;  // with a key of the run
  std::string repository;
  std::string home;  // work/, stdout.txt, stderr.txt
  const CodeSnapshot& code;
  const std::vector<std::string>& secrets;  // hidden in the logs
  const WorkspacePlan& workspace;
  const FolderState& before;  // work/, before the command began
};

/// Uploads the logs, metrics.json, the files in the places of outputs that the run made or wrote to, the code
/// and the package list to the branch `record.run`, reads the metrics into `record`, and commits all of it,
/// with what the command itself wrote to the branch, at once. What is left out by design is told in
/// `record.warnings`; what should have been kept and could not be, there too and in `lost`: one bad file
/// costs that file. Gives the commit's id. Errors: the API's, where nothing at all could be kept.
Result<std::string> collect_and_commit(const Collection& collection, RunRecord& record,
                                       std::vector<std::string>& lost);

}  // namespace anabranch::runner
