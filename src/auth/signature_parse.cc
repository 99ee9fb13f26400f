// What a request says about its signature: see parse_signature in auth/signature.h.
#include <algorithm>
#include <array>
#include <charconv>

#include "auth/canonical.h"
#include "auth/signature_v4.h"
#include "auth/timestamp.h"

namespace anabranch::auth {
namespace {

constexpr std::string_view kSchemeV4 = "AWS4-";
constexpr std::string_view kSchemeV2 = "AWS ";
constexpr std::size_t kSha256HexSize = 64;

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!is_digits(text) || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "AKIA.../20130524/us-east-1/s3/aws4_request", read from its end: an access key id may hold a slash.
Result<void> parse_credential(std::string_view text, ErrorCode code, SignatureFacts& facts) {
  std::array<std::string_view, 4> parts;  // date, region, service, terminator
  std::string_view rest = text;
  for (std::size_t i = parts.size(); i-- > 0;) {
    const std::size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) {
      return fail(code, "the credential '" + std::string(text) +
                            "' must look like <access key id>/<date>/<region>/s3/aws4_request");
    }
    parts[i] = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (rest.empty()) return fail(code, "the credential has no access key id");
  if (parts[0].size() != 8 || !is_digits(parts[0])) {
    return fail(code, "the credential's date '" + std::string(parts[0]) + "' is not of the form 20130524");
  }
  if (parts[1].empty()) return fail(code, "the credential has no region");
  if (parts[2] != "s3") {
    return fail(code, "the credential is for service '" + std::string(parts[2]) + "', this one is 's3'");
  }
  if (parts[3] != "aws4_request") {
    return fail(code, "the credential ends in '" + std::string(parts[3]) + "' instead of 'aws4_request'");
  }
  facts.access_key_id = rest;
  facts.date = parts[0];
  facts.region = parts[1];
  facts.service = parts[2];
  return {};
}

Result<void> parse_signed_headers(std::string_view text, ErrorCode code, SignatureFacts& facts) {
  facts.signed_headers.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), ';')) + 1);
  while (true) {
    const std::size_t end = text.find(';');
    const std::string_view name = trimmed(text.substr(0, end));
    if (name.empty()) return fail(code, "SignedHeaders has an empty name in it");
    facts.signed_headers.push_back(to_lower(name));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  auto& names = facts.signed_headers;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (!std::binary_search(names.begin(), names.end(), "host")) {
    return fail(code, "SignedHeaders must include 'host'");
  }
  return {};
}

