// s3/call.h — one S3 request as its operation sees it: who, which bucket and key, which sub-resource. Private
// to s3.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "s3/errors.h"
#include "s3/gateway.h"
#include "s3/payload.h"
#include "service/identity_service.h"
#include "service/object_service.h"

namespace anabranch::s3 {

using service::Action;

/// The largest XML body taken: 10,000 parts with checksums, or 1,000 keys of 1,024 escaped bytes.
inline constexpr std::uint64_t kXmlBodySizeMax = 8 * MiB;

struct Context {
  service::ObjectService& objects;
  const Clock& clock;
  const GatewayOptions& options;
};

struct Call {
  http::Request request;  // its body is in `text` or `payload`
  http::QueryParameters query;
  service::Caller caller;
  std::string bucket;                // empty: the service itself
  std::string key;                   // empty: the bucket itself
  std::string text;                  // the checked body of an operation that takes XML
  std::unique_ptr<Payload> payload;  // of one that takes bytes

  std::string_view parameter(std::string_view name, std::string_view fallback = {}) const;
  bool has_parameter(std::string_view name) const;
  std::string_view header(std::string_view name) const { return request.headers.get(name); }
  std::string resource() const;
  http::Response error(const Error& error) const;
};

using Operation = Task<http::Response> (*)(const Context&, Call);

// One per operation; each in the file of its name or resource.
Task<http::Response> list_buckets(const Context& context, Call call);
Task<http::Response> create_bucket(const Context& context, Call call);
Task<http::Response> head_bucket(const Context& context, Call call);
Task<http::Response> delete_bucket(const Context& context, Call call);
Task<http::Response> get_bucket_location(const Context& context, Call call);
Task<http::Response> put_bucket_acl(const Context& context, Call call);
Task<http::Response> bucket_setting(const Context& context, Call call);
Task<http::Response> list_objects_v1(const Context& context, Call call);
Task<http::Response> list_objects_v2(const Context& context, Call call);
Task<http::Response> list_object_versions(const Context& context, Call call);
Task<http::Response> get_object(const Context& context, Call call);
Task<http::Response> get_object_attributes(const Context& context, Call call);
Task<http::Response> get_object_tagging(const Context& context, Call call);
Task<http::Response> get_object_acl(const Context& context, Call call);
Task<http::Response> put_object_acl(const Context& context, Call call);
Task<http::Response> put_object(const Context& context, Call call);
Task<http::Response> copy_object(const Context& context, Call call);
Task<http::Response> delete_object(const Context& context, Call call);
Task<http::Response> delete_objects(const Context& context, Call call);
Task<http::Response> create_multipart_upload(const Context& context, Call call);
Task<http::Response> upload_part(const Context& context, Call call);
Task<http::Response> upload_part_copy(const Context& context, Call call);
Task<http::Response> complete_multipart_upload(const Context& context, Call call);
Task<http::Response> abort_multipart_upload(const Context& context, Call call);
Task<http::Response> list_parts(const Context& context, Call call);
Task<http::Response> list_multipart_uploads(const Context& context, Call call);

/// The version id of an object in a bucket that keeps one version of each.
inline constexpr std::string_view kNullVersion = "null";

/// An answer with an XML body.
http::Response xml_response(std::string body);

/// The one owner there is, as S3's XML names owners.
inline constexpr std::string_view kOwnerId =
    "0b1ec7000000000000000000000000000000000000000000000000000000abcd";
inline constexpr std::string_view kOwnerName = "anabranch";

}  // namespace anabranch::s3
