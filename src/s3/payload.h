// s3/payload.h — the body of a PUT in any of S3's payload forms → plain bytes and the digests they must have.
//
// Forms: signed (hex SHA-256), UNSIGNED-PAYLOAD, aws-chunked signed and unsigned, each with or without
// trailers.
#pragma once

#include <memory>
#include <optional>

#include "s3/aws_chunked.h"
#include "s3/call.h"

namespace anabranch::s3 {

/// Owns the decoders on top of the request's body. The request must outlive it.
class Payload {
 public:
  /// Reads headers only. Errors: invalid_argument (InvalidDigest, InvalidRequest, MissingContentLength),
  /// entity_too_large, signature_mismatch (a streaming form without a V4 signature).
  static Result<std::unique_ptr<Payload>> of(Call& call, std::uint64_t size_bytes_max);

  ByteSource& source() { return chunked_ ? static_cast<ByteSource&>(*chunked_) : *call_.request.body; }
  /// Everything that receive() checks and computes; `stored` tells which algorithms the object keeps.
  service::ReceiveOptions options() const;
  /// The whole body, for XML requests. Errors: bad_digest, and receive()'s.
  Task<Result<std::string>> read_text(std::uint64_t size_bytes_max);

 private:
  explicit Payload(Call& call) : call_(call) {}
  Result<void> read_digests();

  Call& call_;
  std::unique_ptr<AwsChunkedSource> chunked_;
  std::optional<std::uint64_t> size_bytes_;
  std::vector<std::pair<HashAlgorithm, std::string>> expected_;
  std::vector<HashAlgorithm> stored_;
  std::vector<HashAlgorithm> in_trailers_;
};

}  // namespace anabranch::s3