/// Errors: invalid_argument.
Result<std::string> parse_payload_hash(std::string_view text) {
  const bool hex =
      text.size() == kSha256HexSize && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  const bool streaming =
      text.starts_with("STREAMING-") &&
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == std::string_view::npos;
  if (hex || streaming || text == kUnsignedPayload) return std::string(text);
  return fail(
      ErrorCode::invalid_argument,
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- form or a SHA-256 in lower-case hex");
}

Result<void> check_scope_date(const SignatureFacts& facts, ErrorCode code) {
  if (facts.timestamp.starts_with(facts.date)) return {};
  return fail(code, "the credential's date '" + facts.date + "' is not that of the request, '" +
                        facts.timestamp + "'");
}

/// The parts of an Authorization header: "Credential=a, SignedHeaders=b,Signature=c", in any order.
struct HeaderParts {
  std::string_view credential, signed_headers, signature;
};
Result<HeaderParts> split_header(std::string_view text) {
  HeaderParts parts;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view piece = trimmed(text.substr(0, comma));
    const std::size_t equals = piece.find('=');
    const std::string_view name = trimmed(piece.substr(0, equals));
    std::string_view* const part = name == "Credential"      ? &parts.credential
                                   : name == "SignedHeaders" ? &parts.signed_headers
                                   : name == "Signature"     ? &parts.signature
                                                             : nullptr;
    if (part == nullptr || equals == std::string_view::npos || !part->empty()) {
      return fail(ErrorCode::malformed, "the Authorization header has an unknown, repeated or broken part '" +
                                            std::string(piece.substr(0, equals)) + "'");
    }
    *part = trimmed(piece.substr(equals + 1));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  const auto missing = [](std::string_view name) {
    return fail(ErrorCode::malformed, "the Authorization header has no " + std::string(name));
  };
  if (parts.credential.empty()) return missing("Credential");
  if (parts.signed_headers.empty()) return missing("SignedHeaders");
  if (parts.signature.empty()) return missing("Signature");
  return parts;
}

Result<SignatureFacts> parse_header_v4(const SignedRequest& request, std::string_view authorization) {
  const std::size_t blank = std::min(authorization.find_first_of(" \t"), authorization.size());
  const std::string_view algorithm = authorization.substr(0, blank);
  if (algorithm != kAlgorithmV4) {
    return fail(ErrorCode::malformed, "the Authorization header's algorithm '" + std::string(algorithm) +
                                          "' is not supported; it must be AWS4-HMAC-SHA256");
  }
  ANABRANCH_TRY(const HeaderParts parts, split_header(authorization.substr(blank)));
  SignatureFacts facts;
  ANABRANCH_CHECK(parse_credential(parts.credential, ErrorCode::malformed, facts));
  ANABRANCH_CHECK(parse_signed_headers(parts.signed_headers, ErrorCode::malformed, facts));
  facts.signature = parts.signature;

  const std::string* date = find_header(request, "x-amz-date");
  if (date == nullptr) date = find_header(request, "date");
  const auto time = date == nullptr ? std::nullopt : parse_header_date(trimmed(*date));
  if (!time) {
    return fail(ErrorCode::unauthenticated, "AWS authentication requires a valid Date or x-amz-date header");
  }
  facts.timestamp = to_basic_timestamp(*time);
  ANABRANCH_CHECK(check_scope_date(facts, ErrorCode::malformed));

  if (const std::string* hash = find_header(request, "x-amz-content-sha256")) {
    ANABRANCH_TRY(facts.payload_hash, parse_payload_hash(trimmed(*hash)));
  } else {
    facts.payload_hash = kEmptySha256;
  }
  return facts;
}

/// "AWS AKIA...:base64"
Result<SignatureFacts> parse_header_v2(std::string_view authorization) {
  const std::string_view rest = trimmed(authorization.substr(kSchemeV2.size()));
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == rest.size()) {
    return fail(ErrorCode::malformed,
                "the Authorization header must look like 'AWS <access key id>:<signature>'");
  }
  SignatureFacts facts;
  facts.version = SignatureFacts::Version::v2;
  facts.payload_hash = kUnsignedPayload;  // version 2 signs at most Content-MD5
  facts.access_key_id = rest.substr(0, colon);
  facts.signature = rest.substr(colon + 1);
  return facts;
}

/// The value of a parameter that must be there once and not empty.
Result<std::string> single(const std::vector<QueryParameter>& query, std::string_view name) {
  const QueryParameter* found = nullptr;
  for (const auto& parameter : query) {
    if (parameter.name != name) continue;
    if (found != nullptr) {
      return fail(ErrorCode::invalid_argument, "the query has more than one " + std::string(name));
    }
    found = &parameter;
  }
  if (found == nullptr || found->value.empty()) {
    return fail(ErrorCode::invalid_argument,
                "query authentication requires the parameter " + std::string(name));
  }
  return found->value;
}

bool has(const std::vector<QueryParameter>& query, std::string_view name) {
  return std::any_of(query.begin(), query.end(),
                     [&](const auto& parameter) { return parameter.name == name; });
}

Result<std::string> presigned_payload_hash(const SignedRequest& request,
                                           const std::vector<QueryParameter>& query,
                                           const SignatureFacts& facts) {
  constexpr std::string_view kName = "x-amz-content-sha256";
  if (has(query, "X-Amz-Content-Sha256")) {
    ANABRANCH_TRY(const std::string value, single(query, "X-Amz-Content-Sha256"));
    return parse_payload_hash(value);
  }
  const std::string* header = find_header(request, kName);
  if (header != nullptr &&
      std::binary_search(facts.signed_headers.begin(), facts.signed_headers.end(), kName)) {
    return parse_payload_hash(trimmed(*header));
  }
  return std::string(kUnsignedPayload);
}

