#include "engine/blob_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/workers.h"

namespace anabranch::engine {
namespace {
/// Read and verified at once, so that checksums run over bytes that are still in the processor's cache.
constexpr std::uint64_t kReadPieceSize = 4 * kChunkSize;
}  // namespace

Result<std::unique_ptr<blob::Reader>> open_blob(Core& core, BlobId id) {
  const std::shared_lock gate_lock(core.gate);
  ANABRANCH_TRY(const auto bytes, core.index->get(keys::blob(id)));
  if (!bytes) return fail(ErrorCode::not_found, "no blob " + id.to_string());
  auto record = decode_blob_record(*bytes);
  if (!record) return fail(ErrorCode::corruption, "the record of blob " + id.to_string() + " does not parse");
  if (record->mapped) {
    core.pins.pin(id);
  } else if (record->size_bytes > 0) {  // nothing keeps the segment of an empty blob, nor need it
    ANABRANCH_CHECK(core.segments.pin(record->where.segment));
  }
  return std::unique_ptr<blob::Reader>(std::make_unique<BlobReader>(core, id, *std::move(record)));
}

BlobReader::BlobReader(Core& core, BlobId id, BlobRecord record)
    : core_(core), id_(id), record_(std::move(record)) {
  if (!record_.mapped) extent_ = Extent{0, record_.where, std::move(record_.checksums)};
}

BlobReader::~BlobReader() {
  file_.reset();
  if (record_.mapped) {
    if (core_.pins.unpin(id_)) core_.reclaimer->note_unpinned(id_);
  } else if (record_.size_bytes > 0) {
    core_.segments.unpin(record_.where.segment);
  }
}

Task<Result<std::size_t>> BlobReader::read(std::uint64_t offset_bytes, ByteSpan out) {
  auto task = inline_or_on(core_.readers, [this, offset_bytes, out] { return read_now(offset_bytes, out); });
  co_return co_await std::move(task);
}

Result<std::size_t> BlobReader::read_now(std::uint64_t offset, ByteSpan out) {
  if (offset >= record_.size_bytes) return std::size_t{0};
  out = out.first(std::min<std::uint64_t>(out.size(), record_.size_bytes - offset));
  std::size_t total = 0;
  while (total < out.size()) {
    ANABRANCH_CHECK(find_extent(offset + total));
    ANABRANCH_TRY(const std::size_t count, read_some(offset + total, out.subspan(total)));
    total += count;
  }
  return total;
}

Result<void> BlobReader::find_extent(std::uint64_t offset) {
  if (!extent_ || offset < extent_->blob_offset || offset >= extent_end()) {
    file_.reset();
    ANABRANCH_TRY(const auto found, core_.index->floor(keys::extent(id_, offset), keys::extent_prefix(id_)));
    if (found) extent_ = decode_extent(keys::extent_offset(found->first), found->second);
    if (!found || !extent_ || offset < extent_->blob_offset || offset >= extent_end()) {
      extent_.reset();
      return fail(ErrorCode::corruption,
                  "blob " + id_.to_string() + " has no bytes at " + std::to_string(offset));
    }
  }
  const std::uint64_t chunks = (extent_->where.length + kChunkSize - 1) / kChunkSize;
  if (extent_->checksums.size() != chunks || extent_->blob_offset % kChunkSize != 0) {
    return fail(ErrorCode::corruption, "an extent of " + id_.to_string() + " lacks checksums");
  }
  if (file_ == nullptr) {
    ANABRANCH_TRY(file_, core_.segments.file(extent_->where.segment));
  }
  return {};
}

Result<std::size_t> BlobReader::read_some(std::uint64_t offset, ByteSpan out) {
  const std::uint64_t chunk_begin = offset / kChunkSize * kChunkSize;
  const std::uint64_t chunk_end = std::min(chunk_begin + kChunkSize, extent_end());
  if (offset == chunk_begin && out.size() >= chunk_end - chunk_begin) {
    // Whole chunks go straight to the caller, and are verified there.
    std::uint64_t end = std::min({offset + kReadPieceSize, offset + out.size(), extent_end()});
    if (end != extent_end()) end = end / kChunkSize * kChunkSize;
    ANABRANCH_CHECK(read_chunks(offset, out.first(end - offset)));
    return static_cast<std::size_t>(end - offset);
  }
  if (chunk_.empty() || chunk_offset_ != chunk_begin) {
    std::string chunk(chunk_end - chunk_begin, '\0');
    ANABRANCH_CHECK(
        read_chunks(chunk_begin, ByteSpan(reinterpret_cast<std::byte*>(chunk.data()), chunk.size())));
    chunk_ = std::move(chunk);
    chunk_offset_ = chunk_begin;
  }
  const std::size_t count = std::min<std::uint64_t>(out.size(), chunk_end - offset);
  std::memcpy(out.data(), chunk_.data() + (offset - chunk_begin), count);
  return count;
}

Result<void> BlobReader::read_chunks(std::uint64_t offset, ByteSpan out) {
  const std::uint64_t at = offset - extent_->blob_offset;
  ANABRANCH_TRY(const std::size_t count, file_->read(extent_->where.offset + at, out));
  const auto corrupt = [&] {
    return fail(ErrorCode::corruption, "blob " + id_.to_string() + " is damaged near byte " +
                                           std::to_string(offset) + ", in " +
                                           segment_path(extent_->where.segment));
  };
  if (count < out.size()) return corrupt();
  for (std::uint64_t begin = 0; begin < out.size(); begin += kChunkSize) {
    const auto chunk = out.subspan(begin, std::min<std::uint64_t>(kChunkSize, out.size() - begin));
    if (chunk_checksum(id_, offset + begin, chunk) != extent_->checksums[(at + begin) / kChunkSize])
      return corrupt();
  }
  return {};
}

}  // namespace anabranch::engine
