#include "rest/errors.h"

#include <boost/json.hpp>

#include "base/utf8.h"

namespace anabranch::rest {
namespace {

constexpr int kUnavailable = 503;
constexpr const char* kRetryAfterSeconds = "2";  // what is unavailable is so for a moment

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::invalid_name:
    case ErrorCode::key_too_long:
    case ErrorCode::entity_too_small:
    case ErrorCode::invalid_part:
    case ErrorCode::invalid_part_order:
    case ErrorCode::incomplete_body:
    case ErrorCode::bad_digest:
    case ErrorCode::malformed:
    case ErrorCode::no_changes:
    case ErrorCode::dirty_branch:
    case ErrorCode::namespace_in_use:
    case ErrorCode::no_such_bucket:  // of a storage namespace or an import source: the request's fault
      return 400;
    case ErrorCode::unauthenticated:
    case ErrorCode::invalid_access_key:
    case ErrorCode::signature_mismatch:
    case ErrorCode::clock_skew:
    case ErrorCode::expired:
      return 401;
    case ErrorCode::access_denied:
    case ErrorCode::not_allowed:
      return 403;
    case ErrorCode::no_such_key:
    case ErrorCode::no_such_upload:
    case ErrorCode::no_such_repository:
    case ErrorCode::no_such_branch:
    case ErrorCode::no_such_tag:
    case ErrorCode::no_such_commit:
    case ErrorCode::no_such_ref:
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::timeout:
      return 408;
    case ErrorCode::bucket_exists:
    case ErrorCode::bucket_not_empty:
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
    case ErrorCode::merge_conflict:
      return 409;
    case ErrorCode::source_changed:
      return 410;
    case ErrorCode::precondition_failed:
      return 412;
    case ErrorCode::entity_too_large:
      return 413;
    case ErrorCode::invalid_range:
      return 416;
    case ErrorCode::not_modified:
      return 304;
    case ErrorCode::not_implemented:
      return 501;
    case ErrorCode::unavailable:
    case ErrorCode::would_block:
      return kUnavailable;
    case ErrorCode::no_space:
      return 507;
    case ErrorCode::io:
    case ErrorCode::corruption:
    case ErrorCode::cancelled:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

http::Response message_response(int status, std::string_view message) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = boost::json::serialize(boost::json::object{{"message", to_utf8(message)}});
  return response;
}

http::Response error_response(const Error& error) {
  http::Response response = message_response(status_of(error.code), error.message);
  if (response.status == kUnavailable) response.headers.add("Retry-After", kRetryAfterSeconds);
  return response;
}

http::Response empty_response(int status) {
  http::Response response;
  response.status = status;
  return response;
}

}  // namespace anabranch::rest
