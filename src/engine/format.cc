#include "engine/format.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace anabranch::engine {
namespace {

constexpr std::uint64_t kSegmentMagic = 0x31474553424E41ULL;  // "ANBSEG1"
constexpr std::uint32_t kGroupMagic = 0x47424E41;             // "ANBG"
constexpr std::size_t kSegmentHeaderUsed = 64;
constexpr std::size_t kGroupChecksumOffset = 96;
constexpr std::size_t kSegmentChecksumOffset = 56;
constexpr std::uint8_t kMappedFlag = 1;

std::string big_endian64(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (56 - 8 * i));
  return bytes;
}
std::string big_endian32(std::uint32_t value) { return big_endian64(value).substr(4); }
std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

/// The checksum of a header, its own field taken as zero.
std::uint32_t header_checksum(std::string_view header, std::size_t field_offset) {
  std::uint32_t crc = crc32c(0, as_bytes(header.substr(0, field_offset)));
  constexpr std::string_view kZero("\0\0\0\0", 4);
  crc = crc32c(crc, as_bytes(kZero));
  return crc32c(crc, as_bytes(header.substr(field_offset + 4)));
}

void seal_header(std::string& header, std::size_t field_offset) {
  const std::uint32_t crc = header_checksum(header, field_offset);
  std::memcpy(header.data() + field_offset, &crc, sizeof crc);
}

bool header_is_whole(std::string_view header, std::size_t field_offset) {
  std::uint32_t stored = 0;
  std::memcpy(&stored, header.data() + field_offset, sizeof stored);
  return stored == header_checksum(header, field_offset);
}

}  // namespace

std::uint32_t chunk_checksum(BlobId id, std::uint64_t blob_offset, ByteView bytes) {
  std::uint64_t whose[3] = {id.high, id.low, blob_offset};
  const std::uint32_t seed = crc32c(0, std::as_bytes(std::span(whose)));
  return crc32c(seed, bytes);
}

std::vector<std::uint32_t> chunk_checksums(BlobId id, std::uint64_t blob_offset, ByteView bytes) {
  std::vector<std::uint32_t> checksums;
  checksums.reserve(bytes.size() / kChunkSize + 1);
  for (std::uint64_t at = 0; at < bytes.size(); at += kChunkSize) {
    const auto chunk = bytes.subspan(at, std::min<std::uint64_t>(kChunkSize, bytes.size() - at));
    checksums.push_back(chunk_checksum(id, blob_offset + at, chunk));
  }
  return checksums;
}

std::string SegmentHeader::encode() const {
  std::string bytes;
  Encoder out(bytes);
  out.fixed64(kSegmentMagic);
  out.fixed32(kFormatVersion | static_cast<std::uint32_t>(kind) << 16);
  out.fixed32(segment);
  out.fixed64(store_id);
  out.fixed64(generation);
  out.fixed64(epoch);
  out.fixed64(first_lsn);
  out.fixed32(drive);
  bytes.resize(kSegmentHeaderUsed);
  seal_header(bytes, kSegmentChecksumOffset);
  bytes.resize(kSegmentHeaderSize);
  return bytes;
}

std::optional<SegmentHeader> SegmentHeader::decode(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderUsed) return std::nullopt;
  bytes = bytes.substr(0, kSegmentHeaderUsed);
  if (!header_is_whole(bytes, kSegmentChecksumOffset)) return std::nullopt;
  Decoder in(bytes);
  if (in.fixed64() != kSegmentMagic) return std::nullopt;
  SegmentHeader header;
  const std::uint32_t version_and_kind = in.fixed32();
  if ((version_and_kind & 0xFFFF) != kFormatVersion) return std::nullopt;
  header.kind = static_cast<SegmentKind>(version_and_kind >> 16 & 0xFF);
  header.segment = in.fixed32();
  header.store_id = in.fixed64();
  header.generation = in.fixed64();
  header.epoch = in.fixed64();
  header.first_lsn = in.fixed64();
  header.drive = static_cast<std::uint16_t>(in.fixed32());
  return header;
}

