// DeleteObject, DeleteObjects. Source: AWS S3 API Reference.
#include <charconv>

#include "s3/call.h"
#include "s3/headers.h"
#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

constexpr std::size_t kDeleteKeysMax = 1000;

/// What a deletion asks of the object's size and time, as texts; empty: nothing. Errors: invalid_argument.
Result<void> add_facts(service::WriteCondition& condition, std::string_view size, std::string_view time) {
  if (!size.empty()) {
    std::uint64_t size_bytes = 0;
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), size_bytes);
    if (error != std::errc() || end != size.data() + size.size()) {
      return fail(ErrorCode::invalid_argument, "The size to match is not a number: " + std::string(size));
    }
    condition.if_match_size_bytes = size_bytes;
  }
  if (!time.empty()) {
    condition.if_match_last_modified_ms = http::parse_http_date(time);
    if (!condition.if_match_last_modified_ms) {
      return fail(ErrorCode::invalid_argument, "The time to match is not an HTTP date: " + std::string(time));
    }
  }
  return {};
}

struct Plan {
  std::vector<service::DeleteTarget> targets;
  std::vector<std::pair<DeleteEntry, Error>> refused;  // what cannot even be asked
};

Plan plan_of(DeleteRequest& request) {
  Plan plan;
  plan.targets.reserve(request.objects.size());
  for (auto& entry : request.objects) {
    if (!entry.version_id.empty() && entry.version_id != kNullVersion) {
      auto unknown = s3_fail(ErrorCode::not_found, "NoSuchVersion",
                             "The version ID specified in the request does not match an existing version.");
      plan.refused.emplace_back(std::move(entry), std::move(unknown.value()));
      continue;
    }
    service::DeleteTarget target{entry.key, {}};
    if (!entry.etag.empty()) target.condition.if_match = unquoted(entry.etag);
    if (auto good = add_facts(target.condition, entry.size, entry.last_modified_time); !good) {
      plan.refused.emplace_back(std::move(entry), std::move(good).error());
    } else {
      plan.targets.push_back(std::move(target));
    }
  }
  return plan;
}

void write_error(XmlWriter& xml, std::string_view key, std::string_view version_id, const Error& why) {
  const S3Error error = to_s3_error(why);
  xml.open("Error");
  xml.element("Key", key);
  if (!version_id.empty()) xml.element("VersionId", version_id);
  xml.element("Code", error.code);
  xml.element("Message", error.message);
  xml.close("Error");
}

}  // namespace

Task<http::Response> delete_object(const Context& context, Call call) {
  auto condition = write_condition(call.request.headers);
  if (!condition) co_return call.error(condition.error());
  auto good = add_facts(*condition, call.header("x-amz-if-match-size"),
                        call.header("x-amz-if-match-last-modified-time"));
  if (!good) co_return call.error(good.error());
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
  Plan plan = plan_of(*request);
  auto task = context.objects.delete_objects(call.caller, call.bucket, std::move(plan.targets));
  auto outcomes = co_await std::move(task);
  if (!outcomes) co_return call.error(outcomes.error());
  XmlWriter xml;
  xml.open_root("DeleteResult");
  for (const auto& outcome : *outcomes) {
    if (outcome.error) {
      write_error(xml, outcome.key, "", *outcome.error);
    } else if (!request->quiet) {
      xml.open("Deleted");
      xml.element("Key", outcome.key);
      xml.close("Deleted");
    }
  }
  for (const auto& [entry, why] : plan.refused) write_error(xml, entry.key, entry.version_id, why);
  xml.close("DeleteResult");
  co_return xml_response(xml.take());
}

}  // namespace anabranch::s3
