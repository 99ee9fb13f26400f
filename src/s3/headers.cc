#include "s3/headers.h"

#include <array>
#include <charconv>

#include "base/utf8.h"
#include "http/header_text.h"
#include "s3/user_metadata.h"

namespace anabranch::s3 {
namespace {

struct ChecksumRow {
  HashAlgorithm algorithm;
  std::string_view name;
  std::string_view header;
  std::size_t size_bytes;
};
constexpr std::array<ChecksumRow, 5> kChecksums{{
    {HashAlgorithm::crc32, "CRC32", "x-amz-checksum-crc32", 4},
    {HashAlgorithm::crc32c, "CRC32C", "x-amz-checksum-crc32c", 4},
    {HashAlgorithm::crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme", 8},
    {HashAlgorithm::sha1, "SHA1", "x-amz-checksum-sha1", 20},
    {HashAlgorithm::sha256, "SHA256", "x-amz-checksum-sha256", 32},
}};

const ChecksumRow& row(HashAlgorithm algorithm) {
  for (const auto& candidate : kChecksums) {
    if (candidate.algorithm == algorithm) return candidate;
  }
  return kChecksums[0];  // md5 is never stored as a checksum
}

constexpr std::array<std::string_view, 6> kStoredHeaders{
    "Cache-Control",    "Content-Disposition",
    "Content-Encoding", "Content-Language",
    "Expires",          "x-amz-website-redirect-location"};

/// Content-Encoding without the transfer's own "aws-chunked".
std::string strip_aws_chunked(std::string_view value) {
  std::string kept;
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    std::string_view token = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    while (token.starts_with(' ')) token.remove_prefix(1);
    while (token.ends_with(' ')) token.remove_suffix(1);
    if (token.empty() || http::equal_ignoring_case(token, "aws-chunked")) continue;
    if (!kept.empty()) kept += ", ";
    kept += token;
  }
  return kept;
}

}  // namespace

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && http::equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::optional<HashAlgorithm> parse_checksum_algorithm(std::string_view name) {
  for (const auto& candidate : kChecksums) {
    if (http::equal_ignoring_case(candidate.name, name)) return candidate.algorithm;
  }
  return std::nullopt;
}
std::string_view checksum_name(HashAlgorithm algorithm) { return row(algorithm).name; }
std::string_view checksum_header(HashAlgorithm algorithm) { return row(algorithm).header; }
std::size_t digest_size_bytes(HashAlgorithm algorithm) { return row(algorithm).size_bytes; }

std::string checksum_value(const service::Checksum& checksum, unsigned parts) {
  std::string text = to_base64(checksum.value);
  if (checksum.composite) text += "-" + std::to_string(parts);
  return text;
}

Result<std::string> parse_checksum_value(HashAlgorithm algorithm, std::string_view text) {
  auto digest = from_base64(text);
  if (!digest || digest->size() != digest_size_bytes(algorithm)) {
    return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                   "Value for " + std::string(checksum_header(algorithm)) + " header is invalid.");
  }
  return *std::move(digest);
}

Result<service::ExpectedDigests> checksum_headers(const http::Headers& headers) {
  service::ExpectedDigests found;
  for (const auto& candidate : kChecksums) {
    const std::string* value = headers.find(candidate.header);
    if (value == nullptr) continue;
    ANABRANCH_TRY(auto digest, parse_checksum_value(candidate.algorithm, *value));
    found.push_back({candidate.algorithm, std::move(digest)});
  }
  if (found.size() > 1) {
    return s3_fail(ErrorCode::invalid_argument, "InvalidRequest",
                   "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  return found;
}

Result<StoredHeaders> stored_headers(const http::Headers& headers) {
  StoredHeaders stored;
  ANABRANCH_TRY(stored.user_metadata, read_user_metadata(headers));
  for (const std::string_view name : kStoredHeaders) {
    const std::string* value = headers.find(name);
    if (value == nullptr) continue;
    std::string kept = name == "Content-Encoding" ? strip_aws_chunked(*value) : *value;
    if (!kept.empty()) stored.headers.emplace_back(std::string(name), to_utf8(kept));
  }
  stored.content_type = to_utf8(headers.get("Content-Type"));
  return stored;
}

Result<service::WriteCondition> write_condition(const http::Headers& headers) {
  service::WriteCondition condition;
  if (const auto* value = headers.find("If-Match")) condition.if_match = unquoted(*value);
  if (const auto* value = headers.find("If-None-Match")) condition.if_none_match = unquoted(*value);
  if (condition.if_match && condition.if_none_match) {
    return fail(ErrorCode::not_implemented, "If-Match and If-None-Match cannot be given together.");
  }
  return condition;
}

void add_checksum_headers(http::Headers& out, const service::ObjectInfo& info) {
  for (const auto& checksum : info.checksums) {
    out.add(std::string(checksum_header(checksum.algorithm)), checksum_value(checksum, info.parts));
    out.set("x-amz-checksum-type", checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
  }
}

void add_object_headers(http::Headers& out, const service::ObjectInfo& info, bool with_checksums) {
  out.add("ETag", quoted(http::to_field_value(info.etag)));
  out.add("Last-Modified", http::format_http_date(info.last_modified_ms));
  std::string content_type = http::to_field_value(info.content_type);
  out.add("Content-Type", content_type.empty() ? "binary/octet-stream" : std::move(content_type));
  out.add("Accept-Ranges", "bytes");
  for (const auto& [name, stored] : info.headers) {
    std::string value = http::to_field_value(stored);
    if (!value.empty()) out.add(name, std::move(value));
  }
  add_user_metadata(out, info.user_metadata);
  if (with_checksums) add_checksum_headers(out, info);
}

std::string unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.starts_with('"')) etag.remove_prefix(1);
  if (etag.ends_with('"')) etag.remove_suffix(1);
  return std::string(etag);
}

std::string quoted(std::string_view etag) { return "\"" + std::string(etag) + "\""; }

Result<bool> is_url_encoded(const Call& call) {
  const std::string_view encoding = call.parameter("encoding-type");
  if (encoding.empty() || encoding == "url") return !encoding.empty();
  return fail(ErrorCode::invalid_argument, "Invalid Encoding Method specified in Request");
}

Result<unsigned> number_parameter(const Call& call, std::string_view name, unsigned fallback,
                                  unsigned value_max) {
  const std::string_view text = call.parameter(name);
  if (text.empty()) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 ||
      value > std::numeric_limits<std::int32_t>::max()) {
    return fail(ErrorCode::invalid_argument, "Argument " + std::string(name) +
                                                 " must be an integer between 0 and " +
                                                 std::to_string(std::numeric_limits<std::int32_t>::max()));
  }
  return static_cast<unsigned>(std::min<std::int64_t>(value, value_max));
}

}  // namespace anabranch::s3
