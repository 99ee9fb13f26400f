// tests/support/pieces.h — a ByteSource that gives its bytes in pieces of chosen sizes, as a network may.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "base/bytes.h"

namespace anabranch::testing_support {

/// Gives pieces of `next_size()` bytes (at least one), each in memory that the following call overwrites.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string bytes, std::function<std::size_t()> next_size)
      : bytes_(std::move(bytes)), next_size_(std::move(next_size)) {}

  Task<Result<ByteView>> next() override {
    const std::size_t size = std::min(std::max<std::size_t>(1, next_size_()), bytes_.size() - at_);
    piece_.assign(bytes_, at_, size);
    at_ += size;
    co_return as_bytes(piece_);
  }
  /// How much was taken.
  std::size_t taken_bytes() const { return at_; }

 private:
  std::string bytes_;
  std::function<std::size_t()> next_size_;
  std::string piece_;
  std::size_t at_ = 0;
};

}  // namespace anabranch::testing_support
