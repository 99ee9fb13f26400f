#include "s3/gateway.h"

#include <algorithm>
#include <array>

#include "http/browser.h"
#include "s3/call.h"
#include "s3/headers.h"

namespace anabranch::s3 {

// ── Call
// ─────────────────────────────────────────────────────────────────────────────────────────────────────────

std::string_view Call::parameter(std::string_view name, std::string_view fallback) const {
  for (const auto& [field, value] : query) {
    if (field == name) return value;
  }
  return fallback;
}
bool Call::has_parameter(std::string_view name) const {
  return std::any_of(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
}
std::string Call::resource() const { return "/" + bucket + (key.empty() ? "" : "/" + key); }
http::Response Call::error(const Error& error) const {
  return error_response(error, resource(), caller.request_id);
}

http::Response xml_response(std::string body) {
  http::Response response;
  response.headers.add("Content-Type", "application/xml");
  response.body = std::move(body);
  return response;
}

namespace {

/// The bucket of a virtual-host style Host header, or empty.
std::string virtual_bucket(std::string_view host, const std::vector<std::string>& domains) {
  host = host.substr(0, host.rfind(':'));
  for (const auto& domain : domains) {
    if (host.size() > domain.size() + 1 && host.ends_with(domain) &&
        host[host.size() - domain.size() - 1] == '.') {
      return std::string(host.substr(0, host.size() - domain.size() - 1));
    }
  }
  return {};
}

/// Sub-resources of buckets that have operations of their own; all others are settings.
constexpr std::array<std::string_view, 17> kSettingNames{"accelerate",
                                                         "acl",
                                                         "cors",
                                                         "encryption",
                                                         "lifecycle",
                                                         "logging",
                                                         "notification",
                                                         "object-lock",
                                                         "ownershipControls",
                                                         "policy",
                                                         "policyStatus",
                                                         "publicAccessBlock",
                                                         "replication",
                                                         "requestPayment",
                                                         "tagging",
                                                         "versioning",
                                                         "website"};

bool is_setting(const Call& call) {
  return std::any_of(kSettingNames.begin(), kSettingNames.end(),
                     [&](std::string_view name) { return call.has_parameter(name); });
}

Operation bucket_operation(const Call& call) {
  const std::string& method = call.request.method;
  if (is_setting(call)) return bucket_setting;
  if (method == "GET") {
    if (call.has_parameter("location")) return get_bucket_location;
    if (call.has_parameter("uploads")) return list_multipart_uploads;
    if (call.has_parameter("versions")) return list_object_versions;
    return call.parameter("list-type") == "2" ? list_objects_v2 : list_objects_v1;
  }
  if (method == "HEAD") return head_bucket;
  if (method == "PUT") return create_bucket;
  if (method == "DELETE") return delete_bucket;
  if (method == "POST" && call.has_parameter("delete")) return delete_objects;
  return nullptr;
}

Operation object_operation(const Call& call) {
  const std::string& method = call.request.method;
  const bool upload = call.has_parameter("uploadId");
  if (method == "GET" || method == "HEAD") {
    if (upload && method == "GET") return list_parts;
    if (call.has_parameter("attributes")) return get_object_attributes;
    if (call.has_parameter("tagging")) return get_object_tagging;
    if (call.has_parameter("acl")) return get_object_acl;
    for (const std::string_view name : {"torrent", "legal-hold", "retention"}) {
      if (call.has_parameter(name)) return nullptr;
    }
    return get_object;
  }
  if (method == "PUT" && call.has_parameter("acl")) return put_object_acl;
  for (const std::string_view name : {"tagging", "acl", "legal-hold", "retention", "restore", "select"}) {
    if (call.has_parameter(name)) return nullptr;
  }
  const bool copy = call.request.headers.contains("x-amz-copy-source");
  if (method == "PUT") {
    if (upload || call.has_parameter("partNumber")) return copy ? upload_part_copy : upload_part;
    return copy ? copy_object : put_object;
  }
  if (method == "DELETE") return upload ? abort_multipart_upload : delete_object;
  if (method == "POST") {
    if (upload) return complete_multipart_upload;
    if (call.has_parameter("uploads")) return create_multipart_upload;
  }
  return nullptr;
}

Operation find_operation(const Call& call) {
  if (call.bucket.empty()) return call.request.method == "GET" ? list_buckets : nullptr;
  return call.key.empty() ? bucket_operation(call) : object_operation(call);
}

/// Buckets keep one version of each object; its id is "null".
bool names_other_version(const Call& call) {
  return call.has_parameter("versionId") && call.parameter("versionId") != kNullVersion;
}

/// The web UI's own requests: without an AWS signature, signed in by the session's cookie. docs/adr/0007.
bool asks_by_session(const http::Request& request) {
  return request.headers.get("X-Anabranch-Session") == "1";
}

/// What parse_signature() and friends call malformed has names of its own in S3.
S3Error authentication_error(const Error& error, const http::Request& request) {
  S3Error told = to_s3_error(error);
  const bool in_query = request.query.find("X-Amz-Signature") != std::string::npos ||
                        request.query.find("X-Amz-Algorithm") != std::string::npos;
  if (error.code == ErrorCode::malformed) {
    told.status = 400;
    told.code = "AuthorizationHeaderMalformed";
  } else if (error.code == ErrorCode::invalid_argument && in_query) {
    told.code = "AuthorizationQueryParametersError";
  } else if (error.code == ErrorCode::clock_skew && in_query) {
    told.code = "AccessDenied";  // a presigned request before its time
  }
  return told;
}

}  // namespace

// ── Gateway
// ──────────────────────────────────────────────────────────────────────────────────────────────────────

class Gateway::Impl {
 public:
  Impl(service::IdentityService& identity, service::ObjectService& objects, const Clock& clock,
       GatewayOptions options)
      : identity_(identity), options_(std::move(options)), context_{objects, clock, options_} {}

  bool claims(const http::Request& request) const {
    const std::string_view authorization = request.headers.get("Authorization");
    if (authorization.starts_with("AWS")) return true;
    if (request.query.find("X-Amz-Signature=") != std::string::npos) return true;
    if (request.query.find("AWSAccessKeyId=") != std::string::npos) return true;
    if (asks_by_session(request)) return true;
    return !virtual_bucket(request.headers.get("Host"), options_.domains).empty();
  }

  Task<http::Response> handle(http::Request request) {
    const std::string request_id = request.request_id;
    auto answer = answer_to(std::move(request));
    http::Response response = co_await std::move(answer);
    response.headers.add("x-amz-request-id", request_id);
    response.headers.add("x-amz-id-2", request_id);
    co_return response;
  }

 private:
  Task<http::Response> answer_to(http::Request request) {
    if (request.method == "OPTIONS") {
      const S3Error no_cors{403, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket."};
      co_return error_response(no_cors, request.path, request.request_id);
    }
    Call call;
    auto named = name(call, request);
    if (!named) {
      const S3Error bad{400, "InvalidURI", named.error().message};
      co_return error_response(bad, request.path, request.request_id);
    }
    service::SignedRequest facts{request.method, request.path, request.query, request.headers.fields()};
    facts.virtual_host_bucket = virtual_bucket(request.headers.get("Host"), options_.domains);
    auto signature = identity_.authenticate_s3(std::move(facts), request.request_id);
    auto authenticated = co_await std::move(signature);
    if (!authenticated) {
      const S3Error told = authentication_error(authenticated.error(), request);
      co_return error_response(told, call.resource(), request.request_id);
    }
    bool browser = *authenticated && (*authenticated)->facts.presigned;
    if (!*authenticated && asks_by_session(request)) {
      if (http::may_change(request) && !http::is_same_origin(request)) {
        const S3Error denied{403, "AccessDenied",
                             "Access Denied: the request is signed in by a cookie and not same-origin."};
        co_return error_response(denied, call.resource(), request.request_id);
      }
      auto session = identity_.authenticate_session(
          std::string(http::cookie(request, service::kSessionCookie)), request.request_id);
      auto holder = co_await std::move(session);
      if (!holder) co_return error_response(to_s3_error(holder.error()), call.resource(), request.request_id);
      *authenticated = *std::move(holder);
      browser = true;
    }
    if (!*authenticated) {
      const S3Error denied{403, "AccessDenied", "Access Denied: the request carries no signature."};
      co_return error_response(denied, call.resource(), request.request_id);
    }
    call.authenticated = *std::move(authenticated);
    call.caller = call.authenticated->caller;
    call.request = std::move(request);
    const Operation operation = find_operation(call);
    if (operation == nullptr) {
      const Error unknown{ErrorCode::not_implemented, "This operation is not offered: " +
                                                          call.request.method + " " + call.request.target};
      co_return call.error(unknown);
    }
    if (names_other_version(call)) {
      const S3Error unknown{400, "InvalidArgument",
                            "Invalid version id specified: " + std::string(call.parameter("versionId"))};
      co_return error_response(unknown, call.resource(), call.caller.request_id);
    }
    auto task = operation(context_, std::move(call));
    http::Response response = co_await std::move(task);
    if (browser && operation == get_object) http::forbid_scripts(response.headers);
    co_return response;
  }

  /// Bucket, key and query of a request, path style or virtual-host style.
  Result<void> name(Call& call, const http::Request& request) const {
    ANABRANCH_TRY(call.query, http::parse_query(request.query));
    ANABRANCH_TRY(std::string path, http::percent_decode(request.path));
    if (path.starts_with('/')) path.erase(0, 1);
    call.bucket = virtual_bucket(request.headers.get("Host"), options_.domains);
    if (!call.bucket.empty()) {
      call.key = std::move(path);
      return {};
    }
    const auto slash = path.find('/');
    call.bucket = path.substr(0, slash);
    if (slash != std::string::npos) call.key = path.substr(slash + 1);
    return {};
  }

  service::IdentityService& identity_;
  GatewayOptions options_;
  Context context_;
};

Gateway::Gateway(service::IdentityService& identity, service::ObjectService& objects, const Clock& clock,
                 GatewayOptions options)
    : impl_(std::make_unique<Impl>(identity, objects, clock, std::move(options))) {}
Gateway::~Gateway() = default;

Task<http::Response> Gateway::handle(http::Request request) { return impl_->handle(std::move(request)); }
bool Gateway::claims(const http::Request& request) const { return impl_->claims(request); }

http::Response Gateway::protocol_error(int status, std::string_view why) {
  const char* code = status == 408 ? "RequestTimeout" : status >= 500 ? "InternalError" : "BadRequest";
  if (status == 431) code = "RequestHeaderSectionTooLarge";
  if (status == 501) code = "NotImplemented";
  const S3Error error{status, code, std::string(why)};
  return error_response(error, "", "");
}

}  // namespace anabranch::s3
