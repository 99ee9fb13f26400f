// s3/headers.h — S3's request headers as typed values and an object's info as answer headers. Private to s3.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "s3/call.h"

namespace anabranch::s3 {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

/// "CRC64NVME" ↔ HashAlgorithm; also lower case. nullopt for what S3 does not name.
std::optional<HashAlgorithm> parse_checksum_algorithm(std::string_view name);
std::string_view checksum_name(HashAlgorithm algorithm);    // "CRC64NVME"
std::string_view checksum_header(HashAlgorithm algorithm);  // "x-amz-checksum-crc64nvme"
std::size_t digest_size_bytes(HashAlgorithm algorithm);
/// Base64, with "-<parts>" where composite.
std::string checksum_value(const service::Checksum& checksum, unsigned parts);
/// Base64 of the right length. Errors: invalid_argument as InvalidRequest.
Result<std::string> parse_checksum_value(HashAlgorithm algorithm, std::string_view text);

/// The x-amz-checksum-* headers of a request, raw digests.
Result<service::ExpectedDigests> checksum_headers(const http::Headers& headers);

/// What a PUT, a copy with REPLACE or a new upload stores beside the bytes.
struct StoredHeaders {
  std::string content_type;
  service::StringPairs headers;
  service::StringPairs user_metadata;
};
/// Errors: invalid_argument (MetadataTooLarge).
Result<StoredHeaders> stored_headers(const http::Headers& headers);

/// If-Match, If-None-Match of a write. Errors: not_implemented where both are given.
Result<service::WriteCondition> write_condition(const http::Headers& headers);

/// ETag, Last-Modified, Content-Type, stored headers, user metadata, parts, and checksums where asked for.
void add_object_headers(http::Headers& out, const service::ObjectInfo& info, bool with_checksums);
void add_checksum_headers(http::Headers& out, const service::ObjectInfo& info);

/// Strips the quotes that S3 puts around ETags.
std::string unquoted(std::string_view etag);
std::string quoted(std::string_view etag);

/// Does encoding-type ask for keys in percent encoding? Errors: invalid_argument.
Result<bool> is_url_encoded(const Call& call);
/// A number in a query. Errors: invalid_argument, naming the parameter.
Result<unsigned> number_parameter(const Call& call, std::string_view name, unsigned fallback,
                                  unsigned value_max);

}  // namespace anabranch::s3
