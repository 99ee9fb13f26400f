#include "s3/gateway.h"

#include <algorithm>

#include "base/utf8.h"
#include "http/browser.h"
#include "s3/operation_counters.h"
#include "s3/operations.h"
#include "s3/presigned_headers.h"
#include "s3/promises.h"

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

/// Buckets keep one version of each object; its id is "null".
bool names_other_version(const Call& call) {
  return call.has_parameter("versionId") && call.parameter("versionId") != kNullVersion;
}

/// The request was signed for a region that is not `expected`. SDKs read the right one and try again.
http::Response foreign_region(const Call& call, const auth::SignatureFacts& facts,
                              const std::string& expected) {
  const std::string wrong = "the region '" + facts.region + "' is wrong; expecting '" + expected + "'";
  S3Error error{400, facts.presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed",
                (facts.presigned ? "Error parsing the X-Amz-Credential parameter; "
                                 : "The authorization header is malformed; ") +
                    wrong};
  error.details.emplace_back("Region", expected);
  http::Response response = error_response(error, call.resource(), call.caller.request_id);
  response.headers.add("x-amz-bucket-region", expected);
  return response;
}

/// Why nothing is run: `row` is not offered, or there is none, because of `unknown` or at all.
Error not_offered(const Call& call, const OperationRow* row, const std::string& unknown) {
  constexpr std::string_view kImplied =
      "A header or parameter you provided implies functionality that is not implemented: ";
  if (row != nullptr) {
    return {ErrorCode::not_implemented,
            std::string(row->name) + " is not offered: " + std::string(row->note)};
  }
  if (!unknown.empty()) return {ErrorCode::not_implemented, std::string(kImplied) + unknown};
  return {ErrorCode::not_implemented,
          "This operation is not offered: " + call.request.method + " " + call.request.target};
}

