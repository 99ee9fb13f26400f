// runner/api_types.h — the nouns of the REST API, as the client side sees them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace anabranch::runner {

using Metadata = std::map<std::string, std::string>;

struct RepositoryInfo {
  std::string name;
  std::string storage_namespace;
  std::string default_branch;
  std::int64_t created_seconds = 0;
};

struct RefInfo {  // a branch or a tag
  std::string name;
  std::string commit_id;
};

struct CommitInfo {
  std::string id;
  std::vector<std::string> parents;
  std::string committer;
  std::string message;
  std::int64_t created_seconds = 0;
  Metadata metadata;
};

struct ObjectInfo {
  std::string path;
  bool is_prefix = false;
  std::string checksum;  // the ETag, without quotes
  std::string physical_address;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_seconds = 0;
};

struct DifferenceInfo {
  std::string type;  // added, removed, changed or conflict
  std::string path;
  bool is_prefix = false;
};

struct CommitOrder {
  std::string message;
  Metadata metadata;
  bool allow_empty = false;
};

struct MergeOrder {
  std::string message;
  Metadata metadata;
  std::string strategy;  // "", "source-wins" or "dest-wins"
  std::optional<std::string> expected_destination_commit;
};

/// Of a commit on top of a branch that undoes or repeats another one.
struct PickOrder {
  std::string ref;             // the commit
  unsigned parent_number = 0;  // of a merge: the parent that it is compared with, from 1; 0: it is no merge
  std::string message;         // empty: the server's
  bool allow_empty = false;    // of a revert
};

struct ImportSource {
  std::string uri;          // s3://bucket/key, or all that begins so
  bool is_object = false;   // else: all that begins so, as lakeFS takes a common prefix
  std::string destination;  // the object's path, or the folder that what follows the last '/' comes to
};

struct PromotionOrder {
  std::string message;
  Metadata metadata;
  std::string strategy;
  std::optional<std::string> expected_destination_commit;
  bool allow_data_change = false;
  bool is_dry_run = false;
  std::vector<std::string> requirements;  // "accuracy>=0.9"
};
struct PromotionInfo {
  std::string commit_id;                // empty: a dry run
  std::vector<DifferenceInfo> changes;  // to the branch, the first of many
  bool has_more_changes = false;
  std::vector<std::string> conflicts;     // of a dry run
  std::vector<std::string> data_changes;  // objects that would not be those the run was given
};

struct ImportProgress {
  bool completed = false;
  std::int64_t ingested_objects = 0;
  std::string commit_id;             // once completed
  std::optional<std::string> error;  // why it ended without a commit
};

/// A sweep's and a run's record on the server: docs/howto-run-experiments.md, "Live records".
struct SweepInfo {
  std::string id;
  std::string input_ref;
  std::string input_commit;
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::vector<std::string>>> grid;
  std::int64_t total = 0;
  std::string runner;  // what only the runner that made it knows
  std::string plan;    // JSON, the runner's own: what another runner needs to go on with it
  bool cancel_requested = false;
  /// What it is judged by: the metric, and which is best, "min" or "max"; both empty: nothing was said.
  std::string objective_metric, objective_direction;
  // as the server tells it, of the metrics of its runs:
  std::map<std::string, std::string> directions;  // metric → "min" or "max", where that is known
  std::string main_metric;                        // empty: none stands out
  bool active = false;                            // as the server tells it: a run goes on
};

/// The attempt of a run that a key is made for.
struct RunAttempt {
  std::string run_id;
  std::int64_t attempt = 1;
};

struct RunInfo {
  std::string id;
  std::string sweep;
  std::string name;
  std::string branch;
  std::int64_t index = 0;
  std::string input_commit;
  std::string code_id;
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string host;
  std::int64_t attempt = 1;
  std::vector<std::string> data, outputs;  // places
  // as the server tells it:
  std::int64_t heartbeat_ms = 0;
  bool cancel_requested = false;
  std::string state;
  std::string commit_id;
  std::map<std::string, double> metrics;
  int exit_code = 0;
  std::int64_t started_ms = 0, ended_ms = 0;  // 0: not known
};

struct MetricPoint {
  std::string name;
  double value = 0;
  std::int64_t step = 0;
  std::int64_t time_ms = 0;
};
struct TextPiece {
  std::uint64_t offset = 0;  // of the stream, in bytes of text
  std::string text;
};
struct ResourceUse {
  double cpu_seconds = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_bytes_max = 0;
};

/// What is said of a run; absent and empty: nothing is.
struct RunReport {
  std::int64_t attempt = 1;
  std::string state;
  std::optional<std::int64_t> started_ms, ended_ms;
  std::optional<int> exit_code;
  std::string problem;
  std::string commit_id;
  std::vector<MetricPoint> metrics;
  std::map<std::string, std::optional<double>> final_metrics;  // nullopt: it has none after all
  std::optional<ResourceUse> resources;
  TextPiece out, err;
};

struct AccessKey {
  std::string id;
  Secret secret;
};

}  // namespace anabranch::runner
