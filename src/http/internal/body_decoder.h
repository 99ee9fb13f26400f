// http/internal/body_decoder.h — the body of one message out of a ReadBuffer: sized, chunked, or until the
// close.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "http/internal/message_parser.h"
#include "http/internal/read_buffer.h"

namespace anabranch::http::internal {

/// Thread safety: none. `parser` and `buffer` outlive it.
class BodyDecoder {
 public:
  BodyDecoder(MessageParser& parser, ReadBuffer& buffer) : parser_(parser), buffer_(buffer) {}

  /// Begins with the body behind the head that `parser` has just read; takes the head off the buffer.
  void begin();
  bool ended() const { return ended_; }
  /// What the buffer holds of the body, valid until its next room(); may be empty before the end too.
  /// Errors: malformed.
  Result<ByteView> take();
  /// Makes room for more of the body, in steps as large as it may need.
  std::span<char> room();
  /// The peer has closed. Errors: incomplete_body, unless that is how this body ends.
  Result<void> close();
  /// Bytes of a sized body that were not taken yet.
  std::uint64_t left() const { return left_; }
  Framing framing() const { return framing_; }

 private:
  MessageParser& parser_;
  ReadBuffer& buffer_;
  Framing framing_ = Framing::none;
  std::uint64_t left_ = 0;
  bool ended_ = true;
};

}  // namespace anabranch::http::internal
