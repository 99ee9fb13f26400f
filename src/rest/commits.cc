// Commits: make one, read one.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

Result<service::CommitRequest> parse_creation(const json::object& body) {
  service::CommitRequest request;
  ANABRANCH_TRY(auto message, string_field(body, "message"));
  request.message = message.value_or("");
  ANABRANCH_TRY(request.metadata, metadata_field(body, "metadata"));
  ANABRANCH_TRY(request.date_seconds, int_field(body, "date"));
  if (request.date_seconds && *request.date_seconds < 0) {
    return fail(ErrorCode::invalid_argument, "field 'date' must not be negative");
  }
  ANABRANCH_TRY(request.allow_empty, bool_field(body, "allow_empty"));
  return request;
}

Task<http::Response> create(const Services& services, Call call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  if (call.has_parameter("source_metarange")) {
    co_return message_response(400,
                               "query parameter 'source_metarange' is not taken: import the objects instead");
  }
  auto request = parse_creation(*body);
  if (!request) co_return error_response(request.error());
  auto task = services.repositories.commit(call.caller, call.part("repository"), call.part("branch"),
                                           *std::move(request));
  auto made = co_await std::move(task);
  if (!made) co_return error_response(made.error());
  co_return json_response(201, to_json(*made));
}

Task<http::Response> get(const Services& services, Call call) {
  auto task = services.repositories.get_commit(call.caller, call.part("repository"), call.part("commit"));
  auto found = co_await std::move(task);
  if (!found) co_return error_response(found.error());
  co_return json_response(200, to_json(*found));
}

}  // namespace

Routes commit_routes() {
  return {
      {"POST", "/repositories/{repository}/branches/{branch}/commits", create},
      {"GET", "/repositories/{repository}/commits/{commit}", get},
  };
}

}  // namespace anabranch::rest
