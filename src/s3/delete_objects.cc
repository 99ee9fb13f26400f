// DeleteObject, DeleteObjects. Source: AWS S3 API Reference.
#include "s3/call.h"
#include "s3/headers.h"
#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

constexpr std::size_t kDeleteKeysMax = 1000;

}  // namespace

Task<http::Response> delete_object(const Context& context, Call call) {
  auto condition = write_condition(call.request.headers);
  if (!condition) co_return call.error(condition.error());
  // Of directory buckets only: better refused than deleted in spite of them.
  for (const char* header : {"x-amz-if-match-last-modified-time", "x-amz-if-match-size"}) {
    if (!call.request.headers.contains(header)) continue;
    const Error refused{ErrorCode::not_implemented, std::string(header) + " is not offered"};
    co_return call.error(refused);
  }
  auto task = context.objects.delete_object(call.caller, call.bucket, call.key, *std::move(condition));
  auto deleted = co_await std::move(task);
  if (!deleted) co_return call.error(deleted.error());
  http::Response response;
  response.status = 204;
  co_return response;
}

Task<http::Response> delete_objects(const Context& context, Call call) {
  auto request = parse_delete_request(call.text);
  if (!request) co_return call.error(request.error());
  if (request->objects.empty() || request->objects.size() > kDeleteKeysMax) {
    const Error wrong{ErrorCode::malformed, "A request names 1 to 1000 objects"};
    co_return call.error(wrong);
  }
  std::vector<service::DeleteTarget> targets;
  targets.reserve(request->objects.size());
  std::vector<DeleteEntry> unknown;  // versions that no bucket has
  for (auto& entry : request->objects) {
    const bool is_known = entry.version_id.empty() || entry.version_id == kNullVersion;
    if (is_known) {
      service::DeleteTarget target{std::move(entry.key), {}};
      if (!entry.etag.empty()) target.condition.if_match = unquoted(entry.etag);
      targets.push_back(std::move(target));
    } else {
      unknown.push_back(std::move(entry));
    }
  }
  auto task = context.objects.delete_objects(call.caller, call.bucket, std::move(targets));
  auto outcomes = co_await std::move(task);
  if (!outcomes) co_return call.error(outcomes.error());
  XmlWriter xml;
  xml.open_root("DeleteResult");
  for (const auto& outcome : *outcomes) {
    if (outcome.error) {
      const S3Error error = to_s3_error(*outcome.error);
      xml.open("Error");
      xml.element("Key", outcome.key);
      xml.element("Code", error.code);
      xml.element("Message", error.message);
      xml.close("Error");
    } else if (!request->quiet) {
      xml.open("Deleted");
      xml.element("Key", outcome.key);
      xml.close("Deleted");
    }
  }
  for (const auto& entry : unknown) {
    xml.open("Error");
    xml.element("Key", entry.key);
    xml.element("VersionId", entry.version_id);
    xml.element("Code", "NoSuchVersion");
    xml.element("Message", "The version ID specified in the request does not match an existing version.");
    xml.close("Error");
  }
  xml.close("DeleteResult");
  co_return xml_response(xml.take());
}

}  // namespace anabranch::s3
