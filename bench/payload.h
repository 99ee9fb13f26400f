// bench/payload.h — what is stored: bytes that no compression and no deduplication can make cheaper, and that
// can be made again anywhere.
//
// In:  an object's number and size. Out: its bytes, in pieces, from any offset on; whether bytes read are
// they. One pseudo-random buffer serves all: every 4 KiB of an object begin with a stamp of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace anabranch::bench {

inline constexpr std::uint64_t kStampEveryBytes = 4 * KiB;

/// Names the bytes of one object.
struct Payload {
  std::uint64_t number = 0;  // different for any two objects that may be stored at the same time
  std::uint64_t size_bytes = 0;
};

/// Fills `out` with the bytes from `offset_bytes` on. offset + out.size() <= payload.size_bytes.
void fill(const Payload& payload, std::uint64_t offset_bytes, ByteSpan out);
/// True if `bytes` are what the payload has from `offset_bytes` on.
bool matches(const Payload& payload, std::uint64_t offset_bytes, ByteView bytes);

/// All of it. For small ones.
std::string make_body(const Payload& payload);
/// The same as a stream of pieces of at most `piece_size_bytes`.
std::unique_ptr<ByteSource> make_body_source(const Payload& payload,
                                             std::size_t piece_size_bytes = 256 * KiB);
/// SHA-256 in hex, as x-amz-content-sha256 has it.
std::string sha256_hex(const Payload& payload);

}  // namespace anabranch::bench
