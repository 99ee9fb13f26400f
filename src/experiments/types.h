// experiments/types.h — the nouns of experiments, and the limits of what a runner may say of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "experiments/direction.h"

namespace anabranch::experiments {

/// A run that is not over says something every 5 s; after three that were missed it is lost.
inline constexpr TimeMs kHeartbeatMs = 5'000;
inline constexpr TimeMs kLostAfterMs = 3 * kHeartbeatMs;

// Limits, ours: what no honest run comes near, and what keeps one record under kv's 4 MiB. A runner refuses
// what is over them before a run begins, or leaves it out and says so (runner/metrics.h).
inline constexpr std::size_t kIdSizeMax = 128;
inline constexpr std::size_t kNameSizeMax = 256;  // names of runs, branches, refs, hosts
inline constexpr std::size_t kParametersMax = 4'000;
inline constexpr std::size_t kParameterNameSizeMax = 1 * KiB;
inline constexpr std::size_t kParameterValueSizeMax = 128 * KiB;  // Linux's limit of one argument
inline constexpr std::size_t kParametersSizeMax = 768 * KiB;      // of all names and values together
inline constexpr std::size_t kMetricNamesMax = 10'000;            // per run; as runner's kMetricsMax
inline constexpr std::size_t kMetricNameSizeMax = 1 * KiB;
inline constexpr std::size_t kMetricNamesSizeMax = 768 * KiB;  // of all together
inline constexpr std::size_t kPointsPerReportMax = 10'000;
inline constexpr std::size_t kReportTextSizeMax = 1 * MiB;  // per stream
inline constexpr std::size_t kArgumentsMax = 10'000;
inline constexpr std::size_t kArgumentsSizeMax = 1 * MiB;  // of all together
inline constexpr std::size_t kProblemSizeMax = 64 * KiB;
inline constexpr std::size_t kGridSizeMax = 1 * MiB;
inline constexpr std::size_t kPlanSizeMax = 1 * MiB;
inline constexpr std::int64_t kSweepRunsMax = 100'000;

/// A run goes through the first four in this order, at most once each, and ends in one of the next three.
/// `lost` is never stored: it is what one of the first four becomes when nobody speaks for the run.
enum class RunState : std::uint8_t { waiting, preparing, running, collecting, ok, failed, interrupted, lost };
inline constexpr std::size_t kRunStates = 8;
std::string_view to_string(RunState state);
/// nullopt: there is no such state.
std::optional<RunState> parse_state(std::string_view text);
constexpr bool is_over(RunState state) {
  return state == RunState::ok || state == RunState::failed || state == RunState::interrupted;
}

using Parameters = std::map<std::string, std::string>;
/// NaN and infinities are values.
struct MetricValue {
  double value = 0;
  std::int64_t step = 0;
  TimeMs time_ms = 0;     // 0: not known
  bool is_final = false;  // what the run ended with: no point says otherwise
};
/// The latest of each: that of the highest step, and of the latest time where steps repeat.
using Metrics = std::map<std::string, MetricValue>;
/// What a sweep is judged by.
struct Objective {
  std::string metric;
  Direction direction = Direction::max;
};

struct Resources {
  double cpu_seconds = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_bytes_max = 0;
};

struct Run {
  std::string id;
  std::string repository;
  std::string sweep;
  std::string name;
  std::string branch;
  std::int64_t index = 0;
  RunState state = RunState::waiting;
  Parameters parameters;
  Metrics metrics;
  std::string input_commit;
  std::string commit_id;  // empty: none yet
  std::string code_id;    // content id of the code's files
  std::vector<std::string> argv;
  std::optional<std::int64_t> exit_code;
  std::string problem;
  TimeMs created_ms = 0;
  std::optional<TimeMs> started_ms, ended_ms;
  TimeMs heartbeat_ms = 0;
  bool cancel_requested = false;
  std::string host;
  std::optional<Resources> resources;
  std::uint64_t stdout_bytes = 0, stderr_bytes = 0;
  std::int64_t attempt = 1;          // counts how often it was begun
  std::vector<std::string> data;     // places of the input that it was given; none: not known
  std::vector<std::string> outputs;  // places of results beside the usual ones (kResultPlaces)
};

struct Sweep {
  std::string id;
  std::string repository;
  std::string input_ref;
  std::string input_commit;
  std::vector<std::string> command;
  std::map<std::string, std::vector<std::string>> grid;
  std::int64_t total = 0;
  TimeMs created_ms = 0;
  std::string committer;
  bool cancel_requested = false;
  std::string runner;  // what the runner that made it calls itself
  std::string plan;    // the runner's own words: what another one needs to go on with the sweep
  std::optional<Objective> objective;
  // made at reading:
  bool active = false;
  std::map<std::string, Direction> directions;  // of its runs' metrics: the objective's, or what names tell
  std::string main_metric;                      // the objective's, or main_metric() of its runs; empty: none
  std::array<std::uint64_t, kRunStates> counts{};  // by RunState
};

enum class Stream : std::uint8_t { out, err };

struct MetricPoint {
  std::int64_t step = 0;
  TimeMs time_ms = 0;  // in a report 0: now
  double value = 0;
};
struct NamedPoint {
  std::string name;
  MetricPoint point;
};
/// A piece of a stream: `text` begins `offset` bytes after its start.
struct LogPiece {
  std::uint64_t offset = 0;
  std::string text;
};

/// What a runner says of a run; all absent: it lives. Saying it again changes nothing.
struct Report {
  std::int64_t attempt = 1;  // which one speaks
  std::optional<RunState> state;
  std::optional<TimeMs> started_ms, ended_ms;
  std::optional<std::int64_t> exit_code;
  std::optional<std::string> problem, commit_id;
  std::optional<std::vector<std::string>> argv;
  std::vector<NamedPoint> metrics;
  /// What the run ended with, beside its curves; nullopt: it has no such metric after all.
  std::map<std::string, std::optional<double>> final_metrics;
  std::optional<Resources> resources;
  std::optional<LogPiece> out, err;
};

/// Of a whole curve, however few of its points are given.
struct Extremes {
  std::uint64_t count = 0;       // of all points
  std::uint64_t not_finite = 0;  // of those that are NaN or infinite
  std::optional<MetricPoint> least, greatest;
};

/// What a key that was made for an attempt of a run is worth.
enum class RunStanding : std::uint8_t { speaking, lost, over };
struct RunNow {
  RunStanding standing = RunStanding::speaking;
  TimeMs silent_ms = 0;
};

struct Series {
  std::string run;
  std::string name;
  std::vector<MetricPoint> points;  // by step and time
  Extremes extremes;
};
struct LogPage {
  std::uint64_t offset = 0;      // of `text`; later than what was asked for where that was not kept
  std::string text;              // whole UTF-8 characters
  std::uint64_t size_bytes = 0;  // of the stream, what was not kept included
};

/// Errors of all: invalid_argument, naming the field.
Result<void> validate(const Sweep& sweep);
Result<void> validate(const Run& run);
Result<void> validate(const Report& report);

}  // namespace anabranch::experiments
