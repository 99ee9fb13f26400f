// engine/blob_writer.h — takes a blob's bytes: small ones into memory, larger ones to data segments while
// they arrive.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "blob/store.h"
#include "engine/core.h"

namespace anabranch::engine {

/// One job on a pool at a time, whose end a coroutine or a thread awaits.
/// Thread safety: start() and the waits from one user; the job from the pool.
class Flight {
 public:
  void start(Workers& workers, std::function<Result<void>()> job);
  /// The last job's outcome; success where none was started.
  Task<Result<void>> landed();
  void wait_blocking();

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool flying_ = false;                        // guarded by mutex_
  Result<void> outcome_;                       // guarded by mutex_
  std::function<void(Result<void>)> awaiter_;  // guarded by mutex_
};

/// Memory held: two pieces (Options::write_piece_bytes), or the small blob itself.
class BlobWriter final : public blob::Writer {
 public:
  BlobWriter(Core& core, std::optional<std::uint64_t> size_hint_bytes);
  ~BlobWriter() override;
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  BlobId id() const override { return blob_->id; }
  Task<Result<void>> append(ByteView bytes) override;
  Task<Result<void>> finish() override;

 private:
  Task<Result<void>> stream(ByteView bytes);
  /// Sends the filled buffer to the pool once the piece before it has landed.
  Task<Result<void>> launch();
  Result<void> write_piece(ByteSpan piece);
  Result<void> next_extent(std::uint64_t piece_bytes);
  void close_extent();
  Result<void> spill();
  Result<void> sync_segments();
  Result<void> failed(Error error);

  Core& core_;
  std::shared_ptr<PendingBlob> blob_;
  const std::optional<std::uint64_t> size_hint_bytes_;
  std::optional<Error> error_;
  bool finished_ = false;

  std::string small_;  // until the blob is too large for it
  bool streaming_ = false;
  AlignedBuffer filling_;
  std::size_t filled_bytes_ = 0;
  AlignedBuffer flying_buffer_;
  Flight flight_;

  // The flying job's, or the user's while none flies.
  std::uint64_t written_bytes_ = 0;
  std::optional<Location> extent_;  // allocated, partly written
  std::uint64_t extent_written_bytes_ = 0;
  std::uint64_t next_extent_bytes_ = 0;
  std::vector<std::uint32_t> touched_segments_;  // written since their last sync
};

}  // namespace anabranch::engine
