// experiments/records.h — sweeps and runs as kv holds them (docs/formats/keys.md), and their keys. Private
// to experiments.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/types.h"
#include "kv/store.h"

namespace anabranch::experiments {

std::string encode_sweep(const Sweep& sweep);
std::string encode_run(const Run& run);
/// Errors: corruption.
Result<Sweep> decode_sweep(std::string_view record);
Result<Run> decode_run(std::string_view record);

/// What filters and orders look at, without a copy: a page over 10,000 runs decodes that many of these.
struct RunHead {
  RunState state = RunState::waiting;
  TimeMs created_ms = 0, started_ms = 0, ended_ms = 0, heartbeat_ms = 0;  // 0: absent
  std::string_view id, name;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;  // sorted by name
  std::vector<std::pair<std::string_view, double>> metrics;               // sorted by name
};
/// Views into `record`. `head` is used again from record to record. Errors: corruption.
Result<void> decode_head(std::string_view record, RunHead& head);

/// Which commits and branches have records of runs. Reads all of a repository.
struct RecordedRuns {
  std::map<std::string, std::string> by_commit;              // commit → the run's key
  std::map<std::string, std::vector<std::string>> branches;  // branch → the keys of its runs
};
Result<RecordedRuns> recorded_runs(const kv::Reader& reader, const std::string& uid);

namespace keys {

inline constexpr std::string_view kAll = "e/";
inline constexpr std::string_view kHeartbeats = "e/h/";
/// When the server was there for sure, beside the heartbeats.
inline constexpr std::string_view kServerAlive = "e/a";
// Each kind's letter; a key goes on with the repository's uid and '/'.
std::string sweeps(std::string_view uid);
std::string sweep(std::string_view uid, std::string_view sweep);
std::string heartbeat(std::string_view uid, std::string_view sweep);
/// There where a sweep of that name has had runs, for as long as the repository is.
std::string used_name(std::string_view uid, std::string_view sweep);
std::string runs(std::string_view uid);
std::string runs(std::string_view uid, std::string_view sweep);
std::string run(std::string_view uid, std::string_view sweep, std::string_view run);
std::string run_index(std::string_view uid, std::string_view run);
/// All points of a run; one metric's list of chunks; one chunk.
std::string series(std::string_view uid, std::string_view run);
std::string series(std::string_view uid, std::string_view run, std::string_view metric);
std::string chunk(std::string_view uid, std::string_view run, std::string_view metric, std::int64_t first,
                  TimeMs first_ms);
/// All output of a run; one chunk of it.
std::string logs(std::string_view uid, std::string_view run);
std::string log_chunk(std::string_view uid, std::string_view run, Stream stream, std::uint64_t number);

}  // namespace keys
}  // namespace anabranch::experiments
