// auth/signature.h — AWS signatures version 4 and 2, by header and by query: parsing, checking, making. Pure
// functions.
//
// Source: AWS General Reference, "Signature Version 4"; S3 API Reference, "Authenticating Requests".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace anabranch::auth {

/// How far a client's clock may be off. Source: S3's RequestTimeTooSkewed.
inline constexpr TimeMs kClockSkewMaxMs = 15 * 60 * 1000;
/// Source: S3 API Reference, "X-Amz-Expires": 7 days.
inline constexpr std::int64_t kPresignedSecondsMax = 604'800;

/// The parts of a request that are signed. Header names in any case; path and query still percent-encoded, as
/// sent.
struct SignedRequest {
  std::string method;
  std::string path;
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
  /// The bucket that the Host names (virtual-host style), which version 2 signs as if it began the path; else
  /// empty.
  std::string virtual_host_bucket = {};
};

/// What a request says about its signature, parsed but not yet checked.
struct SignatureFacts {
  enum class Version : std::uint8_t { v4, v2 } version = Version::v4;
  bool presigned = false;
  std::string access_key_id;
  std::string signature;  // v4: hex; v2: base64
  /// What the body was said to be: 64 hex digits (lower case), UNSIGNED-PAYLOAD or STREAMING-...
  /// By header: x-amz-content-sha256, or the empty body's hash where it is missing (generic signers send none
  /// with an empty body): the body must be checked against it. Presigned: UNSIGNED-PAYLOAD unless one was
  /// signed. Version 2: UNSIGNED-PAYLOAD.
  std::string payload_hash;
  // v4 only:
  std::string date;       // "20261122"
  std::string timestamp;  // "20261122T101112Z"
  std::string region;
  std::string service;
  std::vector<std::string> signed_headers;  // lower case, sorted
  std::int64_t expires_seconds = 0;         // presigned; v2: unix seconds
  std::string scope() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

/// nullopt: the request carries no AWS signature (anonymous, or Basic). A query signature beats an
/// Authorization header that is not AWS's. Errors: malformed         the Authorization header (S3:
/// AuthorizationHeaderMalformed).
///         invalid_argument  the query's parameters (AuthorizationQueryParametersError),
///         x-amz-content-sha256, or
///                           both a header and a query signature (InvalidArgument).
///         unauthenticated   no usable x-amz-date or Date (AccessDenied).
Result<std::optional<SignatureFacts>> parse_signature(const SignedRequest& request);

/// Checks signature and time. `secret` is the key's. Gives the signing key (v4; needed for signed chunks).
/// Errors: signature_mismatch  also where a signed header is missing, which the message then names.
///         clock_skew          the header's date is too far off, or a presigned request is not valid yet.
///         expired             a presigned request past its time.
///         access_denied       an x-amz- header was sent, but not signed.
Result<std::string> check_signature(const SignedRequest& request, const SignatureFacts& facts,
                                    std::string_view secret, TimeMs now);
/// The two halves of that for version 4, for callers that keep signing keys: good for one key, date, region,
/// service.
std::string make_signing_key(std::string_view secret, std::string_view date, std::string_view region,
                             std::string_view service);
Result<void> check_signature_v4(const SignedRequest& request, const SignatureFacts& facts,
                                std::string_view signing_key, TimeMs now);

/// The signature of one chunk of STREAMING-AWS4-HMAC-SHA256-PAYLOAD, in hex.
std::string chunk_signature(std::string_view signing_key, const SignatureFacts& facts,
                            std::string_view previous, std::string_view chunk_sha256_hex);
/// And of its trailers (STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER).
std::string trailer_signature(std::string_view signing_key, const SignatureFacts& facts,
                              std::string_view previous, std::string_view trailers_sha256_hex);

/// The query of a presigned URL (V4), starting with "X-Amz-Algorithm=": append it to "<endpoint><path>?".
/// `path` percent-encoded; `query` holds further parameters, encoded, or is empty. `expires_seconds` is
/// brought into 1..kPresignedSecondsMax.
std::string presign_v4(std::string_view method, std::string_view host, std::string_view path,
                       std::string_view query, std::string_view access_key_id, std::string_view secret,
                       std::string_view region, TimeMs now, std::int64_t expires_seconds);
/// The headers to add (Authorization, x-amz-date, x-amz-content-sha256) so that `request` is signed; for
/// clients. `request` carries Host and none of those three. All its headers are signed but those that hops
/// change (connection, expect, te, trailer, transfer-encoding, upgrade, accept-encoding, user-agent).
std::vector<std::pair<std::string, std::string>> sign_v4(const SignedRequest& request,
                                                         std::string_view payload_sha256,
                                                         std::string_view access_key_id,
                                                         std::string_view secret, std::string_view region,
                                                         TimeMs now);

}  // namespace anabranch::auth
