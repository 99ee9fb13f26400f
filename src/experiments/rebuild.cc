#include "experiments/rebuild.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/number.h"
#include "versioning/promotion.h"

namespace anabranch::experiments {
namespace {

namespace json = boost::json;

constexpr std::string_view kParameterPrefix = "param.";
constexpr std::string_view kMetricPrefix = "metric.";

std::string text_of(const versioning::Metadata& metadata, const char* name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? std::string() : found->second;
}

template <class T>
std::optional<T> number_of(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_array()) return words;
  for (const auto& item : value.get_array()) {
    if (item.is_string()) words.emplace_back(item.get_string());
  }
  return words;
}

/// The number at the end of "<sweep>-<n>", from 0.
std::int64_t index_of(const std::string& name) {
  const auto dash = name.rfind('-');
  if (dash == std::string::npos) return 0;
  return std::max<std::int64_t>(
      0, number_of<std::int64_t>(std::string_view(name).substr(dash + 1)).value_or(1) - 1);
}

/// "sweep" of "sweep-12"; empty: it is no run's name.
std::string sweep_of(const std::string& name) {
  const auto dash = name.rfind('-');
  if (dash == std::string::npos) return {};
  const auto number = number_of<std::int64_t>(std::string_view(name).substr(dash + 1));
  return number && *number > 0 ? name.substr(0, dash) : std::string();
}

std::vector<std::string> places_of(const std::string& text) {
  std::vector<std::string> places = words_of(text);
  for (auto& place : places) place = place.substr(0, place.find('='));  // PREFIX=FOLDER
  return places;
}

}  // namespace

bool tells_of_run(const versioning::Commit& commit) {
  if (commit.metadata.contains("anabranch.run")) return true;
  if (commit.parents.size() > 1 || commit.metadata.contains(versioning::kPromotedCommitKey)) return false;
  return std::any_of(commit.metadata.begin(), commit.metadata.end(), [](const auto& item) {
    return item.first.starts_with(kParameterPrefix) || item.first.starts_with(kMetricPrefix);
  });
}

Run read_run(const versioning::Commit& commit, const std::string& name) {
  const auto& metadata = commit.metadata;
  Run run;
  run.name = text_of(metadata, "anabranch.run");
  if (run.name.empty()) run.name = name;
  run.id = text_of(metadata, "anabranch.run_id");
  run.sweep = text_of(metadata, "anabranch.sweep");
  run.state = parse_state(text_of(metadata, "anabranch.status")).value_or(RunState::ok);
  run.branch = run.name;
  run.index = index_of(run.name);
  run.input_commit = text_of(metadata, "anabranch.input_commit");
  if (run.input_commit.empty() && !commit.parents.empty()) run.input_commit = commit.parents.front();
  run.commit_id = commit.id;
  run.code_id = text_of(metadata, "anabranch.code");
  run.argv = words_of(text_of(metadata, "anabranch.argv"));
  run.data = places_of(text_of(metadata, "anabranch.data"));
  run.outputs = words_of(text_of(metadata, "anabranch.out"));
  run.exit_code = number_of<std::int64_t>(text_of(metadata, "anabranch.exit_code"));
  run.created_ms = commit.created_seconds * 1'000;
  if (const auto started = number_of<std::int64_t>(text_of(metadata, "anabranch.started_seconds"))) {
    const double seconds = number_of<double>(text_of(metadata, "anabranch.duration_seconds")).value_or(0);
    run.created_ms = *started * 1'000;
    run.started_ms = run.created_ms;
    if (std::isfinite(seconds) && seconds >= 0)
      run.ended_ms = run.created_ms + static_cast<TimeMs>(std::llround(seconds * 1'000));
  }
  run.heartbeat_ms = run.ended_ms.value_or(run.created_ms);
  for (const auto& [key, value] : metadata) {
    if (key.starts_with(kParameterPrefix)) {
      run.parameters.emplace(key.substr(kParameterPrefix.size()), value);
    } else if (key.starts_with(kMetricPrefix)) {
      if (const auto number = read_number(value))
        run.metrics.emplace(key.substr(kMetricPrefix.size()), MetricValue{*number, 0, 0, true});
    }
  }
  return run;
}

std::optional<Run> run_from_commit(const versioning::Commit& commit, const std::string& branch) {
  if (!tells_of_run(commit)) return std::nullopt;
  const bool is_by_hand = !commit.metadata.contains("anabranch.status");
  if (is_by_hand && sweep_of(branch).empty()) return std::nullopt;
  Run run = read_run(commit, branch);
  if (is_by_hand) {
    if (run.id.empty()) run.id = commit.id;
    if (run.sweep.empty()) run.sweep = sweep_of(branch);
    run.branch = branch;
  } else if (const auto state = parse_state(text_of(commit.metadata, "anabranch.status"));
             !state || !is_over(*state)) {
    return std::nullopt;
  }
  if (!validate(run)) return std::nullopt;
  return run;
}

}  // namespace anabranch::experiments
