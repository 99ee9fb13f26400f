// What a runner may say: see types.h.
#include <algorithm>
#include <cmath>

#include "experiments/types.h"

namespace anabranch::experiments {
namespace {

/// The year 287396: no overflow where milliseconds are added.
constexpr TimeMs kTimeMsMax = 9'007'199'254'740'992;

constexpr std::string_view kStateNames[kRunStates] = {"waiting", "preparing", "running",     "collecting",
                                                      "ok",      "failed",    "interrupted", "lost"};

tl::unexpected<Error> refuse(std::string_view field, const std::string& why) {
  return fail(ErrorCode::invalid_argument, "field '" + std::string(field) + "' " + why);
}

Result<void> check_size(std::string_view field, const std::string& text, std::size_t size_max) {
  if (text.size() > size_max) return refuse(field, "is longer than " + std::to_string(size_max) + " bytes");
  if (text.find('\0') != std::string::npos) return refuse(field, "holds a NUL");
  return {};
}

/// Ids are parts of keys and of paths.
Result<void> check_id(std::string_view field, const std::string& id) {
  const bool fits = !id.empty() && id.size() <= kIdSizeMax && id.front() != '.' &&
                    std::all_of(id.begin(), id.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             c == '_' || c == '-' || c == '.';
                    });
  if (fits) return {};
  return refuse(field, "must be 1 to " + std::to_string(kIdSizeMax) +
                           " letters, digits, '_', '-' and '.', the first one not '.'");
}

Result<void> check_words(std::string_view field, const std::vector<std::string>& words) {
  if (words.size() > kArgumentsMax)
    return refuse(field, "has more than " + std::to_string(kArgumentsMax) + " words");
  std::size_t size = 0;
  for (const auto& word : words) size += word.size();
  if (size > kArgumentsSizeMax)
    return refuse(field, "is longer than " + std::to_string(kArgumentsSizeMax) + " bytes");
  return {};
}

Result<void> check_name(std::string_view field, const std::string& name) {
  if (name.empty()) return refuse(field, "is missing");
  return check_size(field, name, kNameSizeMax);
}

Result<void> check_metric_name(std::string_view field, const std::string& name) {
  if (name.empty()) return refuse(field, "is missing");
  return check_size(field, name, kMetricNameSizeMax);
}

Result<void> check_points(const std::vector<NamedPoint>& points) {
  if (points.size() > kPointsPerReportMax)
    return refuse("metrics", "has more than " + std::to_string(kPointsPerReportMax) + " points");
  for (const auto& [name, point] : points) {
    ANABRANCH_CHECK(check_metric_name("metrics.name", name));
    if (point.time_ms < 0 || point.time_ms > kTimeMsMax)
      return refuse("metrics.time_ms", "must be between 0 and " + std::to_string(kTimeMsMax));
  }
  return {};
}

Result<void> check_text(std::string_view field, const std::optional<LogPiece>& piece) {
  if (piece && piece->text.size() > kReportTextSizeMax)
    return refuse(field, "is longer than " + std::to_string(kReportTextSizeMax) + " bytes");
  return {};
}

}  // namespace

std::string_view to_string(RunState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::optional<RunState> parse_state(std::string_view text) {
  const auto* const found = std::find(std::begin(kStateNames), std::end(kStateNames), text);
  if (found == std::end(kStateNames)) return std::nullopt;
  return static_cast<RunState>(found - std::begin(kStateNames));
}

Result<void> validate(const Sweep& sweep) {
  ANABRANCH_CHECK(check_id("id", sweep.id));
  ANABRANCH_CHECK(check_size("input_ref", sweep.input_ref, kNameSizeMax));
  ANABRANCH_CHECK(check_size("input_commit", sweep.input_commit, kNameSizeMax));
  ANABRANCH_CHECK(check_words("command", sweep.command));
  std::size_t size = 0;
  for (const auto& [name, values] : sweep.grid) {
    ANABRANCH_CHECK(check_size("grid", name, kParameterNameSizeMax));
    size += name.size();
    for (const auto& value : values) size += value.size() + 1;
  }
  if (size > kGridSizeMax) return refuse("grid", "is longer than " + std::to_string(kGridSizeMax) + " bytes");
  ANABRANCH_CHECK(check_size("runner", sweep.runner, kNameSizeMax));
  ANABRANCH_CHECK(check_size("plan", sweep.plan, kPlanSizeMax));
  if (sweep.objective) ANABRANCH_CHECK(check_metric_name("objective.metric", sweep.objective->metric));
  if (sweep.total < 0 || sweep.total > kSweepRunsMax)
    return refuse("total", "must be between 0 and " + std::to_string(kSweepRunsMax));
  return {};
}

Result<void> validate(const Run& run) {
  ANABRANCH_CHECK(check_id("id", run.id));
  ANABRANCH_CHECK(check_id("sweep", run.sweep));
  ANABRANCH_CHECK(check_name("name", run.name));
  ANABRANCH_CHECK(check_name("branch", run.branch));
  ANABRANCH_CHECK(check_size("host", run.host, kNameSizeMax));
  ANABRANCH_CHECK(check_size("input_commit", run.input_commit, kNameSizeMax));
  ANABRANCH_CHECK(check_size("code_id", run.code_id, kNameSizeMax));
  if (run.index < 0 || run.index > kSweepRunsMax)
    return refuse("index", "must be between 0 and " + std::to_string(kSweepRunsMax));
  if (run.parameters.size() > kParametersMax)
    return refuse("parameters", "has more than " + std::to_string(kParametersMax) + " names");
  std::size_t size = 0;
  for (const auto& [name, value] : run.parameters) {
    ANABRANCH_CHECK(check_size("parameters", name, kParameterNameSizeMax));
    ANABRANCH_CHECK(check_size("parameters." + name, value, kParameterValueSizeMax));
    size += name.size() + value.size();
  }
  if (size > kParametersSizeMax)
    return refuse("parameters", "are longer than " + std::to_string(kParametersSizeMax) + " bytes");
  ANABRANCH_CHECK(check_words("data", run.data));
  ANABRANCH_CHECK(check_words("outputs", run.outputs));
  return check_words("argv", run.argv);
}

Result<void> validate(const Report& report) {
  if (report.attempt < 1) return refuse("attempt", "must be 1 or more");
  if (report.state == RunState::lost) return refuse("state", "'lost' is for the server to say");
  if (report.problem) ANABRANCH_CHECK(check_size("problem", *report.problem, kProblemSizeMax));
  if (report.commit_id) ANABRANCH_CHECK(check_size("commit_id", *report.commit_id, kNameSizeMax));
  if (report.argv) ANABRANCH_CHECK(check_words("argv", *report.argv));
  if (report.started_ms.value_or(0) < 0) return refuse("started_ms", "must not be negative");
  if (report.ended_ms.value_or(0) < 0) return refuse("ended_ms", "must not be negative");
  if (report.resources &&
      !(report.resources->cpu_seconds >= 0 && std::isfinite(report.resources->cpu_seconds)))
    return refuse("resources.cpu_seconds", "must be a number that is not negative");
  ANABRANCH_CHECK(check_points(report.metrics));
  for (const auto& [name, value] : report.final_metrics)
    ANABRANCH_CHECK(check_metric_name("final_metrics", name));
  ANABRANCH_CHECK(check_text("stdout", report.out));
  return check_text("stderr", report.err);
}

}  // namespace anabranch::experiments
