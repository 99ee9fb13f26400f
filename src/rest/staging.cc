// Staging: addresses that clients write to by themselves, then link.
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

Task<http::Response> issue(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return message_response(400, "query parameter 'path' is missing");
  const auto wants_url = call.flag("presign");
  if (!wants_url) co_return error_response(wants_url.error());
  auto task =
      services.repositories.issue_address(call.caller, call.part("repository"), call.part("branch"), path);
  auto location = co_await std::move(task);
  if (!location) co_return error_response(location.error());
  json::object body{{"physical_address", location->physical_address}};
  if (*wants_url) {
    service::PresignRequest request{call.endpoint(), services.options.region};
    auto presign = services.repositories.presign_write(call.caller, *location, std::move(request));
    auto url = co_await std::move(presign);
    if (!url) co_return error_response(url.error());
    body.emplace("presigned_url", url->url);
    body.emplace("presigned_url_expiry", url->expires_seconds);
  }
  co_return json_response(200, body);
}

Result<versioning::Repositories::LinkRequest> parse_link(const json::object& body) {
  versioning::Repositories::LinkRequest request;
  const auto* staging = body.if_contains("staging");
  if (staging == nullptr || !staging->is_object()) {
    return fail(ErrorCode::invalid_argument, "field 'staging' is missing");
  }
  ANABRANCH_TRY(request.physical_address, required_string(staging->get_object(), "physical_address"));
  ANABRANCH_TRY(request.etag, required_string(body, "checksum"));
  ANABRANCH_TRY(const auto size, int_field(body, "size_bytes"));
  if (size && *size < 0) return fail(ErrorCode::invalid_argument, "field 'size_bytes' must not be negative");
  request.size_bytes = size.value_or(0);
  ANABRANCH_TRY(request.metadata, metadata_field(body, "user_metadata"));
  ANABRANCH_TRY(auto content_type, string_field(body, "content_type"));
  request.content_type = content_type.value_or("");
  return request;
}

Task<http::Response> link(const Services& services, Call call) {
  const std::string path(call.parameter("path"));
  if (path.empty()) co_return message_response(400, "query parameter 'path' is missing");
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return error_response(body.error());
  auto request = parse_link(*body);
  if (!request) co_return error_response(request.error());
  if (const auto* none = call.request.headers.find("If-None-Match")) {
    if (*none != "*") co_return message_response(400, "header If-None-Match must be '*' here");
    request->condition.if_none_match = *none;
  }
  auto task = services.repositories.link_address(call.caller, call.part("repository"), call.part("branch"),
                                                 path, *std::move(request));
  auto linked = co_await std::move(task);
  if (!linked) co_return error_response(linked.error());
  co_return json_response(200, to_json(*linked));
}

}  // namespace

Routes staging_routes() {
  return {
      {"GET", "/repositories/{repository}/branches/{branch}/staging/backing", issue},
      {"PUT", "/repositories/{repository}/branches/{branch}/staging/backing", link},
  };
}

}  // namespace anabranch::rest
