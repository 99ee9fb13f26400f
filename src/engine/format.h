// engine/format.h — the bytes on disk: segment headers, group headers, log operations, index keys and
// records.
//
// The only description besides this file: docs/formats/engine-log.md and engine-index.md. Integers are little
// endian unless they are part of a key (then big endian, so that byte order is number order).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/disk.h"

namespace anabranch::engine {

/// Blobs are checked in chunks of this size, counted from the blob's start.
inline constexpr std::uint64_t kChunkSize = 64 * KiB;
/// Blobs up to this size ride in the group that publishes them; larger ones are streamed to data segments
/// first.
inline constexpr std::uint64_t kSmallBlobSizeMax = 128 * KiB;
inline constexpr std::uint64_t kSegmentHeaderSize = io::kBlockSize;
inline constexpr std::size_t kGroupHeaderSize = 128;
inline constexpr std::uint16_t kFormatVersion = 1;

inline constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// Where bytes lie. `drive` is 0 while there is one.
struct Location {
  std::uint16_t drive = 0;
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// A run of a blob's bytes: where it lies and the checksum of each chunk.
struct Extent {
  std::uint64_t blob_offset = 0;
  Location where;
  std::vector<std::uint32_t> checksums;
};

/// What the index knows of a published blob.
struct BlobRecord {
  std::uint64_t references = 0;
  std::uint64_t size_bytes = 0;
  bool mapped = false;  // its extents are keys of their own; else `where` and `checksums` say it all
  Location where;
  std::vector<std::uint32_t> checksums;
};

/// CRC32C of one chunk, mixed with whose chunk it is: bytes of another blob or another offset never pass.
std::uint32_t chunk_checksum(BlobId id, std::uint64_t blob_offset, ByteView bytes);
/// The checksums of `bytes`, which start at a chunk's boundary.
std::vector<std::uint32_t> chunk_checksums(BlobId id, std::uint64_t blob_offset, ByteView bytes);

enum class SegmentKind : std::uint8_t { log = 1, data = 2 };

struct SegmentHeader {
  SegmentKind kind = SegmentKind::log;
  std::uint16_t drive = 0;
  std::uint32_t segment = 0;
  std::uint64_t store_id = 0;
  std::uint64_t generation = 0;
  std::uint64_t epoch = 0;
  std::uint64_t first_lsn = 0;  // log: of its first group, if one was written

  std::string encode() const;  // kSegmentHeaderSize bytes
  /// nullopt where the bytes are no valid header.
  static std::optional<SegmentHeader> decode(std::string_view bytes);
};

struct GroupHeader {
  std::uint64_t store_id = 0;
  std::uint64_t generation = 0;
  std::uint64_t epoch = 0;
  std::uint64_t first_lsn = 0;
  std::uint64_t last_lsn = 0;
  std::uint64_t durable_lsn = 0;  // everything up to it was durable when this group was written
  std::uint64_t metadata_length = 0;
  std::uint64_t body_length = 0;
  std::uint64_t next_offset = 0;
  std::uint32_t segment = 0;
  std::uint16_t drive = 0;
  std::uint32_t metadata_checksum = 0;

  /// Bytes before the bodies: header and metadata, whole blocks.
  std::uint64_t head_length() const { return round_up(kGroupHeaderSize + metadata_length, io::kBlockSize); }
  std::string encode() const;  // kGroupHeaderSize bytes
  static std::optional<GroupHeader> decode(std::string_view bytes);
};

/// A segment as the index remembers it.
struct SegmentRecord {
  SegmentKind kind = SegmentKind::log;
  bool sealed = false;
  std::uint64_t generation = 0;
  std::uint64_t first_lsn = 0;
  std::uint64_t last_lsn = 0;
  std::uint64_t live_bytes = 0;

  std::string encode() const;
  static std::optional<SegmentRecord> decode(std::string_view bytes);
};

/// Written with every group: how far the index has followed the log, and the totals at that point.
struct StateRecord {
  std::uint64_t store_id = 0;
  std::uint64_t applied_lsn = 0;
  std::uint64_t epoch = 0;
  std::uint64_t next_generation = 1;
  std::uint32_t next_segment = 1;
  std::uint32_t log_segment = 0;  // where the group after applied_lsn is looked for
  std::uint64_t log_generation = 0;
  std::uint64_t log_offset = 0;
  std::uint64_t blob_count = 0;
  std::uint64_t blob_bytes = 0;

  std::string encode() const;
  static std::optional<StateRecord> decode(std::string_view bytes);
};

std::string encode_blob_record(const BlobRecord& record);
std::optional<BlobRecord> decode_blob_record(std::string_view bytes);
std::string encode_extent(const Extent& extent);  // without blob_offset, which is in the key
std::optional<Extent> decode_extent(std::uint64_t blob_offset, std::string_view bytes);

/// Index keys: one letter for the kind, then the rest.
namespace keys {
inline constexpr char kUser = 'u';
std::string user(std::string_view key);
std::string blob(BlobId id);
std::string extent(BlobId id, std::uint64_t blob_offset);
std::string extent_prefix(BlobId id);
std::uint64_t extent_offset(std::string_view key);
/// What lies where, for data segments: value = blob id and length.
std::string placed(std::uint32_t segment, std::uint64_t offset);
std::string placed_prefix(std::uint32_t segment);
std::uint64_t placed_offset(std::string_view key);
std::string pending(BlobId id);
std::string garbage(BlobId id);
std::string segment(std::uint32_t number);
std::uint32_t segment_number(std::string_view key);
std::string state();
}  // namespace keys

/// Appends varints and strings. The reader's half is Decoder.
class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}
  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value);
  void fixed32(std::uint32_t value);
  void fixed64(std::uint64_t value);
  void text(std::string_view value);  // length, then bytes
  void id(BlobId id) { out_ += id.encode(); }
  void location(const Location& where);
  void checksums(const std::vector<std::uint32_t>& checksums);
  void extent(const Extent& extent);

 private:
  std::string& out_;
};

/// Reads what Encoder wrote. After any read past the end ok() is false and values are zero.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}
  std::uint8_t byte();
  std::uint64_t varint();
  std::uint32_t fixed32();
  std::uint64_t fixed64();
  std::string_view text();
  BlobId id();
  Location location();
  std::vector<std::uint32_t> checksums();
  Extent extent();
  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view take(std::size_t count);

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace anabranch::engine
