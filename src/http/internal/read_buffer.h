// http/internal/read_buffer.h — bytes read from a socket and not yet used; grows for large heads and bodies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace anabranch::http::internal {

/// Memory is not cleared, so that what is never touched costs nothing. Thread safety: none.
class ReadBuffer {
 public:
  static constexpr std::size_t kSizeMin = 16 * KiB;
  static constexpr std::size_t kSizeKept = 64 * KiB;  // by an idle connection

  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  char* data() { return bytes_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  /// Room behind the bytes, at least one byte; moves or grows them where there is none. Views become invalid.
  std::span<char> room() {
    if (empty()) begin_ = end_ = 0;
    if (end_ == capacity_) {
      if (begin_ > 0) {
        move_to(bytes_.get());
      } else {
        reserve(std::max(kSizeMin, 2 * capacity_));
      }
    }
    return {bytes_.get() + end_, capacity_ - end_};
  }
  /// `size` bytes were written into room().
  void commit(std::size_t size) { end_ += size; }
  /// `size` bytes from the front were used. Views stay valid until the next room().
  void consume(std::size_t size) { begin_ += size; }

  /// Grows to `capacity` in all. Views become invalid.
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) reallocate(capacity);
  }
  /// Gives back what a large body needed.
  void shrink() {
    if (capacity_ > kSizeKept && size() <= kSizeMin) reallocate(kSizeMin);
  }

 private:
  void reallocate(std::size_t capacity) {
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    move_to(bytes.get());
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }
  void move_to(char* front) {
    if (!empty()) std::memmove(front, bytes_.get() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace anabranch::http::internal
