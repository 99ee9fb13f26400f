#include "s3/aws_chunked.h"

#include <charconv>
#include <utility>

#include "s3/errors.h"

namespace anabranch::s3 {
namespace {

tl::unexpected<Error> bad_framing(const std::string& why) {
  return s3_fail(ErrorCode::malformed, "InvalidChunkSizeError", "The aws-chunked body is malformed: " + why);
}
tl::unexpected<Error> ended_early() {
  return fail(ErrorCode::incomplete_body, "The aws-chunked body ended before its last chunk.");
}

}  // namespace

AwsChunkedSource::AwsChunkedSource(ByteSource& body, std::optional<ChunkSigning> signing, bool with_trailers)
    : body_(body), signing_(std::move(signing)), with_trailers_(with_trailers) {
  if (signing_) previous_signature_ = signing_->facts.signature;
}
AwsChunkedSource::~AwsChunkedSource() = default;

/// False at the end of the body.
Task<Result<bool>> AwsChunkedSource::fill() {
  if (!unread_.empty()) co_return true;
  auto piece = co_await body_.next();
  if (!piece) co_return fail(std::move(piece).error());
  unread_ = *piece;
  co_return !unread_.empty();
}

/// A line without its CR LF.
Task<Result<std::string>> AwsChunkedSource::read_line(std::size_t size_max) {
  std::string line;
  while (true) {
    auto more = co_await fill();
    if (!more) co_return fail(std::move(more).error());
    if (!*more) co_return ended_early();
    const std::string_view text = as_text(unread_);
    const auto end = text.find('\n');
    line.append(text.substr(0, end));
    unread_ = unread_.subspan(end == std::string_view::npos ? text.size() : end + 1);
    if (line.size() > size_max + 1) co_return bad_framing("a line is too long");
    if (end == std::string_view::npos) continue;
    if (line.empty() || line.back() != '\r') co_return bad_framing("a line does not end in CR LF");
    line.pop_back();
    co_return line;
  }
}

Task<Result<void>> AwsChunkedSource::begin_chunk() {
  if (std::exchange(expect_line_end_, false)) {
    auto skip = read_line(0);
    auto empty = co_await std::move(skip);
    if (!empty) co_return fail(std::move(empty).error());
  }
  auto read = read_line(kChunkHeaderSizeMax);
  auto line = co_await std::move(read);
  if (!line) co_return fail(std::move(line).error());
  const std::string_view text = *line;
  const auto semicolon = std::min(text.find(';'), text.size());
  const std::string_view size = text.substr(0, semicolon);
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), chunk_left_bytes_, 16);
  if (size.empty() || error != std::errc() || end != size.data() + size.size()) {
    co_return bad_framing("chunk size '" + std::string(size) + "' is not hexadecimal");
  }
  chunk_signature_.clear();
  constexpr std::string_view kSignature = "chunk-signature=";
  if (semicolon < text.size()) {
    const std::string_view extension = text.substr(semicolon + 1);
    if (extension.starts_with(kSignature))
      chunk_signature_ = std::string(extension.substr(kSignature.size()));
  }
  if (signing_) {
    if (chunk_signature_.empty()) co_return bad_framing("a chunk has no chunk-signature");
    chunk_hash_ = make_hasher(HashAlgorithm::sha256);
  }
  in_chunk_ = true;
  co_return Result<void>();
}

/// After the chunk's bytes: checks its signature, takes the line end (a last chunk before trailers has none).
Task<Result<void>> AwsChunkedSource::end_chunk() {
  in_chunk_ = false;
  if (signing_) {
    const std::string hash = to_hex(chunk_hash_->finish());
    const std::string expected =
        auth::chunk_signature(signing_->signing_key, signing_->facts, previous_signature_, hash);
    if (!equal_constant_time(expected, chunk_signature_)) {
      co_return fail(ErrorCode::signature_mismatch, "The signature of a chunk does not match.");
    }
    previous_signature_ = chunk_signature_;
  }
  co_return Result<void>();
}

Task<Result<void>> AwsChunkedSource::read_trailers() {
  std::string signed_text;
  std::string signature;
  std::size_t total_bytes = 0;
  while (true) {
    auto more = co_await fill();
    if (!more) co_return fail(std::move(more).error());
    if (!*more) break;  // some clients leave the last empty line out
    auto read = read_line(kTrailersSizeMax);
    auto line = co_await std::move(read);
    if (!line) co_return fail(std::move(line).error());
    if (line->empty()) {
      if (total_bytes == 0 || signing_) {
        // The signature's line may follow an empty one; look on until the body ends.
        continue;
      }
      break;
    }
    total_bytes += line->size();
    if (total_bytes > kTrailersSizeMax) co_return bad_framing("the trailers are too large");
    const auto colon = line->find(':');
    if (colon == std::string::npos) co_return bad_framing("a trailer has no colon");
    std::string name = line->substr(0, colon);
    std::string_view value = std::string_view(*line).substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\n')) value.remove_suffix(1);
    if (http::equal_ignoring_case(name, "x-amz-trailer-signature")) {
      signature = std::string(value);
      continue;
    }
    signed_text += name + ":" + std::string(value) + "\n";
    trailers_.add(std::move(name), std::string(value));
  }
  if (signing_) {
    const std::string hash = to_hex(sha256(signed_text));
    const std::string expected =
        auth::trailer_signature(signing_->signing_key, signing_->facts, previous_signature_, hash);
    if (!equal_constant_time(expected, signature)) {
      co_return fail(ErrorCode::signature_mismatch, "The signature of the trailers does not match.");
    }
  }
  co_return Result<void>();
}

Task<Result<ByteView>> AwsChunkedSource::next() {
  while (!ended_) {
    if (!in_chunk_) {
      auto begun = co_await begin_chunk();
      if (!begun) co_return fail(std::move(begun).error());
      if (chunk_left_bytes_ > 0) continue;
      auto closed = co_await end_chunk();
      if (!closed) co_return fail(std::move(closed).error());
      ended_ = true;
      if (with_trailers_) {
        auto trailers = co_await read_trailers();
        if (!trailers) co_return fail(std::move(trailers).error());
      }
      break;
    }
    auto more = co_await fill();
    if (!more) co_return fail(std::move(more).error());
    if (!*more) co_return ended_early();
    const std::size_t take = std::min<std::uint64_t>(unread_.size(), chunk_left_bytes_);
    const ByteView piece = unread_.first(take);
    unread_ = unread_.subspan(take);
    chunk_left_bytes_ -= take;
    if (chunk_hash_) chunk_hash_->update(piece);
    if (chunk_left_bytes_ == 0) {
      // The line end after the chunk is in the same piece or the next one, and taking it may reuse the
      // piece's memory: it is taken at the following call, as an empty line before the next chunk's size.
      auto closed = co_await end_chunk();
      if (!closed) co_return fail(std::move(closed).error());
      expect_line_end_ = true;
    }
    co_return piece;
  }
  while (true) {  // what follows the last chunk, so that the connection can be used again
    auto more = co_await fill();
    if (!more) co_return fail(std::move(more).error());
    if (!*more) co_return ByteView();
    unread_ = {};
  }
}

}  // namespace anabranch::s3
