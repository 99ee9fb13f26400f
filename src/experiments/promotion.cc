#include "experiments/promotion.h"

#include <boost/json.hpp>
#include <cmath>

#include "base/json.h"
#include "base/number.h"
#include "experiments/query.h"
#include "experiments/rebuild.h"
#include "experiments/records.h"

namespace anabranch::experiments {
namespace {

constexpr std::string_view kParameterPrefix = "param.", kMetricPrefix = "metric.";
constexpr std::size_t kMetricsNamedMax = 20;

std::string text_of(const versioning::Commit& commit, const char* name) {
  const auto found = commit.metadata.find(name);
  return found == commit.metadata.end() ? std::string() : found->second;
}

/// A JSON list of texts; none where nothing is said. Errors: malformed.
Result<std::vector<std::string>> texts_of(const versioning::Commit& commit, const char* name) {
  std::vector<std::string> texts;
  const std::string text = text_of(commit, name);
  if (text.empty()) return texts;
  const auto value = parse_json(text);
  const auto broken = [&] {
    return fail(ErrorCode::malformed,
                "the commit's metadata '" + std::string(name) + "' is not what a run writes");
  };
  if (!value || !value->is_array()) return broken();
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return broken();
    texts.emplace_back(item.get_string());
  }
  return texts;
}

/// Which metrics there are, the first of many.
std::string known_metrics(const versioning::PromotionRequest& promotion) {
  std::string text;
  std::size_t count = 0;
  for (const auto& [key, value] : promotion.metadata) {
    if (!key.starts_with(kMetricPrefix)) continue;
    if (++count > kMetricsNamedMax) return "the metrics are: " + text + ", ...";
    text += (text.empty() ? "" : ", ") + key.substr(kMetricPrefix.size());
  }
  return text.empty() ? "it has no metrics" : "the metrics are: " + text;
}

}  // namespace

Result<versioning::PromotionRequest> promotion_of(const versioning::Commit& run, const std::string& ref,
                                                  const std::optional<Run>& record) {
  if (!record && !tells_of_run(run))
    return fail(ErrorCode::not_found, "'" + ref + "' is no finished run: this commit was not made by a run");
  // Who commits by hand says no status: a run without a record that failed need not be told of.
  std::string status = text_of(run, "anabranch.status");
  if (status.empty()) status = to_string(record ? record->state : RunState::ok);
  if (status != "ok") {
    std::string exit_code = text_of(run, "anabranch.exit_code");
    if (exit_code.empty() && record && record->exit_code) exit_code = std::to_string(*record->exit_code);
    return fail(ErrorCode::not_allowed, "run '" + ref + "' " + status +
                                            (exit_code.empty() ? "" : " with exit code " + exit_code) +
                                            ": not promoted");
  }
  versioning::PromotionRequest request;
  request.input_commit = text_of(run, "anabranch.input_commit");
  if (request.input_commit.empty() && record) request.input_commit = record->input_commit;
  if (request.input_commit.empty() && !run.parents.empty()) request.input_commit = run.parents.front();
  request.results.assign(std::begin(kResultPlaces), std::end(kResultPlaces));
  ANABRANCH_TRY(auto more, texts_of(run, "anabranch.out"));
  if (more.empty() && record) more = record->outputs;
  request.results.insert(request.results.end(), more.begin(), more.end());
  ANABRANCH_TRY(request.data, texts_of(run, "anabranch.data"));
  for (auto& data : request.data) data = data.substr(0, data.find('='));  // PREFIX=FOLDER
  if (request.data.empty() && record) request.data = record->data;
  std::string name = text_of(run, "anabranch.run");
  if (name.empty()) name = record ? record->name : ref;
  request.metadata["anabranch.promoted_run"] = name;
  for (const auto& [key, value] : run.metadata) {
    if (key.starts_with(kParameterPrefix) || key.starts_with(kMetricPrefix)) request.metadata[key] = value;
  }
  if (record) {  // also what was said while it ran
    for (const auto& [key, value] : record->parameters)
      request.metadata.emplace(std::string(kParameterPrefix) + key, value);
    for (const auto& [key, metric] : record->metrics)
      request.metadata.emplace(std::string(kMetricPrefix) + key, format_number(metric.value));
  }
  request.message = "promote " + name;
  bool is_first = true;
  for (const auto& [key, value] : request.metadata) {
    if (!key.starts_with(kMetricPrefix)) continue;
    request.message += (is_first ? ": " : " ") + key.substr(kMetricPrefix.size()) + "=" + value;
    is_first = false;
  }
  return request;
}

Result<void> check_requirements(const versioning::PromotionRequest& promotion,
                                const std::vector<std::string>& requirements) {
  for (const auto& text : requirements) {
    const auto condition = parse_condition(std::string(kMetricPrefix) + text);
    if (!condition || !condition->number || !std::isfinite(*condition->number)) {
      return fail(ErrorCode::invalid_argument,
                  "the requirement '" + text + "' is not of the form accuracy>=0.9");
    }
    const auto found = promotion.metadata.find(std::string(kMetricPrefix) + condition->name);
    const auto value =
        found == promotion.metadata.end() ? std::nullopt : read_number(std::string_view(found->second));
    if (!value) {
      return fail(ErrorCode::not_found, "'" + text + "' is required, and the run has no metric '" +
                                            condition->name + "': " + known_metrics(promotion));
    }
    RunHead head;
    head.metrics.emplace_back(condition->name, *value);
    if (std::isfinite(*value) && matches({*condition}, head)) continue;
    return fail(ErrorCode::precondition_failed,
                "'" + text + "' is required, and " + condition->name + " is " + format_number(*value));
  }
  return {};
}

}  // namespace anabranch::experiments