std::string GroupHeader::encode() const {
  std::string bytes;
  Encoder out(bytes);
  out.fixed32(kGroupMagic);
  out.fixed32(kFormatVersion | static_cast<std::uint32_t>(drive) << 16);
  out.fixed64(store_id);
  out.fixed64(generation);
  out.fixed64(epoch);
  out.fixed64(first_lsn);
  out.fixed64(last_lsn);
  out.fixed64(durable_lsn);
  out.fixed64(metadata_length);
  out.fixed64(body_length);
  out.fixed64(next_offset);
  out.fixed32(segment);
  out.fixed32(metadata_checksum);
  bytes.resize(kGroupHeaderSize);
  seal_header(bytes, kGroupChecksumOffset);
  return bytes;
}

std::optional<GroupHeader> GroupHeader::decode(std::string_view bytes) {
  if (bytes.size() < kGroupHeaderSize) return std::nullopt;
  bytes = bytes.substr(0, kGroupHeaderSize);
  Decoder in(bytes);
  if (in.fixed32() != kGroupMagic || !header_is_whole(bytes, kGroupChecksumOffset)) return std::nullopt;
  GroupHeader header;
  const std::uint32_t version_and_drive = in.fixed32();
  if ((version_and_drive & 0xFFFF) != kFormatVersion) return std::nullopt;
  header.drive = static_cast<std::uint16_t>(version_and_drive >> 16);
  header.store_id = in.fixed64();
  header.generation = in.fixed64();
  header.epoch = in.fixed64();
  header.first_lsn = in.fixed64();
  header.last_lsn = in.fixed64();
  header.durable_lsn = in.fixed64();
  header.metadata_length = in.fixed64();
  header.body_length = in.fixed64();
  header.next_offset = in.fixed64();
  header.segment = in.fixed32();
  header.metadata_checksum = in.fixed32();
  return header;
}

std::string SegmentRecord::encode() const {
  std::string bytes;
  Encoder out(bytes);
  out.byte(static_cast<std::uint8_t>(kind));
  out.byte(sealed ? 1 : 0);
  out.varint(generation);
  out.varint(first_lsn);
  out.varint(last_lsn);
  out.varint(live_bytes);
  return bytes;
}

std::optional<SegmentRecord> SegmentRecord::decode(std::string_view bytes) {
  Decoder in(bytes);
  SegmentRecord record;
  record.kind = static_cast<SegmentKind>(in.byte());
  record.sealed = in.byte() != 0;
  record.generation = in.varint();
  record.first_lsn = in.varint();
  record.last_lsn = in.varint();
  record.live_bytes = in.varint();
  return in.ok() ? std::optional(record) : std::nullopt;
}

std::string StateRecord::encode() const {
  std::string bytes;
  Encoder out(bytes);
  out.varint(kFormatVersion);
  out.fixed64(store_id);
  for (const std::uint64_t field :
       {applied_lsn, epoch, next_generation, std::uint64_t{next_segment}, std::uint64_t{log_segment},
        log_generation, log_offset, blob_count, blob_bytes}) {
    out.varint(field);
  }
  return bytes;
}

std::optional<StateRecord> StateRecord::decode(std::string_view bytes) {
  Decoder in(bytes);
  if (in.varint() != kFormatVersion) return std::nullopt;
  StateRecord state;
  state.store_id = in.fixed64();
  state.applied_lsn = in.varint();
  state.epoch = in.varint();
  state.next_generation = in.varint();
  state.next_segment = static_cast<std::uint32_t>(in.varint());
  state.log_segment = static_cast<std::uint32_t>(in.varint());
  state.log_generation = in.varint();
  state.log_offset = in.varint();
  state.blob_count = in.varint();
  state.blob_bytes = in.varint();
  return in.ok() ? std::optional(state) : std::nullopt;
}

std::string encode_blob_record(const BlobRecord& record) {
  std::string bytes;
  Encoder out(bytes);
  out.byte(record.mapped ? kMappedFlag : 0);
  out.varint(record.references);
  out.varint(record.size_bytes);
  if (!record.mapped) {
    out.location(record.where);
    out.checksums(record.checksums);
  }
  return bytes;
}

