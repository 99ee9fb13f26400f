// engine/blob_reader.h — reads a published blob, each chunk verified before its bytes go out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "blob/store.h"
#include "engine/core.h"

namespace anabranch::engine {

/// Looks `id` up and pins it. Errors: not_found, would_block, io, corruption.
Result<std::unique_ptr<blob::Reader>> open_blob(Core& core, BlobId id);

/// While it lives neither its segment (small blobs) nor its extents (streamed ones) are used again.
class BlobReader final : public blob::Reader {
 public:
  /// `record` was pinned by the caller.
  BlobReader(Core& core, BlobId id, BlobRecord record);
  ~BlobReader() override;
  BlobReader(const BlobReader&) = delete;
  BlobReader& operator=(const BlobReader&) = delete;

  std::uint64_t size_bytes() const override { return record_.size_bytes; }
  Task<Result<std::size_t>> read(std::uint64_t offset_bytes, ByteSpan out) override;

 private:
  Result<std::size_t> read_now(std::uint64_t offset, ByteSpan out);
  /// Makes extent_ the one that covers `offset`.
  Result<void> find_extent(std::uint64_t offset);
  /// Reads some bytes at `offset` of the current extent; gives how many.
  Result<std::size_t> read_some(std::uint64_t offset, ByteSpan out);
  Result<void> read_chunks(std::uint64_t offset, ByteSpan out);
  std::uint64_t extent_end() const { return extent_->blob_offset + extent_->where.length; }

  Core& core_;
  const BlobId id_;
  BlobRecord record_;
  std::optional<Extent> extent_;
  std::shared_ptr<io::File> file_;  // of extent_'s segment
  std::string chunk_;               // verified; of which `out` wanted a part
  std::uint64_t chunk_offset_ = 0;
};

}  // namespace anabranch::engine