Result<SignatureFacts> parse_query_v4(const SignedRequest& request,
                                      const std::vector<QueryParameter>& query) {
  constexpr auto kCode = ErrorCode::invalid_argument;
  ANABRANCH_TRY(const std::string algorithm, single(query, "X-Amz-Algorithm"));
  if (algorithm != kAlgorithmV4) {
    return fail(kCode, "X-Amz-Algorithm '" + algorithm + "' is not supported; it must be AWS4-HMAC-SHA256");
  }
  ANABRANCH_TRY(const std::string credential, single(query, "X-Amz-Credential"));
  ANABRANCH_TRY(const std::string signed_headers, single(query, "X-Amz-SignedHeaders"));
  ANABRANCH_TRY(const std::string expires, single(query, "X-Amz-Expires"));
  SignatureFacts facts;
  facts.presigned = true;
  ANABRANCH_TRY(facts.signature, single(query, "X-Amz-Signature"));
  ANABRANCH_TRY(facts.timestamp, single(query, "X-Amz-Date"));
  ANABRANCH_CHECK(parse_credential(credential, kCode, facts));
  ANABRANCH_CHECK(parse_signed_headers(signed_headers, kCode, facts));
  if (!parse_basic_timestamp(facts.timestamp)) {
    return fail(kCode, "X-Amz-Date '" + facts.timestamp + "' is not of the form 20130524T000000Z");
  }
  ANABRANCH_CHECK(check_scope_date(facts, kCode));
  const auto seconds = to_integer(expires);
  if (!seconds || *seconds < 1 || *seconds > kPresignedSecondsMax) {
    return fail(kCode, "X-Amz-Expires '" + expires + "' must be a number of seconds from 1 to " +
                           std::to_string(kPresignedSecondsMax));
  }
  facts.expires_seconds = *seconds;
  ANABRANCH_TRY(facts.payload_hash, presigned_payload_hash(request, query, facts));
  return facts;
}

Result<SignatureFacts> parse_query_v2(const std::vector<QueryParameter>& query) {
  SignatureFacts facts;
  facts.version = SignatureFacts::Version::v2;
  facts.presigned = true;
  facts.payload_hash = kUnsignedPayload;
  ANABRANCH_TRY(facts.access_key_id, single(query, "AWSAccessKeyId"));
  ANABRANCH_TRY(facts.signature, single(query, "Signature"));
  ANABRANCH_TRY(const std::string expires, single(query, "Expires"));
  const auto seconds = to_integer(expires);
  if (!seconds)
    return fail(ErrorCode::invalid_argument, "Expires '" + expires + "' is not a number of seconds");
  facts.expires_seconds = *seconds;
  return facts;
}

/// The AWS Authorization header, or empty. Errors: malformed where there are several.
Result<std::string_view> aws_authorization(const SignedRequest& request) {
  std::string_view found;
  for (const auto& [name, value] : request.headers) {
    if (!equal_ignoring_case(name, "authorization")) continue;
    const std::string_view text = trimmed(value);
    if (!text.starts_with(kSchemeV4) && !text.starts_with(kSchemeV2)) continue;
    if (!found.empty()) return fail(ErrorCode::malformed, "there is more than one AWS Authorization header");
    found = text;
  }
  return found;
}

}  // namespace

Result<std::optional<SignatureFacts>> parse_signature(const SignedRequest& request) {
  const auto some = [](Result<SignatureFacts> facts) -> Result<std::optional<SignatureFacts>> {
    if (!facts) return fail(std::move(facts).error());
    return std::optional(*std::move(facts));
  };
  ANABRANCH_TRY(const std::string_view authorization, aws_authorization(request));
  const auto query = split_query(request.query);
  const bool query_v4 =
      has(query, "X-Amz-Signature") || has(query, "X-Amz-Algorithm") || has(query, "X-Amz-Credential");
  const bool query_v2 = has(query, "AWSAccessKeyId") || (has(query, "Signature") && has(query, "Expires"));
  if (static_cast<int>(query_v4) + static_cast<int>(query_v2) + static_cast<int>(!authorization.empty()) >
      1) {
    return fail(
        ErrorCode::invalid_argument,
        "only one of the X-Amz-Algorithm parameter, the Signature parameter and the Authorization header "
        "may be given");
  }
  if (query_v4) return some(parse_query_v4(request, query));
  if (query_v2) return some(parse_query_v2(query));
  if (authorization.empty()) return std::optional<SignatureFacts>();
  if (authorization.starts_with(kSchemeV4)) return some(parse_header_v4(request, authorization));
  return some(parse_header_v2(authorization));
}

}  // namespace anabranch::auth