std::optional<BlobRecord> decode_blob_record(std::string_view bytes) {
  Decoder in(bytes);
  BlobRecord record;
  record.mapped = (in.byte() & kMappedFlag) != 0;
  record.references = in.varint();
  record.size_bytes = in.varint();
  if (!record.mapped) {
    record.where = in.location();
    record.checksums = in.checksums();
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return record;
}

std::string encode_extent(const Extent& extent) {
  std::string bytes;
  Encoder out(bytes);
  out.location(extent.where);
  out.checksums(extent.checksums);
  return bytes;
}

std::optional<Extent> decode_extent(std::uint64_t blob_offset, std::string_view bytes) {
  Decoder in(bytes);
  Extent extent;
  extent.blob_offset = blob_offset;
  extent.where = in.location();
  extent.checksums = in.checksums();
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return extent;
}

namespace keys {
std::string user(std::string_view key) {
  std::string full;
  full.reserve(key.size() + 1);
  full.push_back(kUser);
  full.append(key);
  return full;
}
std::string blob(BlobId id) { return "b" + id.encode(); }
std::string extent_prefix(BlobId id) { return "e" + id.encode(); }
std::string extent(BlobId id, std::uint64_t blob_offset) {
  return extent_prefix(id) + big_endian64(blob_offset);
}
std::uint64_t extent_offset(std::string_view key) { return from_big_endian(key.substr(key.size() - 8)); }
std::string placed_prefix(std::uint32_t segment) { return "x" + big_endian32(segment); }
std::string placed(std::uint32_t segment, std::uint64_t offset) {
  return placed_prefix(segment) + big_endian64(offset);
}
std::uint64_t placed_offset(std::string_view key) { return from_big_endian(key.substr(key.size() - 8)); }
std::string pending(BlobId id) { return "p" + id.encode(); }
std::string garbage(BlobId id) { return "g" + id.encode(); }
std::string segment(std::uint32_t number) { return "s" + big_endian32(number); }
std::uint32_t segment_number(std::string_view key) {
  return static_cast<std::uint32_t>(from_big_endian(key.substr(1)));
}
std::string state() { return "m"; }
}  // namespace keys

void Encoder::varint(std::uint64_t value) {
  while (value >= 0x80) {
    byte(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  byte(static_cast<std::uint8_t>(value));
}
void Encoder::fixed32(std::uint32_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out_.append(bytes, sizeof value);
}
void Encoder::fixed64(std::uint64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out_.append(bytes, sizeof value);
}
void Encoder::text(std::string_view value) {
  varint(value.size());
  out_.append(value);
}
void Encoder::location(const Location& where) {
  varint(where.drive);
  varint(where.segment);
  varint(where.offset);
  varint(where.length);
}
void Encoder::checksums(const std::vector<std::uint32_t>& checksums) {
  varint(checksums.size());
  for (const std::uint32_t checksum : checksums) fixed32(checksum);
}
void Encoder::extent(const Extent& extent) {
  varint(extent.blob_offset);
  location(extent.where);
  checksums(extent.checksums);
}

std::string_view Decoder::take(std::size_t count) {
  if (count > bytes_.size()) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const auto taken = bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return taken;
}
std::uint8_t Decoder::byte() {
  const auto taken = take(1);
  return taken.empty() ? 0 : static_cast<std::uint8_t>(taken[0]);
}
std::uint64_t Decoder::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
    if ((next & 0x80) == 0) return value;
  }
  ok_ = false;
  return 0;
}
std::uint32_t Decoder::fixed32() {
  const auto taken = take(4);
  std::uint32_t value = 0;
  if (!taken.empty()) std::memcpy(&value, taken.data(), sizeof value);
  return value;
}
std::uint64_t Decoder::fixed64() {
  const auto taken = take(8);
  std::uint64_t value = 0;
  if (!taken.empty()) std::memcpy(&value, taken.data(), sizeof value);
  return value;
}
std::string_view Decoder::text() { return take(varint()); }
BlobId Decoder::id() {
  const auto taken = take(16);
  return taken.empty() ? BlobId{} : BlobId::decode(taken);
}
Location Decoder::location() {
  Location where;
  where.drive = static_cast<std::uint16_t>(varint());
  where.segment = static_cast<std::uint32_t>(varint());
  where.offset = varint();
  where.length = varint();
  return where;
}
std::vector<std::uint32_t> Decoder::checksums() {
  const std::uint64_t count = varint();
  if (count * 4 > bytes_.size()) {
    ok_ = false;
    return {};
  }
  std::vector<std::uint32_t> checksums(count);
  for (auto& checksum : checksums) checksum = fixed32();
  return checksums;
}
Extent Decoder::extent() {
  Extent extent;
  extent.blob_offset = varint();
  extent.where = location();
  extent.checksums = checksums();
  return extent;
}

}  // namespace anabranch::engine