/// No bucket has rules that a preflight could be held against. One that is none is told what it lacks.
S3Error preflight_error(const http::Request& request) {
  if (!request.headers.contains("Origin")) {
    return {400, "BadRequest", "Insufficient information. Origin request header needed."};
  }
  if (!request.headers.contains("Access-Control-Request-Method")) {
    return {400, "BadRequest", "Invalid Access-Control-Request-Method: null"};
  }
  return {403, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket."};
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
    const bool is_v2 = request.headers.get("Authorization").starts_with("AWS ");
    told.status = 400;
    told.code = is_v2 ? "InvalidArgument" : "AuthorizationHeaderMalformed";
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
       metrics::Registry& metrics, GatewayOptions options)
      : identity_(identity),
        counters_(metrics),
        options_(std::move(options)),
        context_{objects, clock, options_} {}

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
    Call call;
    call.request = std::move(request);
    std::string_view label = OperationCounters::kUnauthenticated;
    auto answer = answer_to(std::move(call), label);
    http::Response response = co_await std::move(answer);
    counters_.count(label, response.status);
    response.headers.add("x-amz-request-id", request_id);
    response.headers.add("x-amz-id-2", request_id);
    co_return response;
  }

 private:
  /// `label` becomes the name of the operation; it outlives the task.
  Task<http::Response> answer_to(Call call, std::string_view& label) {
    if (call.request.method == "OPTIONS") {
      co_return error_response(preflight_error(call.request), call.request.path, call.request.request_id);
    }
    if (auto named = name(call); !named) {
      const S3Error bad{400, "InvalidURI", named.error().message};
      co_return error_response(bad, call.request.path, call.request.request_id);
    }
    auto authentication = authenticate(call);
    auto authenticated = co_await std::move(authentication);
    if (!authenticated) {
      co_return error_response(authenticated.error(), call.resource(), call.request.request_id);
    }
    call.caller = authenticated->caller;
    const auth::SignatureFacts& facts = authenticated->facts;
    const bool browser = facts.presigned || facts.access_key_id.empty();  // a link, or a session
    if (auto taken = take_presigned_headers(call, facts); !taken) co_return call.error(taken.error());
    std::string unknown;
    const OperationRow* const row = find_operation(call, unknown);
    label = row == nullptr ? OperationCounters::kUnknown : row->name;
    auto expecting = expected_region(row, call, facts);
    auto region = co_await std::move(expecting);
    if (!region) co_return call.error(region.error());
    if (*region != facts.region) co_return foreign_region(call, facts, *region);
    if (row == nullptr || !row->offered()) co_return call.error(not_offered(call, row, unknown));
    if (names_other_version(call)) {
      const S3Error other{400, "InvalidArgument",
                          "Invalid version id specified: " + std::string(call.parameter("versionId"))};
      co_return error_response(other, call.resource(), call.caller.request_id);
    }
    auto authorization = authorize(*row, call);
    auto repository = co_await std::move(authorization);
    if (!repository) co_return call.error(repository.error());
    if (auto kept = check_promises(*row, call.request.headers, *repository); !kept) {
      co_return call.error(kept.error());
    }
    auto taking = take_body(*row, call, *authenticated);
    auto body_taken = co_await std::move(taking);
    if (!body_taken) co_return call.error(body_taken.error());
    auto task = row->run(context_, std::move(call));
    http::Response response = co_await std::move(task);
    if (browser && row->run == get_object) http::forbid_scripts(response.headers);
    co_return response;
  }

  /// By signature, or by the web UI's session. The error is S3's.
  Task<tl::expected<service::Authenticated, S3Error>> authenticate(Call& call) {
    const http::Request& request = call.request;
    service::SignedRequest facts{request.method, request.path, request.query, request.headers.fields()};
    facts.virtual_host_bucket = virtual_bucket(request.headers.get("Host"), options_.domains);
    auto signature = identity_.authenticate_s3(std::move(facts), request.remote_address, request.request_id);
    auto authenticated = co_await std::move(signature);
    if (!authenticated && authenticated.error().retry_after_ms > 0) {
      co_return tl::unexpected(S3Error{503, "SlowDown", authenticated.error().message,
                                       authenticated.error().retry_after_ms / 1000});
    }
    if (!authenticated) {
      co_return tl::unexpected(authentication_error(authenticated.error(), request));
    }
    if (*authenticated) co_return **std::move(authenticated);
    if (!asks_by_session(request)) {
      co_return tl::unexpected(
          S3Error{403, "AccessDenied", "Access Denied: the request carries no signature."});
    }
    if (http::may_change(request) && !http::is_same_origin(request)) {
      co_return tl::unexpected(S3Error{
          403, "AccessDenied", "Access Denied: the request is signed in by a cookie and not same-origin."});
    }
    auto session = identity_.authenticate_session(std::string(http::cookie(request, service::kSessionCookie)),
                                                  request.request_id);
    auto holder = co_await std::move(session);
    if (!holder) co_return tl::unexpected(to_s3_error(holder.error()));
    co_return *std::move(holder);
  }

  /// The region that the signature's scope should have named; its own where that is good. Good are the
  /// server's and the one that the bucket was made for, which GetBucketLocation tells; any to those who ask
  /// for it.
  Task<Result<std::string>> expected_region(const OperationRow* row, const Call& call,
                                            const auth::SignatureFacts& facts) {
    const bool asks_for_it = row != nullptr && (row->run == get_bucket_location || row->run == list_buckets);
    if (facts.region.empty() || facts.region == options_.region || asks_for_it) co_return facts.region;
    auto task = context_.objects.bucket_region(call.bucket);
    auto region = co_await std::move(task);
    if (region && region->empty()) co_return options_.region;
    co_return region;
  }

  /// The right that the row asks for. True: the bucket is a repository.
  Task<Result<bool>> authorize(const OperationRow& row, const Call& call) {
    if (row.asked_on == AskedOn::each_key) co_return false;
    const bool on_key = row.asked_on == AskedOn::key;
    std::string key = on_key                            ? call.key
                      : row.asked_on == AskedOn::prefix ? std::string(call.parameter("prefix"))
                                                        : std::string();
    auto task = context_.objects.authorize(call.caller, row.action, call.bucket, std::move(key));
    co_return co_await std::move(task);
  }

  /// The one place where bodies are taken: what an operation gets was checked, or is while it streams.
  Task<Result<void>> take_body(const OperationRow& row, Call& call,
                               const service::Authenticated& authenticated) {
    const auto checksums = row.body == BodyKind::xml_for_object ? ChecksumsOf::object : ChecksumsOf::body;
    auto payload = Payload::of(call.request, authenticated, checksums);
    if (!payload) co_return fail(std::move(payload).error());
    call.payload = *std::move(payload);
    if (row.body == BodyKind::bytes) co_return Result<void>();
    auto read = call.payload->read_text(kXmlBodySizeMax);
    auto text = co_await std::move(read);
    if (!text) co_return fail(std::move(text).error());
    if (row.body != BodyKind::none) call.text = *std::move(text);
    co_return Result<void>();
  }

  /// Bucket, key and query of a request, path style or virtual-host style.
  Result<void> name(Call& call) const {
    const http::Request& request = call.request;
    ANABRANCH_TRY(call.query, http::parse_query(request.query));
    ANABRANCH_TRY(std::string path, http::percent_decode(request.path));
    if (!is_utf8(path) || path.find('\0') != std::string::npos) {
      return fail(ErrorCode::malformed,
                  "Couldn't parse the specified URI: its path is not UTF-8 without NUL");
    }
    if (path.starts_with('/')) path.erase(0, 1);
    call.bucket = virtual_bucket(request.headers.get("Host"), options_.domains);
    if (!call.bucket.empty()) {
      call.key = std::move(path);
      return {};
    }
    const auto slash = path.find('/');
    if (slash == 0) {
      return fail(ErrorCode::malformed,
                  "Couldn't parse the specified URI: it names no bucket before the key");
    }
    call.bucket = path.substr(0, slash);
    if (slash != std::string::npos) call.key = path.substr(slash + 1);
    return {};
  }

  service::IdentityService& identity_;
  OperationCounters counters_;
  GatewayOptions options_;
  Context context_;
};

Gateway::Gateway(service::IdentityService& identity, service::ObjectService& objects, const Clock& clock,
                 metrics::Registry& metrics, GatewayOptions options)
    : impl_(std::make_unique<Impl>(identity, objects, clock, metrics, std::move(options))) {}
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
