#include "s3/errors.h"

#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

constexpr char kCodeMark = '\x1F';

struct Row {
  int status;
  const char* code;
};

Row row_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return {400, "InvalidArgument"};
    case ErrorCode::invalid_name:
      return {400, "InvalidBucketName"};
    case ErrorCode::key_too_long:
      return {400, "KeyTooLongError"};
    case ErrorCode::entity_too_large:
      return {400, "EntityTooLarge"};
    case ErrorCode::entity_too_small:
      return {400, "EntityTooSmall"};
    case ErrorCode::invalid_range:
      return {416, "InvalidRange"};
    case ErrorCode::invalid_part:
      return {400, "InvalidPart"};
    case ErrorCode::invalid_part_order:
      return {400, "InvalidPartOrder"};
    case ErrorCode::incomplete_body:
      return {400, "IncompleteBody"};
    case ErrorCode::bad_digest:
      return {400, "BadDigest"};
    case ErrorCode::malformed:
      return {400, "MalformedXML"};
    case ErrorCode::unauthenticated:
    case ErrorCode::access_denied:
    case ErrorCode::expired:
      return {403, "AccessDenied"};
    case ErrorCode::invalid_access_key:
      return {403, "InvalidAccessKeyId"};
    case ErrorCode::signature_mismatch:
      return {403, "SignatureDoesNotMatch"};
    case ErrorCode::clock_skew:
      return {403, "RequestTimeTooSkewed"};
    case ErrorCode::no_such_bucket:
    case ErrorCode::no_such_repository:
      return {404, "NoSuchBucket"};
    case ErrorCode::no_such_key:
    case ErrorCode::no_such_branch:
    case ErrorCode::no_such_tag:
    case ErrorCode::no_such_commit:
    case ErrorCode::no_such_ref:
    case ErrorCode::not_found:
      return {404, "NoSuchKey"};
    case ErrorCode::no_such_upload:
      return {404, "NoSuchUpload"};
    case ErrorCode::source_changed:
      return {410, "SourceChanged"};
    case ErrorCode::bucket_exists:
      return {409, "BucketAlreadyOwnedByYou"};
    case ErrorCode::already_exists:
    case ErrorCode::namespace_in_use:
      return {409, "BucketAlreadyExists"};
    case ErrorCode::bucket_not_empty:
      return {409, "BucketNotEmpty"};
    case ErrorCode::conflict:
    case ErrorCode::merge_conflict:
    case ErrorCode::dirty_branch:
    case ErrorCode::no_changes:
      return {409, "OperationAborted"};
    case ErrorCode::precondition_failed:
      return {412, "PreconditionFailed"};
    case ErrorCode::not_modified:
      return {304, "NotModified"};
    case ErrorCode::not_allowed:
      return {403, "AccessDenied"};
    case ErrorCode::not_implemented:
      return {501, "NotImplemented"};
    case ErrorCode::no_space:
      return {507, "InsufficientStorage"};
    case ErrorCode::would_block:
    case ErrorCode::unavailable:
      return {503, "ServiceUnavailable"};
    case ErrorCode::timeout:
      return {400, "RequestTimeout"};
    case ErrorCode::io:
    case ErrorCode::corruption:
    case ErrorCode::cancelled:
    case ErrorCode::internal:
      return {500, "InternalError"};
  }
  return {500, "InternalError"};
}

constexpr int kUnavailable = 503;
constexpr std::int64_t kRetryAfterSeconds = 2;  // what is unavailable is so for a moment

/// <BucketName> or <Key> of errors that say what a bucket or an object is, not what the request is.
void write_name(XmlWriter& xml, const S3Error& error, std::string_view resource) {
  if (!resource.starts_with('/')) return;
  resource.remove_prefix(1);
  const auto slash = resource.find('/');
  if (error.code == "NoSuchBucket") return xml.element("BucketName", resource.substr(0, slash));
  const bool is_about_object =
      error.status == 404 || error.status == 410 || error.status == 412 || error.status >= 500;
  if (is_about_object && slash != std::string_view::npos) xml.element("Key", resource.substr(slash + 1));
}

}  // namespace

tl::unexpected<Error> s3_fail(ErrorCode nearest, std::string_view s3_code, std::string_view message) {
  return fail(nearest, kCodeMark + std::string(s3_code) + kCodeMark + std::string(message));
}

S3Error to_s3_error(const Error& error) {
  const Row row = row_of(error.code);
  // A key in a message may hold the mark too, but no message begins with a key.
  const auto mark =
      error.message.starts_with(kCodeMark) ? error.message.find(kCodeMark, 1) : std::string::npos;
  if (mark == std::string::npos)
    return {row.status, row.code, error.message, row.status == kUnavailable ? kRetryAfterSeconds : 0};
  S3Error told{row.status, error.message.substr(1, mark - 1), error.message.substr(mark + 1)};
  if (told.code == "MissingContentLength") told.status = 411;  // no ErrorCode stands for this status
  return told;
}

http::Response error_response(const S3Error& error, std::string_view resource, std::string_view request_id) {
  http::Response response;
  response.status = error.status;
  if (error.status == 304) return response;
  XmlWriter xml;
  xml.open("Error");
  xml.element("Code", error.code);
  xml.element("Message", error.message);
  write_name(xml, error, resource);
  for (const auto& [name, text] : error.details) xml.element(name, text);
  xml.element("Resource", resource);
  xml.element("RequestId", request_id);
  xml.close("Error");
  response.headers.add("Content-Type", "application/xml");
  if (error.retry_after_seconds > 0) {
    response.headers.add("Retry-After", std::to_string(error.retry_after_seconds));
  }
  response.body = xml.take();
  return response;
}

http::Response error_response(const Error& error, std::string_view resource, std::string_view request_id) {
  return error_response(to_s3_error(error), resource, request_id);
}

}  // namespace anabranch::s3
