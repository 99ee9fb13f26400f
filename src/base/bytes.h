// base/bytes.h — byte strings, sizes, and the stream of bytes that flows through every layer.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"

namespace anabranch {

inline constexpr std::uint64_t KiB = 1024;
inline constexpr std::uint64_t MiB = 1024 * KiB;
inline constexpr std::uint64_t GiB = 1024 * MiB;
inline constexpr std::uint64_t TiB = 1024 * GiB;

using ByteView = std::span<const std::byte>;
using ByteSpan = std::span<std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The stable name of a blob; only the blob store that holds it knows where its bytes lie.
struct BlobId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const BlobId&) const = default;
  /// 32 hex digits.
  std::string to_string() const;
  /// 16 bytes, big endian, for keys and records.
  std::string encode() const;
  static BlobId decode(std::string_view bytes16);
};

struct BlobIdHash {
  std::size_t operator()(const BlobId& id) const noexcept {
    return id.high ^ (id.low * 0x9E3779B97F4A7C15ULL);
  }
};

/// A stream of bytes that is pulled: nothing is read before it is asked for, so a slow consumer slows the
/// producer. Thread safety: none; one consumer.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// The next bytes, valid until the next call; empty at the end, and ever after.
  /// Errors: incomplete_body, malformed, bad_digest, signature_mismatch, timeout, io: final, the stream is
  /// over.
  virtual Task<Result<ByteView>> next() = 0;
};

/// A ByteSource over a string that it owns.
std::unique_ptr<ByteSource> make_source(std::string bytes);

/// All bytes of `source`. Errors: entity_too_large past `size_max_bytes`, and the source's own.
Task<Result<std::string>> read_all(ByteSource& source, std::uint64_t size_max_bytes);

}  // namespace anabranch

template <>
struct std::hash<anabranch::BlobId> : anabranch::BlobIdHash {};
