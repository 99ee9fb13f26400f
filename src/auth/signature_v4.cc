#include "auth/signature_v4.h"

#include <algorithm>

#include "auth/canonical.h"
#include "auth/signature_v2.h"
#include "auth/timestamp.h"
#include "base/hash.h"

namespace anabranch::auth {
namespace {

constexpr TimeMs kMsPerSecond = 1000;

/// Appends "name:value,value\n". False: the request has no such header.
bool append_canonical_header(std::string& out, const SignedRequest& request, std::string_view name) {
  bool found = false;
  for (const auto& [header, value] : request.headers) {
    if (!equal_ignoring_case(header, name)) continue;
    if (std::exchange(found, true)) {
      out.push_back(',');
    } else {
      out.append(name).append(":");
    }
    append_collapsed(out, value);
  }
  if (found) out.push_back('\n');
  return found;
}

/// The Date that was signed is in `facts.timestamp`, in both forms of signature.
Result<void> check_time(const SignatureFacts& facts, TimeMs now) {
  const auto time = parse_basic_timestamp(facts.timestamp);
  if (!time)
    return fail(ErrorCode::unauthenticated, "'" + facts.timestamp + "' is not a date like 20130524T000000Z");
  const auto told = [&](std::string_view what) {
    return std::string(what) + ": signed at " + facts.timestamp + ", the server's time is " +
           to_basic_timestamp(now);
  };
  if (*time > now + kClockSkewMaxMs) {
    return fail(ErrorCode::clock_skew, told("the request is not valid yet"));
  }
  if (facts.presigned) {
    if (now <= *time + facts.expires_seconds * kMsPerSecond) return {};
    return fail(ErrorCode::expired,
                told("request has expired after " + std::to_string(facts.expires_seconds) + " seconds"));
  }
  if (*time < now - kClockSkewMaxMs) {
    return fail(ErrorCode::clock_skew, told("the request's time is too far from the server's"));
  }
  return {};
}

/// S3 refuses x-amz- headers that nobody signed: whoever sees a presigned URL could add them. Two are bound
/// to the signature in other ways (the payload's hash and the timestamp are in it).
Result<void> check_unsigned_headers(const SignedRequest& request, const SignatureFacts& facts) {
  for (const auto& header : request.headers) {
    const std::string& name = header.first;
    if (!starts_with_ignoring_case(name, "x-amz-")) continue;
    const std::string lower = to_lower(name);
    if (lower == "x-amz-content-sha256" || lower == "x-amz-date") continue;
    if (!std::binary_search(facts.signed_headers.begin(), facts.signed_headers.end(), lower)) {
      return fail(ErrorCode::access_denied,
                  "header '" + lower + "' is present in the request but was not signed");
    }
  }
  return {};
}

Result<void> check_headers_present(const SignedRequest& request, const SignatureFacts& facts) {
  for (const std::string& name : facts.signed_headers) {
    if (find_header(request, name) == nullptr) {
      return fail(ErrorCode::signature_mismatch,
                  "header '" + name + "' was signed but is not in the request");
    }
  }
  return {};
}

std::string chunk_string(std::string_view algorithm, const SignatureFacts& facts, std::string_view previous) {
  std::string out(algorithm);
  out.append("\n").append(facts.timestamp).append("\n").append(facts.scope()).append("\n").append(previous);
  return out;
}

}  // namespace

std::string canonical_request(const SignedRequest& request, const SignatureFacts& facts, PathForm form) {
  constexpr std::size_t kTypicalSizeBytes = 1024;
  std::string out;
  out.reserve(kTypicalSizeBytes);
  out.append(request.method).append("\n");
  const std::string_view path = request.path.empty() ? std::string_view("/") : std::string_view(request.path);
  if (form == PathForm::as_sent) {
    out.append(path);
  } else {
    append_path_reencoded(out, path);
  }
  out.push_back('\n');
  append_canonical_query(out, request.query, facts.presigned ? "X-Amz-Signature" : std::string_view());
  out.push_back('\n');
  for (const std::string& name : facts.signed_headers) append_canonical_header(out, request, name);
  out.push_back('\n');
  for (std::size_t i = 0; i < facts.signed_headers.size(); ++i) {
    if (i > 0) out.push_back(';');
    out.append(facts.signed_headers[i]);
  }
  out.append("\n").append(facts.payload_hash);
  return out;
}

std::string signature_v4(std::string_view canonical, const SignatureFacts& facts,
                         std::string_view signing_key) {
  std::string to_sign = chunk_string(kAlgorithmV4, facts, to_hex(sha256(canonical)));
  return to_hex(hmac_sha256(signing_key, to_sign));
}

std::string make_signing_key(std::string_view secret, std::string_view date, std::string_view region,
                             std::string_view service) {
  std::string key = hmac_sha256("AWS4" + std::string(secret), date);
  key = hmac_sha256(key, region);
  key = hmac_sha256(key, service);
  return hmac_sha256(key, "aws4_request");
}

Result<void> check_signature_v4(const SignedRequest& request, const SignatureFacts& facts,
                                std::string_view signing_key, TimeMs now) {
  ANABRANCH_CHECK(check_time(facts, now));
  ANABRANCH_CHECK(check_headers_present(request, facts));
  ANABRANCH_CHECK(check_unsigned_headers(request, facts));
  const auto matches = [&](const std::string& canonical) {
    return equal_constant_time(signature_v4(canonical, facts, signing_key), facts.signature);
  };
  const std::string strict = canonical_request(request, facts, PathForm::strict);
  if (matches(strict)) return {};
  // Some signers take the path as they send it ("/a+b", "/a=b"). It means the same object, so both are good.
  const std::string as_sent = canonical_request(request, facts, PathForm::as_sent);
  if (as_sent != strict && matches(as_sent)) return {};
  return fail(ErrorCode::signature_mismatch, "the signature of access key '" + facts.access_key_id +
                                                 "' does not match the request: check the secret key and the "
                                                 "signing method");
}

Result<std::string> check_signature(const SignedRequest& request, const SignatureFacts& facts,
                                    std::string_view secret, TimeMs now) {
  if (facts.version == SignatureFacts::Version::v2) {
    ANABRANCH_CHECK(check_signature_v2(request, facts, secret, now));
    return std::string();
  }
  std::string key = make_signing_key(secret, facts.date, facts.region, facts.service);
  ANABRANCH_CHECK(check_signature_v4(request, facts, key, now));
  return key;
}

std::string chunk_signature(std::string_view signing_key, const SignatureFacts& facts,
                            std::string_view previous, std::string_view chunk_sha256_hex) {
  std::string to_sign = chunk_string("AWS4-HMAC-SHA256-PAYLOAD", facts, previous);
  to_sign.append("\n").append(kEmptySha256).append("\n").append(chunk_sha256_hex);
  return to_hex(hmac_sha256(signing_key, to_sign));
}

std::string trailer_signature(std::string_view signing_key, const SignatureFacts& facts,
                              std::string_view previous, std::string_view trailers_sha256_hex) {
  std::string to_sign = chunk_string("AWS4-HMAC-SHA256-TRAILER", facts, previous);
  to_sign.append("\n").append(trailers_sha256_hex);
  return to_hex(hmac_sha256(signing_key, to_sign));
}

}  // namespace anabranch::auth
