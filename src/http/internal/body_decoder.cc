#include "http/internal/body_decoder.h"

#include <algorithm>
#include <string>

namespace anabranch::http::internal {
namespace {
constexpr std::uint64_t kBufferMax = 256 * KiB;  // for sized bodies: few system calls per byte
constexpr std::uint64_t kUnsizedBufferSize = 64 * KiB;
}  // namespace

void BodyDecoder::begin() {
  const MessageHead& head = parser_.head();
  framing_ = head.framing;
  left_ = framing_ == Framing::sized ? head.content_length : 0;
  ended_ = framing_ == Framing::none;
  buffer_.consume(parser_.head_size());
}

Result<ByteView> BodyDecoder::take() {
  if (ended_ || buffer_.empty()) return ByteView{};
  if (framing_ != Framing::chunked) {
    const std::uint64_t size =
        framing_ == Framing::sized ? std::min<std::uint64_t>(left_, buffer_.size()) : buffer_.size();
    const ByteView piece = as_bytes(buffer_.view().substr(0, static_cast<std::size_t>(size)));
    buffer_.consume(piece.size());
    if (framing_ == Framing::sized) left_ -= size;
    ended_ = framing_ == Framing::sized && left_ == 0;
    return piece;
  }
  char* const bytes = buffer_.data();
  const MessageParser::Decoded decoded = parser_.decode_chunked(bytes, buffer_.size());
  if (decoded.state == MessageParser::State::failed) {
    return fail(ErrorCode::malformed, std::string("the chunked body is malformed: ") + parser_.problem().why);
  }
  buffer_.consume(decoded.consumed);
  ended_ = decoded.state == MessageParser::State::complete;
  return as_bytes(std::string_view(bytes, decoded.produced));
}

std::span<char> BodyDecoder::room() {
  const std::uint64_t wanted = framing_ == Framing::sized ? std::min(left_, kBufferMax) : kUnsizedBufferSize;
  buffer_.reserve(static_cast<std::size_t>(std::max<std::uint64_t>(wanted, ReadBuffer::kSizeMin)));
  return buffer_.room();
}

Result<void> BodyDecoder::close() {
  if (!ended_ && framing_ != Framing::until_close) {
    return fail(ErrorCode::incomplete_body, "the connection ended before the body did");
  }
  ended_ = true;
  return {};
}

}  // namespace anabranch::http::internal
