#include "engine/log.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/hash.h"

namespace anabranch::engine {
namespace {
/// A write buffer larger than this is not kept after its group.
constexpr std::size_t kKeptBufferMax = 8 * MiB;
constexpr std::size_t kBufferMin = 64 * KiB;
constexpr std::size_t kSearchPieceSize = 1 * MiB;

ByteSpan span_of(std::string& bytes) { return {reinterpret_cast<std::byte*>(bytes.data()), bytes.size()}; }
}  // namespace

Result<void> LogWriter::make_room(std::uint64_t bytes) {
  if (segment_ == 0 || offset_ + bytes > options_.segment_bytes) {
    const bool fits_alone =
        offset_ == kSegmentHeaderSize && segment_ != 0;  // an oversize group in an empty segment
    if (!fits_alone) {
      auto header = segments_.start_log(durable_lsn_ + 1, bytes);
      if (!header) return fail(std::move(header).error());
      segment_ = header->segment;
      generation_ = header->generation;
      offset_ = kSegmentHeaderSize;
    }
  }
  return segments_.reserve_log(segment_, offset_ + bytes);
}

void LogWriter::fill(const Changes& changes, const GroupHeader& header) {
  const std::uint64_t total = header.next_offset - offset_;
  if (buffer_.size() < total) buffer_ = AlignedBuffer(std::max<std::size_t>(total, kBufferMin));
  std::byte* out = buffer_.data();
  const std::string encoded = header.encode();
  std::memcpy(out, encoded.data(), encoded.size());
  const std::string& metadata = changes.metadata();
  std::memcpy(out + kGroupHeaderSize, metadata.data(), metadata.size());
  const std::uint64_t head_end = kGroupHeaderSize + metadata.size();
  std::memset(out + head_end, 0, header.head_length() - head_end);
  std::uint64_t at = header.head_length();
  for (const auto& body : changes.bodies()) {
    std::memcpy(out + at, body->data(), body->size());
    at += body->size();
  }
  std::memset(out + at, 0, total - at);
}

Result<GroupPlace> LogWriter::write(const Changes& changes) {
  GroupHeader header;
  header.store_id = store_id_;
  header.epoch = epoch_;
  header.first_lsn = durable_lsn_ + 1;
  header.last_lsn = durable_lsn_ + changes.batch_count();
  header.durable_lsn = durable_lsn_;
  header.metadata_length = changes.metadata().size();
  header.metadata_checksum = crc32c(0, as_bytes(changes.metadata()));
  header.body_length = changes.body_length();
  const std::uint64_t total = header.head_length() + round_up(header.body_length, io::kBlockSize);
  ANABRANCH_CHECK(make_room(total));
  header.generation = generation_;
  header.segment = segment_;
  header.next_offset = offset_ + total;
  fill(changes, header);
  ANABRANCH_TRY(const auto file, segments_.file(segment_));
  auto written = file->write(offset_, buffer_.first(total));
  if (written) written = file->sync();
  // Space was reserved: whatever failed now is the drive, and nobody knows what it kept.
  if (!written) return fail(ErrorCode::io, "the log: " + written.error().message);
  segments_.note_group(segment_, offset_, header.head_length(), header.next_offset, header.last_lsn);
  GroupPlace place;
  place.bodies.segment = segment_;
  place.bodies.offset = offset_ + header.head_length();
  place.segment = segment_;
  place.generation = generation_;
  place.next_offset = header.next_offset;
  offset_ = header.next_offset;
  durable_lsn_ = header.last_lsn;
  if (buffer_.size() > kKeptBufferMax) buffer_ = AlignedBuffer();
  return place;
}

Result<std::optional<ReadGroup>> read_group(io::File& file, std::uint64_t offset, std::uint64_t store_id,
                                            std::uint32_t segment, std::uint64_t generation,
                                            std::uint64_t first_lsn) {
  std::string head(kGroupHeaderSize, '\0');
  ANABRANCH_TRY(const std::size_t count, file.read(offset, span_of(head)));
  if (count < kGroupHeaderSize) return std::nullopt;
  const auto header = GroupHeader::decode(head);
  if (!header || header->store_id != store_id || header->segment != segment ||
      header->generation != generation || header->first_lsn != first_lsn || header->last_lsn < first_lsn ||
      header->next_offset <= offset) {
    return std::nullopt;
  }
  ANABRANCH_TRY(const std::uint64_t size, file.size());
  if (header->next_offset > size || header->metadata_length > size - offset) return std::nullopt;
  ReadGroup group{*header, offset, std::string(header->metadata_length, '\0')};
  ANABRANCH_TRY(const std::size_t read, file.read(offset + kGroupHeaderSize, span_of(group.metadata)));
  if (read < group.metadata.size()) return std::nullopt;
  if (crc32c(0, as_bytes(group.metadata)) != header->metadata_checksum) return std::nullopt;
  return group;
}

Result<bool> later_group_exists(io::File& file, std::uint64_t offset, std::uint64_t store_id,
                                std::uint32_t segment, std::uint64_t generation, std::uint64_t lsn) {
  std::string piece(kSearchPieceSize, '\0');
  while (true) {
    ANABRANCH_TRY(const std::size_t count, file.read(offset, span_of(piece)));
    for (std::size_t at = 0; at + kGroupHeaderSize <= count; at += io::kBlockSize) {
      const auto header = GroupHeader::decode(std::string_view(piece).substr(at, kGroupHeaderSize));
      if (header && header->store_id == store_id && header->segment == segment &&
          header->generation == generation && header->first_lsn > lsn) {
        return true;
      }
    }
    if (count < piece.size()) return false;
    offset += count;
  }
}

Result<bool> bodies_are_whole(io::File& file, const ReadGroup& group, const Changes& changes) {
  const std::uint64_t base = group.offset + group.header.head_length();
  for (const auto& body : changes.replayed_bodies()) {
    if (body.length > kSmallBlobSizeMax || body.offset + body.length > group.header.body_length) return false;
    std::string bytes(body.length, '\0');
    ANABRANCH_TRY(const std::size_t count, file.read(base + body.offset, span_of(bytes)));
    if (count < bytes.size() || chunk_checksums(body.id, 0, as_bytes(bytes)) != body.checksums) return false;
  }
  return true;
}

}  // namespace anabranch::engine
