// Buckets: list, create, head, delete, location. Source: AWS S3 API Reference.
#include "s3/call.h"
#include "s3/headers.h"
#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

constexpr unsigned kListBucketsMax = 10'000;

/// Buckets that were made without a region, and repositories, have the server's.
const std::string& region_of(const service::BucketInfo& bucket, const Context& context) {
  return bucket.region.empty() ? context.options.region : bucket.region;
}

/// S3's first region takes the creation of a bucket that one has already, and changes nothing; all others
/// refuse it.
constexpr std::string_view kLenientRegion = "us-east-1";

}  // namespace

Task<http::Response> list_buckets(const Context& context, Call call) {
  auto buckets_max = number_parameter(call, "max-buckets", kListBucketsMax, kListBucketsMax);
  if (!buckets_max) co_return call.error(buckets_max.error());
  const std::string_view prefix = call.parameter("prefix");
  const std::string_view region = call.parameter("bucket-region");
  const auto after = from_base64(std::string(call.parameter("continuation-token")));
  if (*buckets_max == 0 || !after) {
    const Error bad{ErrorCode::invalid_argument, after ? "max-buckets must be from 1 to 10000"
                                                       : "The continuation token provided is incorrect"};
    co_return call.error(bad);
  }
  auto task = context.objects.list_buckets(call.caller);
  auto buckets = co_await std::move(task);
  if (!buckets) co_return call.error(buckets.error());
  XmlWriter xml;
  xml.open_root("ListAllMyBucketsResult");
  xml.open("Owner");
  xml.element("ID", kOwnerId);
  xml.element("DisplayName", kOwnerName);
  xml.close("Owner");
  xml.open("Buckets");
  unsigned shown = 0;
  std::string next;  // after which the next page begins, when there is one
  for (const auto& bucket : *buckets) {
    if (bucket.name <= *after || !std::string_view(bucket.name).starts_with(prefix)) continue;
    if (!region.empty() && region_of(bucket, context) != region) continue;
    if (shown++ == *buckets_max) break;
    next = bucket.name;
    xml.open("Bucket");
    xml.element("Name", bucket.name);
    xml.element("CreationDate", format_xml_time(bucket.created_ms));
    xml.close("Bucket");
  }
  xml.close("Buckets");
  if (shown > *buckets_max) xml.element("ContinuationToken", to_base64(next));
  if (!prefix.empty()) xml.element("Prefix", prefix);
  xml.close("ListAllMyBucketsResult");
  co_return xml_response(xml.take());
}

Task<http::Response> create_bucket(const Context& context, Call call) {
  auto region = parse_create_bucket_request(call.text);
  if (!region) co_return call.error(region.error());
  const bool is_lenient = (region->empty() ? context.options.region : *region) == kLenientRegion;
  auto task = context.objects.create_bucket(call.caller, call.bucket, *std::move(region));
  auto bucket = co_await std::move(task);
  if (!bucket && bucket.error().code == ErrorCode::bucket_exists && is_lenient) {
    auto ask = context.objects.authorize(call.caller, Action::read_bucket, call.bucket, "");
    const auto is_repository = co_await std::move(ask);
    auto find = context.objects.head_bucket(call.caller, call.bucket);
    auto there = co_await std::move(find);
    const bool is_plain = is_repository && !*is_repository;
    if (is_plain && there && region_of(*there, context) == kLenientRegion) bucket = std::move(there);
  }
  if (!bucket) co_return call.error(bucket.error());
  http::Response response;
  response.headers.add("Location", "/" + call.bucket);
  co_return response;
}

Task<http::Response> head_bucket(const Context& context, Call call) {
  auto task = context.objects.head_bucket(call.caller, call.bucket);
  auto bucket = co_await std::move(task);
  if (!bucket) co_return call.error(bucket.error());
  http::Response response;
  response.headers.add("x-amz-bucket-region", region_of(*bucket, context));
  co_return response;
}

Task<http::Response> delete_bucket(const Context& context, Call call) {
  auto task = context.objects.delete_bucket(call.caller, call.bucket);
  auto deleted = co_await std::move(task);
  if (!deleted) co_return call.error(deleted.error());
  http::Response response;
  response.status = 204;
  co_return response;
}

Task<http::Response> get_bucket_location(const Context& context, Call call) {
  auto task = context.objects.head_bucket(call.caller, call.bucket);
  auto bucket = co_await std::move(task);
  if (!bucket) co_return call.error(bucket.error());
  const std::string& region = region_of(*bucket, context);
  XmlWriter xml;
  xml.open_root("LocationConstraint");
  // The root itself holds the text; us-east-1 is said by an empty one.
  if (region != "us-east-1") xml.text(region);
  xml.close("LocationConstraint");
  co_return xml_response(xml.take());
}

}  // namespace anabranch::s3
