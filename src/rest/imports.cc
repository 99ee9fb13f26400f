// Imports: start, status, cancel.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

struct ImportRequest {
  std::vector<service::ImportSource> sources;
  service::CommitRequest commit;
  bool force = false;
};

Result<ImportRequest> parse_import(const json::object& body) {
  ImportRequest request;
  const auto* paths = body.if_contains("paths");
  if (paths == nullptr || !paths->is_array() || paths->get_array().empty()) {
    return fail(ErrorCode::invalid_argument, "field 'paths' must be an array of at least one source");
  }
  for (const auto& item : paths->get_array()) {
    if (!item.is_object()) return fail(ErrorCode::invalid_argument, "field 'paths' must hold objects");
    service::ImportSource source;
    ANABRANCH_TRY(const auto type, required_string(item.get_object(), "type"));
    if (type == "object") {
      source.type = service::ImportSourceType::object;
    } else if (type != "common_prefix") {
      return fail(ErrorCode::invalid_argument,
                  "field 'type' must be common_prefix or object, not '" + type + "'");
    }
    ANABRANCH_TRY(source.uri, required_string(item.get_object(), "path"));
    ANABRANCH_TRY(source.destination, required_string(item.get_object(), "destination"));
    request.sources.push_back(std::move(source));
  }
  const auto* commit = body.if_contains("commit");
  if (commit != nullptr && !commit->is_null() && !commit->is_object()) {
    return fail(ErrorCode::invalid_argument, "field 'commit' must be an object");
  }
  if (commit != nullptr && commit->is_object()) {
    ANABRANCH_TRY(auto message, string_field(commit->get_object(), "message"));
    request.commit.message = message.value_or("");
    ANABRANCH_TRY(request.commit.metadata, metadata_field(commit->get_object(), "metadata"));
  }
  ANABRANCH_TRY(request.force, bool_field(body, "force"));
  return request;
}

Task<http::Response> start(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto request = parse_import(*body);
  if (!request) co_return error_response(request.error());
  auto task = services.repositories.start_import(call.caller, call.part("repository"), call.part("branch"),
                                                 std::move(request->sources), std::move(request->commit),
                                                 request->force);
  auto id = co_await std::move(task);
  if (!id) co_return error_response(id.error());
  co_return json_response(202, json::object{{"id", *id}});
}

Task<http::Response> status(const Services& services, Call call) {
  const std::string id(call.parameter("id"));
  if (id.empty()) co_return message_response(400, "query parameter 'id' is missing");
  auto task =
      services.repositories.import_status(call.caller, call.part("repository"), call.part("branch"), id);
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, to_json(*found));
}

Task<http::Response> cancel(const Services& services, Call call) {
  const std::string id(call.parameter("id"));
  if (id.empty()) co_return message_response(400, "query parameter 'id' is missing");
  auto task =
      services.repositories.cancel_import(call.caller, call.part("repository"), call.part("branch"), id);
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

}  // namespace

Routes import_routes() {
  return {
      {"POST", "/repositories/{repository}/branches/{branch}/import", start},
      {"GET", "/repositories/{repository}/branches/{branch}/import", status},
      {"DELETE", "/repositories/{repository}/branches/{branch}/import", cancel},
  };
}

}  // namespace anabranch::rest
