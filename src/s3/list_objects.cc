// ListObjects, ListObjectsV2, ListObjectVersions. Source: AWS S3 API Reference.
#include "s3/call.h"
#include "s3/headers.h"
#include "s3/xml.h"

namespace anabranch::s3 {
namespace {

/// What both versions of the request share.
struct Listing {
  service::ListRequest request;
  bool url_encoded = false;
  bool with_owner = false;

  std::string shown(std::string_view text) const {
    return url_encoded ? http::percent_encode(text, true) : std::string(text);
  }
};

Result<Listing> parse_listing(const Call& call) {
  Listing listing;
  listing.request.prefix = std::string(call.parameter("prefix"));
  listing.request.delimiter = std::string(call.parameter("delimiter"));
  ANABRANCH_TRY(listing.request.keys_max,
                number_parameter(call, "max-keys", objects::kListPageMax, objects::kListPageMax));
  ANABRANCH_TRY(listing.url_encoded, is_url_encoded(call));
  return listing;
}

enum class ListedAs : std::uint8_t { objects, versions };

/// As versions every object is shown as its only one.
void write_items(XmlWriter& xml, const Listing& listing, const service::ListPage& page, ListedAs as) {
  const bool as_versions = as == ListedAs::versions;
  const std::string_view entry = as_versions ? "Version" : "Contents";
  for (const auto& item : page.items) {
    if (item.is_prefix) continue;
    xml.open(entry);
    xml.element("Key", listing.url_encoded ? listing.shown(item.info.key) : item.info.key);
    if (as_versions) {
      xml.element("VersionId", kNullVersion);
      xml.element("IsLatest", true);
    }
    xml.element("LastModified", format_xml_time(item.info.last_modified_ms));
    xml.element("ETag", quoted(item.info.etag));
    for (const auto& checksum : item.info.checksums) {
      xml.element("ChecksumAlgorithm", checksum_name(checksum.algorithm));
      xml.element("ChecksumType", checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    xml.element("Size", item.info.size_bytes);
    if (listing.with_owner) {
      xml.open("Owner");
      xml.element("ID", kOwnerId);
      xml.element("DisplayName", kOwnerName);
      xml.close("Owner");
    }
    xml.element("StorageClass", "STANDARD");
    xml.close(entry);
  }
  for (const auto& item : page.items) {
    if (!item.is_prefix) continue;
    xml.open("CommonPrefixes");
    xml.element("Prefix", listing.shown(item.info.key));
    xml.close("CommonPrefixes");
  }
}

void write_head(XmlWriter& xml, const Call& call, const Listing& listing, const service::ListPage& page,
                std::string_view root = "ListBucketResult") {
  xml.open_root(root);
  xml.element("Name", call.bucket);
  xml.element("Prefix", listing.shown(listing.request.prefix));
  if (!listing.request.delimiter.empty()) xml.element("Delimiter", listing.shown(listing.request.delimiter));
  xml.element("MaxKeys", listing.request.keys_max);
  if (listing.url_encoded) xml.element("EncodingType", "url");
  xml.element("IsTruncated", page.truncated);
}

}  // namespace

Task<http::Response> list_objects_v1(const Context& context, Call call) {
  auto listing = parse_listing(call);
  if (!listing) co_return call.error(listing.error());
  listing->with_owner = true;
  listing->request.start_after = std::string(call.parameter("marker"));
  auto task = context.objects.list_objects(call.caller, call.bucket, listing->request);
  auto page = co_await std::move(task);
  if (!page) co_return call.error(page.error());
  XmlWriter xml;
  write_head(xml, call, *listing, *page);
  xml.element("Marker", listing->shown(listing->request.start_after));
  if (page->truncated && !listing->request.delimiter.empty()) {
    xml.element("NextMarker", listing->shown(page->next_start_after));
  }
  write_items(xml, *listing, *page, ListedAs::objects);
  xml.close("ListBucketResult");
  co_return xml_response(xml.take());
}

Task<http::Response> list_objects_v2(const Context& context, Call call) {
  auto listing = parse_listing(call);
  if (!listing) co_return call.error(listing.error());
  const std::string_view owner = call.parameter("fetch-owner", "false");
  listing->with_owner = http::equal_ignoring_case(owner, "true");
  if (!listing->with_owner && !owner.empty() && !http::equal_ignoring_case(owner, "false")) {
    const Error bad{ErrorCode::invalid_argument, "Argument fetch-owner must be true or false"};
    co_return call.error(bad);
  }
  const std::string start_after(call.parameter("start-after"));
  listing->request.start_after = start_after;
  const std::string token(call.parameter("continuation-token"));
  if (!token.empty()) {
    auto decoded = from_base64(token);
    if (!decoded || decoded->empty()) {
      const Error bad{ErrorCode::invalid_argument, "The continuation token provided is incorrect"};
      co_return call.error(bad);
    }
    listing->request.start_after = *std::move(decoded);
  }
  auto task = context.objects.list_objects(call.caller, call.bucket, listing->request);
  auto page = co_await std::move(task);
  if (!page) co_return call.error(page.error());
  XmlWriter xml;
  write_head(xml, call, *listing, *page);
  xml.element("KeyCount", static_cast<std::uint64_t>(page->items.size()));
  if (!start_after.empty()) xml.element("StartAfter", listing->shown(start_after));
  if (call.has_parameter("continuation-token")) xml.element("ContinuationToken", token);
  if (page->truncated) xml.element("NextContinuationToken", to_base64(page->next_start_after));
  write_items(xml, *listing, *page, ListedAs::objects);
  xml.close("ListBucketResult");
  co_return xml_response(xml.take());
}

Task<http::Response> list_object_versions(const Context& context, Call call) {
  auto listing = parse_listing(call);
  if (!listing) co_return call.error(listing.error());
  listing->with_owner = true;
  const std::string key_marker(call.parameter("key-marker"));
  if (call.has_parameter("version-id-marker") && !call.parameter("version-id-marker").empty() &&
      key_marker.empty()) {
    const Error bad{ErrorCode::invalid_argument,
                    "A version-id marker cannot be specified without a key marker."};
    co_return call.error(bad);
  }
  listing->request.start_after = key_marker;
  auto task = context.objects.list_objects(call.caller, call.bucket, listing->request);
  auto page = co_await std::move(task);
  if (!page) co_return call.error(page.error());
  XmlWriter xml;
  write_head(xml, call, *listing, *page, "ListVersionsResult");
  xml.element("KeyMarker", listing->shown(key_marker));
  xml.element("VersionIdMarker", call.parameter("version-id-marker"));
  if (page->truncated) {
    xml.element("NextKeyMarker", listing->shown(page->next_start_after));
    xml.element("NextVersionIdMarker", kNullVersion);
  }
  write_items(xml, *listing, *page, ListedAs::versions);
  xml.close("ListVersionsResult");
  co_return xml_response(xml.take());
}

}  // namespace anabranch::s3
