// Branches: create, list, reset, revert, cherry-pick, and their uncommitted changes.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

Task<http::Response> list(const Services& services, Call call) {
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const unsigned amount = page->amount;
  auto task = services.repositories.list_branches(call.caller, call.part("repository"), *std::move(page));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, page_json(*found, amount, [](const auto& item) { return to_json(item); }));
}

/// Answers with the bare commit id as text, as lakeFS does.
Task<http::Response> create(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto name = required_string(*body, "name");
  if (!name) co_return error_response(name.error());
  auto source = required_string(*body, "source");
  if (!source) co_return error_response(source.error());
  auto task = services.repositories.create_branch(call.caller, call.part("repository"), *std::move(name),
                                                  *std::move(source));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  http::Response response;
  response.status = 201;
  response.headers.add("Content-Type", "text/html");
  response.body = made->commit_id;
  co_return response;
}

Task<http::Response> get(const Services& services, Call call) {
  auto task = services.repositories.get_branch(call.caller, call.part("repository"), call.part("branch"));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, to_json(*found));
}

Task<http::Response> remove(const Services& services, Call call) {
  auto task = services.repositories.delete_branch(call.caller, call.part("repository"), call.part("branch"));
  auto removed = co_await std::move(task);
  if (!removed) co_return error_response(removed.error());
  co_return empty_response(204);
}

Result<service::ResetType> parse_reset_type(const json::object& body) {
  ANABRANCH_TRY(const std::string type, required_string(body, "type"));
  if (type == "reset") return service::ResetType::all;
  if (type == "common_prefix") return service::ResetType::prefix;
  if (type == "object") return service::ResetType::object;
  return fail(ErrorCode::invalid_argument,
              "field 'type' must be object, common_prefix or reset, not '" + type + "'");
}

Task<http::Response> reset(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto type = parse_reset_type(*body);
  if (!type) co_return error_response(type.error());
  auto path = string_field(*body, "path");
  if (!path) co_return error_response(path.error());
  std::string where = path->value_or("");
  if (*type != service::ResetType::all && where.empty()) {
    co_return message_response(400, "field 'path' is missing");
  }
  auto task = services.repositories.reset_branch(call.caller, call.part("repository"), call.part("branch"),
                                                 *type, std::move(where));
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

Task<http::Response> hard_reset(const Services& services, Call call) {
  const std::string ref(call.parameter("ref"));
  if (ref.empty()) co_return message_response(400, "query parameter 'ref' is missing");
  const auto force = call.flag("force");
  if (!force) co_return error_response(force.error());
  auto task = services.repositories.hard_reset_branch(call.caller, call.part("repository"),
                                                      call.part("branch"), ref, *force);
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

Result<std::optional<service::CommitRequest>> parse_overrides(const json::object& body) {
  const auto* value = body.if_contains("commit_overrides");
  if (value == nullptr || value->is_null()) return std::optional<service::CommitRequest>();
  if (!value->is_object()) {
    return fail(ErrorCode::invalid_argument, "field 'commit_overrides' must be an object");
  }
  service::CommitRequest overrides;
  ANABRANCH_TRY(auto message, string_field(value->get_object(), "message"));
  overrides.message = message.value_or("");
  ANABRANCH_TRY(overrides.metadata, metadata_field(value->get_object(), "metadata"));
  return std::optional<service::CommitRequest>(std::move(overrides));
}

Result<unsigned> parse_parent_number(const json::object& body) {
  ANABRANCH_TRY(const auto number, int_field(body, "parent_number"));
  if (number && (*number < 0 || *number > 2)) {
    return fail(ErrorCode::invalid_argument, "field 'parent_number' must be 0, 1 or 2");
  }
  return static_cast<unsigned>(number.value_or(0));
}

Result<service::RevertRequest> parse_revert(const json::object& body) {
  service::RevertRequest request;
  ANABRANCH_TRY(request.ref, required_string(body, "ref"));
  ANABRANCH_TRY(request.parent_number, parse_parent_number(body));
  ANABRANCH_TRY(request.commit_overrides, parse_overrides(body));
  ANABRANCH_TRY(request.allow_empty, bool_field(body, "allow_empty"));
  return request;
}

Task<http::Response> revert(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto request = parse_revert(*body);
  if (!request) co_return error_response(request.error());
  auto task = services.repositories.revert(call.caller, call.part("repository"), call.part("branch"),
                                           *std::move(request));
  auto done = co_await std::move(task);
  if (!done) co_return error_response(done.error());
  co_return empty_response(204);
}

Result<service::CherryPickRequest> parse_cherry_pick(const json::object& body) {
  service::CherryPickRequest request;
  ANABRANCH_TRY(request.ref, required_string(body, "ref"));
  ANABRANCH_TRY(request.parent_number, parse_parent_number(body));
  ANABRANCH_TRY(request.commit_overrides, parse_overrides(body));
  return request;
}

Task<http::Response> cherry_pick(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto request = parse_cherry_pick(*body);
  if (!request) co_return error_response(request.error());
  auto task = services.repositories.cherry_pick(call.caller, call.part("repository"), call.part("branch"),
                                                *std::move(request));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

Task<http::Response> diff(const Services& services, Call call) {
  service::ListObjectsRequest request;
  auto page = call.page();
  if (!page) co_return error_response(page.error());
  const unsigned amount = page->amount;
  request.page = *std::move(page);
  request.delimiter = std::string(call.parameter("delimiter"));
  auto task = services.repositories.diff_branch(call.caller, call.part("repository"), call.part("branch"),
                                                std::move(request));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, page_json(*found, amount, [](const auto& item) { return to_json(item); }));
}

}  // namespace

Routes branch_routes() {
  return {
      {"GET", "/repositories/{repository}/branches", list},
      {"POST", "/repositories/{repository}/branches", create},
      {"GET", "/repositories/{repository}/branches/{branch}", get},
      {"DELETE", "/repositories/{repository}/branches/{branch}", remove},
      {"PUT", "/repositories/{repository}/branches/{branch}", reset},
      {"PUT", "/repositories/{repository}/branches/{branch}/hard_reset", hard_reset},
      {"POST", "/repositories/{repository}/branches/{branch}/revert", revert},
      {"POST", "/repositories/{repository}/branches/{branch}/cherry-pick", cherry_pick},
      {"GET", "/repositories/{repository}/branches/{branch}/diff", diff},
  };
}

}  // namespace anabranch::rest
