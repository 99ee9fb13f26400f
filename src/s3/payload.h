// s3/payload.h — a request's body in any of S3's payload forms → plain bytes that were held against every
// digest the client gave: the signed hash, Content-MD5, x-amz-checksum-* in headers and trailers.
//
// Forms: signed (hex SHA-256), UNSIGNED-PAYLOAD, aws-chunked signed and unsigned, each with or without
// trailers. The payload takes the body out of its request, so that no operation can read it unchecked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/message.h"
#include "s3/aws_chunked.h"
#include "service/identity_service.h"
#include "service/object_service.h"

namespace anabranch::s3 {

/// Whom x-amz-checksum-* headers tell of.
enum class ChecksumsOf : std::uint8_t { body, object };

/// Thread safety: none; one reader.
class Payload {
 public:
  /// Reads headers only; the body itself where source() or read_text() is asked for. A request without any
  /// body has an empty one. Errors: invalid_argument (InvalidDigest, InvalidRequest, MissingContentLength),
  /// not_implemented (another form), signature_mismatch (a streaming form without a V4 signature).
  static Result<std::unique_ptr<Payload>> of(http::Request& request,
                                             const service::Authenticated& authenticated,
                                             ChecksumsOf checksums);

  /// With options(): for use cases that check while they receive.
  ByteSource& source() { return chunked_ ? static_cast<ByteSource&>(*chunked_) : *body_; }
  /// Everything that receive() checks and computes. Errors: entity_too_large, invalid_argument
  /// (MissingContentLength).
  Result<service::ReceiveOptions> options(std::uint64_t size_bytes_max) const;
  /// The whole body. Errors: bad_digest (BadDigest, XAmzContentSHA256Mismatch), entity_too_large, the body's.
  Task<Result<std::string>> read_text(std::uint64_t size_bytes_max);

 private:
  Payload() = default;
  Result<void> read_form(const http::Request& request, const service::Authenticated& authenticated);
  Result<void> read_md5(const http::Headers& headers);
  Result<void> read_checksums(const http::Headers& headers);
  Result<void> read_trailer_names(std::string_view names);
  const http::Headers* trailers() const;

  std::unique_ptr<ByteSource> body_;
  std::shared_ptr<http::Headers> http_trailers_;
  std::unique_ptr<AwsChunkedSource> chunked_;
  bool sized_ = false;                       // a length or a chunked coding was announced
  std::optional<std::uint64_t> size_bytes_;  // of the plain bytes
  std::optional<std::string> signed_sha256_;
  service::ExpectedDigests expected_;
  std::vector<HashAlgorithm> stored_;
  std::vector<HashAlgorithm> in_trailers_;
};

}  // namespace anabranch::s3
