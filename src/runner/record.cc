#include "runner/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <string_view>

namespace anabranch::runner {
namespace {

namespace json = boost::json;

constexpr std::string_view kParameterPrefix = "param.";
constexpr std::string_view kMetricPrefix = "metric.";
constexpr const char* kRunKey = "anabranch.run";
constexpr std::size_t kWarningsRecordedMax = 100;

std::string to_json(const std::vector<std::string>& texts) {
  json::array array;
  for (const auto& text : texts) array.push_back(json::value(text));
  return json::serialize(array);
}

/// As much of the warnings as a commit's metadata is for.
std::vector<std::string> shortened(const std::vector<std::string>& warnings) {
  std::vector<std::string> shown(
      warnings.begin(),
      warnings.begin() + static_cast<std::ptrdiff_t>(std::min(warnings.size(), kWarningsRecordedMax)));
  if (warnings.size() > shown.size())
    shown.push_back("and " + std::to_string(warnings.size() - shown.size()) + " more");
  return shown;
}

tl::unexpected<Error> broken(const std::string& name) {
  return fail(ErrorCode::malformed, "the commit's metadata '" + name + "' is not what a run writes");
}

std::string text_of(const Metadata& metadata, const std::string& name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? std::string() : found->second;
}

Result<std::vector<std::string>> texts_of(const Metadata& metadata, const std::string& name) {
  std::vector<std::string> texts;
  const std::string text = text_of(metadata, name);
  if (text.empty()) return texts;
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_array()) return broken(name);
  for (const auto& item : value.get_array()) {
    if (!item.is_string()) return broken(name);
    texts.emplace_back(item.get_string());
  }
  return texts;
}

Result<Metadata> environment_of(const Metadata& metadata, const std::string& name) {
  Metadata environment;
  const std::string text = text_of(metadata, name);
  if (text.empty()) return environment;
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return broken(name);
  for (const auto& [variable, item] : value.get_object()) {
    if (!item.is_string()) return broken(name);
    environment.emplace(std::string(variable), std::string(item.get_string()));
  }
  return environment;
}

template <class Number>
Number number_of(const Metadata& metadata, const std::string& name) {
  const std::string text = text_of(metadata, name);
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Metadata to_metadata(const RunRecord& record) {
  Metadata metadata{{kRunKey, record.run},
                    {"anabranch.run_id", record.run_id},
                    {"anabranch.sweep", record.sweep},
                    {"anabranch.input_commit", record.input_commit},
                    {"anabranch.argv", to_json(record.argv)},
                    {"anabranch.code", record.code_id},
                    {"anabranch.status", record.status},
                    {"anabranch.exit_code", std::to_string(record.exit_code)},
                    {"anabranch.duration_seconds", fmt::format("{:.3f}", record.duration_seconds)},
                    {"anabranch.started_seconds", std::to_string(record.started_seconds)}};
  if (!record.git_sha.empty()) {
    metadata.emplace("anabranch.git_sha", record.git_sha);
    metadata.emplace("anabranch.git_dirty", record.git_is_dirty ? "true" : "false");
  }
  if (!record.packages_id.empty()) metadata.emplace("anabranch.packages", record.packages_id);
  if (!record.data.empty()) {
    std::vector<std::string> specs;
    for (const auto& spec : record.data) specs.push_back(spec.prefix + "=" + spec.folder);
    metadata.emplace("anabranch.data", to_json(specs));
  }
  if (!record.outputs.empty()) metadata.emplace("anabranch.out", to_json(record.outputs));
  if (!record.warnings.empty()) metadata.emplace("anabranch.warnings", to_json(shortened(record.warnings)));
  json::object environment;
  for (const auto& [name, value] : record.environment) environment.emplace(name, value);
  metadata.emplace("anabranch.environment", json::serialize(environment));
  for (const auto& [name, value] : record.parameters)
    metadata.emplace(std::string(kParameterPrefix) + name, value);
  for (const auto& [name, value] : record.metrics) {
    metadata.emplace(std::string(kMetricPrefix) + name, format_number(value));
  }
  return metadata;
}

bool is_run(const Metadata& metadata) { return metadata.contains(kRunKey); }

Result<RunRecord> parse_record(const Metadata& metadata) {
  if (!is_run(metadata)) return fail(ErrorCode::not_found, "this commit was not made by a run");
  RunRecord record;
  record.run = text_of(metadata, kRunKey);
  record.run_id = text_of(metadata, "anabranch.run_id");
  record.sweep = text_of(metadata, "anabranch.sweep");
  record.input_commit = text_of(metadata, "anabranch.input_commit");
  ANABRANCH_TRY(record.argv, texts_of(metadata, "anabranch.argv"));
  record.code_id = text_of(metadata, "anabranch.code");
  record.git_sha = text_of(metadata, "anabranch.git_sha");
  record.git_is_dirty = text_of(metadata, "anabranch.git_dirty") == "true";
  record.packages_id = text_of(metadata, "anabranch.packages");
  ANABRANCH_TRY(const auto specs, texts_of(metadata, "anabranch.data"));
  for (const auto& spec : specs) {
    ANABRANCH_TRY(auto parsed, parse_data(spec));
    record.data.push_back(std::move(parsed));
  }
  ANABRANCH_TRY(record.outputs, texts_of(metadata, "anabranch.out"));
  ANABRANCH_TRY(record.warnings, texts_of(metadata, "anabranch.warnings"));
  ANABRANCH_TRY(record.environment, environment_of(metadata, "anabranch.environment"));
  record.status = text_of(metadata, "anabranch.status");
  record.exit_code = number_of<int>(metadata, "anabranch.exit_code");
  record.duration_seconds = number_of<double>(metadata, "anabranch.duration_seconds");
  record.started_seconds = number_of<std::int64_t>(metadata, "anabranch.started_seconds");
  for (const auto& [name, value] : metadata) {
    if (name.starts_with(kParameterPrefix)) {
      record.parameters.emplace_back(name.substr(kParameterPrefix.size()), value);
    } else if (name.starts_with(kMetricPrefix)) {
      // Who wrote another text there said no number.
      if (const auto number = read_number(value))
        record.metrics.emplace(name.substr(kMetricPrefix.size()), *number);
    }
  }
  return record;
}

RunRecord to_record(const RunInfo& info) {
  constexpr double kMilliseconds = 1e3;
  RunRecord record;
  record.run = info.name;
  record.run_id = info.id;
  record.sweep = info.sweep;
  record.input_commit = info.input_commit;
  record.code_id = info.code_id;
  record.argv = info.argv;
  for (const auto& place : info.data) {
    if (auto spec = parse_data(place)) record.data.push_back(*std::move(spec));
  }
  record.outputs = info.outputs;
  record.parameters = info.parameters;
  record.status = info.state;
  record.exit_code = info.exit_code;
  record.started_seconds = info.started_ms / 1'000;
  if (info.started_ms != 0 && info.ended_ms != 0)
    record.duration_seconds = static_cast<double>(info.ended_ms - info.started_ms) / kMilliseconds;
  record.metrics = info.metrics;
  return record;
}

std::string commit_message(const RunRecord& record) {
  std::string message = "run " + record.run;
  if (record.status != "ok")
    message += " (" + record.status + ", exit code " + std::to_string(record.exit_code) + ")";
  if (!record.parameters.empty()) message += ":";
  for (const auto& [name, value] : record.parameters) message += " " + name + "=" + value;
  return message;
}

}  // namespace anabranch::runner
