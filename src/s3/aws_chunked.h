// s3/aws_chunked.h — decodes bodies in AWS's chunk coding: "<hex
// size>[;chunk-signature=<hex>]\r\n<bytes>\r\n...", ended by a chunk of size 0 and, in the -TRAILER forms,
// trailer lines. It may lie inside HTTP's own chunked coding.
//
// Source: S3 API Reference, "Signature calculations for the Authorization header: Transferring payload in
// multiple chunks", "... including trailing headers".
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "http/message.h"
#include "service/types.h"

namespace anabranch::s3 {

/// Limits of the framing.
inline constexpr std::size_t kChunkHeaderSizeMax = 512;
inline constexpr std::size_t kTrailersSizeMax = 16 * KiB;

/// What is needed to check signed chunks.
struct ChunkSigning {
  std::string signing_key;
  auth::SignatureFacts facts;
};

class AwsChunkedSource final : public ByteSource {
 public:
  /// `body` must outlive the source. Chunks are checked where `signing` is set: bytes of a chunk are given
  /// out before its signature was seen to hold, an error at its end takes all of them back. `with_trailers`:
  /// trailer lines follow.
  AwsChunkedSource(ByteSource& body, std::optional<ChunkSigning> signing, bool with_trailers);
  ~AwsChunkedSource() override;

  /// Errors: malformed (framing, as IncompleteBody's kin), signature_mismatch, incomplete_body, the body's
  /// own.
  Task<Result<ByteView>> next() override;
  /// Complete once next() gave the end.
  const http::Headers& trailers() const { return trailers_; }

 private:
  Task<Result<bool>> fill();
  Task<Result<std::string>> read_line(std::size_t size_max);
  Task<Result<void>> begin_chunk();
  Task<Result<void>> end_chunk();
  Task<Result<void>> read_trailers();

  ByteSource& body_;
  std::optional<ChunkSigning> signing_;
  bool with_trailers_;
  ByteView unread_;  // of the piece that body_ gave last
  std::uint64_t chunk_left_bytes_ = 0;
  bool in_chunk_ = false;
  bool expect_line_end_ = false;
  bool ended_ = false;
  std::string chunk_signature_;
  std::string previous_signature_;
  std::unique_ptr<Hasher> chunk_hash_;
  http::Headers trailers_;
};

}  // namespace anabranch::s3
