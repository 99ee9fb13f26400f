#include "experiments/promotion.h"

#include <boost/json.hpp>

#include "base/json.h"

namespace anabranch::experiments {
namespace {

constexpr std::string_view kParameterPrefix = "param.", kMetricPrefix = "metric.";

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

}  // namespace

Result<versioning::PromotionRequest> promotion_of(const versioning::Commit& run, const std::string& ref) {
  const std::string name = text_of(run, "anabranch.run");
  if (name.empty())
    return fail(ErrorCode::not_found, "'" + ref + "' is no finished run: this commit was not made by a run");
  const std::string status = text_of(run, "anabranch.status");
  if (status != "ok")
    return fail(ErrorCode::not_allowed, "run '" + ref + "' " + status + " with exit code " +
                                            text_of(run, "anabranch.exit_code") + ": not promoted");
  versioning::PromotionRequest request;
  request.input_commit = text_of(run, "anabranch.input_commit");
  request.results.assign(std::begin(kResultPlaces), std::end(kResultPlaces));
  ANABRANCH_TRY(const auto more, texts_of(run, "anabranch.out"));
  request.results.insert(request.results.end(), more.begin(), more.end());
  ANABRANCH_TRY(request.data, texts_of(run, "anabranch.data"));
  for (auto& data : request.data) data = data.substr(0, data.find('='));  // PREFIX=FOLDER
  request.metadata["anabranch.promoted_run"] = name;
  request.message = "promote " + name;
  bool is_first = true;
  for (const auto& [key, value] : run.metadata) {
    if (key.starts_with(kParameterPrefix)) request.metadata[key] = value;
    if (!key.starts_with(kMetricPrefix)) continue;
    request.metadata[key] = value;
    request.message += (is_first ? ": " : " ") + key.substr(kMetricPrefix.size()) + "=" + value;
    is_first = false;
  }
  return request;
}

}  // namespace anabranch::experiments
