#include "s3/presigned_headers.h"

#include <algorithm>

#include "s3/headers.h"
#include "s3/operations.h"

namespace anabranch::s3 {
namespace {

using Version = auth::SignatureFacts::Version;

/// Beside all of x-amz-*. Version 4 signs the whole query, version 2 only the last two of it.
constexpr std::string_view kHeaders =
    "cache-control content-disposition content-encoding content-language expires if-match if-modified-since "
    "if-none-match if-unmodified-since range content-md5 content-type";
constexpr std::string_view kHeadersV2 = "content-md5 content-type";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return result;
}

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110, section 5.6.2
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
  });
}
bool is_header_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

/// The algorithm of an x-amz-checksum-* header whose value is the checksum of no bytes.
std::optional<HashAlgorithm> checksum_of_nothing(std::string_view header, std::string_view value) {
  constexpr std::string_view kPrefix = "x-amz-checksum-";
  if (!header.starts_with(kPrefix)) return std::nullopt;
  const auto algorithm = parse_checksum_algorithm(header.substr(kPrefix.size()));
  if (algorithm && from_base64(value) == digest(*algorithm, "")) return algorithm;
  return std::nullopt;
}

/// Errors: invalid_argument where the header is there and says something else, and the client signed that
/// too. One that was not signed (a browser's own Content-Type) gives way to the URL's.
Result<void> add_header(http::Headers& headers, const auth::SignatureFacts& facts, const std::string& name,
                        const std::string& value) {
  const std::string* const there = headers.find(name);
  if (there == nullptr) {
    headers.add(name, value);
    return {};
  }
  if (*there == value) return {};
  const bool was_signed =
      facts.version == Version::v2 ||
      std::find(facts.signed_headers.begin(), facts.signed_headers.end(), name) != facts.signed_headers.end();
  if (was_signed) {
    return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                   "The header " + name + " and the parameter of that name differ.");
  }
  headers.set(name, value);
  return {};
}

Result<void> take(http::Headers& headers, const auth::SignatureFacts& facts, const std::string& name,
                  const std::string& value) {
  if (!is_token(name) || !is_header_value(value)) {
    return fail(ErrorCode::invalid_argument, "The parameter " + name + " holds what no header can carry.");
  }
  if (const auto algorithm = checksum_of_nothing(name, value)) {
    constexpr const char* kAlgorithm = "x-amz-sdk-checksum-algorithm";
    if (!headers.contains(kAlgorithm)) headers.add(kAlgorithm, std::string(checksum_name(*algorithm)));
    return {};
  }
  return add_header(headers, facts, name, value);
}

}  // namespace

Result<void> take_presigned_headers(Call& call, const auth::SignatureFacts& facts) {
  http::QueryParameters left;
  for (auto& [parameter, value] : call.query) {
    const std::string name = lower(parameter);
    const bool amz = name.starts_with("x-amz-") && !describes_request(parameter);
    const bool is_v4 = facts.version == Version::v4;
    const bool header = facts.presigned && has_word(is_v4 ? kHeaders : kHeadersV2, name);
    if (!amz && !header) {
      left.emplace_back(std::move(parameter), std::move(value));
      continue;
    }
    if (!facts.presigned) {
      return fail(ErrorCode::not_implemented,
                  "A parameter you provided implies functionality that is not implemented: ?" + parameter);
    }
    if (!is_v4 && parameter != name) {
      return fail(ErrorCode::access_denied, "The parameter " + parameter + " was not signed.");
    }
    ANABRANCH_CHECK(take(call.request.headers, facts, name, value));
  }
  call.query = std::move(left);
  return {};
}

}  // namespace anabranch::s3
