#include "experiments/rebuild.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/number.h"

namespace anabranch::experiments {
namespace {

namespace json = boost::json;

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

}  // namespace

std::optional<Run> run_from_commit(const versioning::Commit& commit) {
  constexpr std::string_view kParameterPrefix = "param.";
  constexpr std::string_view kMetricPrefix = "metric.";
  const auto& metadata = commit.metadata;
  Run run;
  run.name = text_of(metadata, "anabranch.run");
  run.id = text_of(metadata, "anabranch.run_id");
  run.sweep = text_of(metadata, "anabranch.sweep");
  const auto state = parse_state(text_of(metadata, "anabranch.status"));
  if (!state || !is_over(*state)) return std::nullopt;
  run.state = *state;
  run.branch = run.name;
  run.index = index_of(run.name);
  run.input_commit = text_of(metadata, "anabranch.input_commit");
  run.commit_id = commit.id;
  run.code_id = text_of(metadata, "anabranch.code");
  run.argv = words_of(text_of(metadata, "anabranch.argv"));
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
  for (const auto& [name, value] : metadata) {
    if (name.starts_with(kParameterPrefix)) {
      run.parameters.emplace(name.substr(kParameterPrefix.size()), value);
    } else if (name.starts_with(kMetricPrefix)) {
      if (const auto number = read_number(value))
        run.metrics.emplace(name.substr(kMetricPrefix.size()), MetricValue{*number, 0, 0, true});
    }
  }
  if (!validate(run)) return std::nullopt;
  return run;
}

}  // namespace anabranch::experiments
