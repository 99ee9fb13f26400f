#include "rest/json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "base/utf8.h"

namespace anabranch::rest {

namespace json = boost::json;

http::Response json_response(int status, const json::value& body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = json::serialize(body);
  return response;
}

json::object to_json(const service::Metadata& metadata) {
  json::object object;
  for (const auto& [name, value] : metadata) object.emplace(to_utf8(name), to_utf8(value));
  return object;
}

json::object to_json(const service::Repository& repository) {
  return {{"id", repository.id},
          {"creation_date", repository.created_ms / 1000},
          {"default_branch", repository.default_branch},
          {"storage_id", ""},
          {"storage_namespace", repository.storage_namespace},
          {"read_only", repository.read_only}};
}

json::object to_json(const service::Branch& branch) {
  return {{"id", branch.id}, {"commit_id", branch.commit_id}};
}
json::object to_json(const service::Tag& tag) { return {{"id", tag.id}, {"commit_id", tag.commit_id}}; }

json::object to_json(const service::Commit& commit) {
  json::array parents;
  for (const auto& parent : commit.parents) parents.push_back(json::value(parent));
  return {{"id", commit.id},
          {"parents", std::move(parents)},
          {"committer", commit.committer},
          {"message", commit.message},
          {"creation_date", commit.created_seconds},
          {"meta_range_id", commit.metarange_id},
          {"metadata", to_json(commit.metadata)},
          {"generation", commit.generation},
          {"version", commit.version}};
}

json::object to_json(const service::ObjectStat& stat, bool user_metadata) {
  if (stat.is_prefix) {
    return {{"path", stat.path},      {"path_type", "common_prefix"},
            {"physical_address", ""}, {"checksum", ""},
            {"size_bytes", 0},        {"mtime", 0}};
  }
  json::object object{{"path", stat.path},
                      {"path_type", "object"},
                      {"physical_address", stat.physical_address},
                      {"checksum", stat.entry.etag},
                      {"size_bytes", stat.entry.size_bytes},
                      {"mtime", stat.entry.last_modified_ms / 1000},
                      {"content_type", stat.entry.content_type.empty() ? "application/octet-stream"
                                                                       : to_utf8(stat.entry.content_type)}};
  if (user_metadata) object.emplace("metadata", to_json(stat.entry.metadata));
  return object;
}

namespace {

json::object to_json(const versioning::DiffTally& tally) {
  return {{"added", tally.added},
          {"removed", tally.removed},
          {"changed", tally.changed},
          {"conflicts", tally.conflicts},
          {"added_bytes", tally.added_bytes},
          {"removed_bytes", tally.removed_bytes}};
}

}  // namespace

json::object to_json(const service::DiffSummary& summary) {
  json::array results;
  results.reserve(summary.rows.size());
  for (const auto& row : summary.rows) {
    json::object object = to_json(row.tally);
    object.emplace("path", row.path);
    object.emplace("path_type", row.is_prefix ? "common_prefix" : "object");
    results.push_back(std::move(object));
  }
  return {
      {"results", std::move(results)}, {"total", to_json(summary.total)}, {"truncated", summary.truncated}};
}

json::object to_json(const service::DiffItem& item) {
  const char* type = "changed";
  switch (item.type) {
    case service::DifferenceType::added:
      type = "added";
      break;
    case service::DifferenceType::removed:
      type = "removed";
      break;
    case service::DifferenceType::changed:
      break;
    case service::DifferenceType::conflict:
      type = "conflict";
      break;
  }
  json::object object{
      {"type", type}, {"path", item.path}, {"path_type", item.is_prefix ? "common_prefix" : "object"}};
  if (!item.is_prefix) object.emplace("size_bytes", item.size_bytes);
  return object;
}

json::object to_json(const service::ImportStatus& status) {
  json::object object{{"completed", status.completed},
                      {"update_time", format_iso_time(status.updated_ms)},
                      {"ingested_objects", status.ingested_objects}};
  if (!status.metarange_id.empty()) object.emplace("metarange_id", status.metarange_id);
  if (status.commit) object.emplace("commit", to_json(*status.commit));
  if (status.error) object.emplace("error", json::object{{"message", *status.error}});
  return object;
}

namespace {

const json::value* find_field(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

tl::unexpected<Error> wrong_type(std::string_view name, const char* wanted) {
  return fail(ErrorCode::invalid_argument, "field '" + std::string(name) + "' must be " + wanted);
}

}  // namespace

Result<std::optional<std::string>> string_field(const json::object& object, std::string_view name) {
  const auto* value = find_field(object, name);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string()) return wrong_type(name, "a string");
  return std::optional<std::string>(std::string(value->get_string()));
}

Result<std::string> required_string(const json::object& object, std::string_view name) {
  ANABRANCH_TRY(auto value, string_field(object, name));
  if (!value) return fail(ErrorCode::invalid_argument, "field '" + std::string(name) + "' is missing");
  return *std::move(value);
}

Result<bool> bool_field(const json::object& object, std::string_view name) {
  const auto* value = find_field(object, name);
  if (value == nullptr) return false;
  if (!value->is_bool()) return wrong_type(name, "true or false");
  return value->get_bool();
}

Result<std::optional<std::int64_t>> int_field(const json::object& object, std::string_view name) {
  const auto* value = find_field(object, name);
  if (value == nullptr) return std::optional<std::int64_t>();
  if (!value->is_int64()) return wrong_type(name, "a whole number");
  return std::optional<std::int64_t>(value->get_int64());
}

Result<service::Metadata> metadata_field(const json::object& object, std::string_view name) {
  service::Metadata metadata;
  const auto* value = find_field(object, name);
  if (value == nullptr) return metadata;
  if (!value->is_object()) return wrong_type(name, "an object of strings");
  for (const auto& [key, text] : value->get_object()) {
    if (!text.is_string()) return wrong_type(name, "an object of strings");
    metadata.emplace(std::string(key), std::string(text.get_string()));
  }
  return metadata;
}

Result<std::vector<std::string>> strings_field(const json::object& object, std::string_view name) {
  std::vector<std::string> strings;
  const auto* value = find_field(object, name);
  if (value == nullptr) return strings;
  if (!value->is_array()) return wrong_type(name, "an array of strings");
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return wrong_type(name, "an array of strings");
    strings.emplace_back(item.get_string());
  }
  return strings;
}

std::string format_iso_time(TimeMs time_ms) {
  const auto seconds = static_cast<std::time_t>(time_ms / 1000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), time_ms % 1000);
}

}  // namespace anabranch::rest
