#include "bench/payload.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "base/hash.h"

namespace anabranch::bench {
namespace {

// Wider than the window of any compressor of servers (64 KiB in Snappy and LZ4, 8 MiB in zstd's higher
// levels, which the stamps between still hinder), small enough to stay in the client's cache.
constexpr std::uint64_t kBufferBytes = 1 * MiB;
constexpr std::uint64_t kSeed = 20261122;
constexpr std::uint64_t kSpread =
    0x9E3779B97F4A7C15ULL;  // 2^64 / golden ratio: neighbours get far-apart stamps

using Stamp = std::array<std::uint64_t, 3>;

const std::vector<std::byte>& buffer() {
  static const std::vector<std::byte> kBuffer = [] {
    std::mt19937_64 random(kSeed);
    std::vector<std::byte> bytes(kBufferBytes);
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint64_t)) {
      const std::uint64_t word = random();
      std::memcpy(bytes.data() + i, &word, sizeof(word));
    }
    return bytes;
  }();
  return kBuffer;
}

Stamp stamp_of(const Payload& payload, std::uint64_t block) {
  return {payload.number * kSpread, (payload.size_bytes ^ (block << 40)) * kSpread,
          (payload.number + block) * kSpread};
}

/// Calls `visit(bytes)` for one run after the other of what lies in [offset, offset + size).
template <class Visit>
bool walk(const Payload& payload, std::uint64_t offset, std::uint64_t size, Visit visit) {
  const auto& noise = buffer();
  while (size > 0) {
    const std::uint64_t block = offset / kStampEveryBytes;
    const std::uint64_t at = offset % kStampEveryBytes;
    const Stamp stamp = stamp_of(payload, block);
    const std::uint64_t base = ((block + payload.number) * kStampEveryBytes) % kBufferBytes;
    const bool in_stamp = at < sizeof(stamp);
    const std::uint64_t end = in_stamp ? sizeof(stamp) : kStampEveryBytes;
    const std::uint64_t length = std::min(size, end - at);
    const std::byte* from =
        in_stamp ? reinterpret_cast<const std::byte*>(stamp.data()) + at : noise.data() + base + at;
    if (!visit(ByteView(from, length))) return false;
    offset += length;
    size -= length;
  }
  return true;
}

class BodySource final : public ByteSource {
 public:
  BodySource(const Payload& payload, std::size_t piece_size_bytes)
      : payload_(payload), piece_(std::min<std::uint64_t>(piece_size_bytes, payload.size_bytes)) {}

  Task<Result<ByteView>> next() override {
    const std::uint64_t size = std::min<std::uint64_t>(piece_.size(), payload_.size_bytes - offset_);
    const ByteSpan out(piece_.data(), size);
    fill(payload_, offset_, out);
    offset_ += size;
    co_return ByteView(out);
  }

 private:
  const Payload payload_;
  std::vector<std::byte> piece_;
  std::uint64_t offset_ = 0;
};

}  // namespace

void fill(const Payload& payload, std::uint64_t offset_bytes, ByteSpan out) {
  std::byte* to = out.data();
  walk(payload, offset_bytes, out.size(), [&](ByteView bytes) {
    to = std::copy(bytes.begin(), bytes.end(), to);
    return true;
  });
}

bool matches(const Payload& payload, std::uint64_t offset_bytes, ByteView bytes) {
  if (offset_bytes + bytes.size() > payload.size_bytes) return false;
  const std::byte* seen = bytes.data();
  return walk(payload, offset_bytes, bytes.size(), [&](ByteView wanted) {
    const bool equal = std::memcmp(seen, wanted.data(), wanted.size()) == 0;
    seen += wanted.size();
    return equal;
  });
}

std::string make_body(const Payload& payload) {
  std::string body(payload.size_bytes, '\0');
  fill(payload, 0, {reinterpret_cast<std::byte*>(body.data()), body.size()});
  return body;
}

std::unique_ptr<ByteSource> make_body_source(const Payload& payload, std::size_t piece_size_bytes) {
  return std::make_unique<BodySource>(payload, piece_size_bytes);
}

std::string sha256_hex(const Payload& payload) {
  const auto hasher = make_hasher(HashAlgorithm::sha256);
  std::vector<std::byte> piece(std::min<std::uint64_t>(256 * KiB, payload.size_bytes));
  for (std::uint64_t offset = 0; offset < payload.size_bytes;) {
    const ByteSpan out(piece.data(), std::min<std::uint64_t>(piece.size(), payload.size_bytes - offset));
    fill(payload, offset, out);
    hasher->update(out);
    offset += out.size();
  }
  return to_hex(hasher->finish());
}

}  // namespace anabranch::bench
