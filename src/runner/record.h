// runner/record.h — what a run's commit says about it: metadata `param.*`, `metric.*`, `anabranch.*`.
//
// docs/howto-run-experiments.md lists the keys; whatever `reproduce` needs is here or among the commit's
// objects.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/api_types.h"
#include "runner/data_cache.h"
#include "runner/grid.h"
#include "runner/metrics.h"

namespace anabranch::runner {

/// Where things of a run are on its branch.
inline constexpr const char* kMetricsPath = "metrics/metrics.json";
inline constexpr const char* kMetricLinesPath = "metrics/metrics.jsonl";
inline constexpr const char* kStdoutPath = "logs/stdout.txt";
inline constexpr const char* kStderrPath = "logs/stderr.txt";
inline constexpr const char* kCodePath = ".anabranch/code.tar";
inline constexpr const char* kPackagesPath = ".anabranch/packages.txt";
inline constexpr const char* kDiffPath = ".anabranch/git.diff";

struct RunRecord {
  std::string run;     // the branch's name
  std::string run_id;  // unique, also between runs of one name
  std::string sweep;
  std::string input_commit;
  std::vector<std::string> argv;  // with the parameters in it
  Parameters parameters;          // from a commit: in the order of their names
  std::vector<DataSpec> data;
  std::vector<std::string> outputs;  // --out
  std::string code_id;               // content id of the code's files
  std::string git_sha;
  bool git_is_dirty = false;
  std::string packages_id;  // SHA-256 of the package list; empty where the command is no Python
  Metadata environment;     // allow-listed
  std::string status;       // "ok", "failed" or "interrupted"
  int exit_code = 0;
  double duration_seconds = 0;
  std::int64_t started_seconds = 0;
  Metrics metrics;
  std::vector<std::string> warnings;  // what was left out of the commit, and why
};

Metadata to_metadata(const RunRecord& record);
/// Errors: not_found (this is no run's commit), malformed.
Result<RunRecord> parse_record(const Metadata& metadata);
/// What compare and promote look at, from the server's record of a run that is over.
RunRecord to_record(const RunInfo& info);
/// True if a commit with this metadata was made by a run.
bool is_run(const Metadata& metadata);

/// "run sweep-1: optimizer=adam epochs=2".
std::string commit_message(const RunRecord& record);

}  // namespace anabranch::runner
