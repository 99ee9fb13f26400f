#include "engine/blob_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace anabranch::engine {

void Flight::start(Workers& workers, std::function<Result<void>()> job) {
  {
    const std::lock_guard lock(mutex_);
    flying_ = true;
  }
  workers.run([this, job = std::move(job)] {
    auto outcome = job();
    std::function<void(Result<void>)> awaiter;
    {
      // Told under the lock: a thread in wait_blocking() may destroy this once it sees the end.
      const std::lock_guard lock(mutex_);
      flying_ = false;
      outcome_ = outcome;
      awaiter = std::exchange(awaiter_, nullptr);
      condition_.notify_all();
    }
    if (awaiter) awaiter(std::move(outcome));
  });
}

Task<Result<void>> Flight::landed() {
  Callback<Result<void>> landing([this](Callback<Result<void>>::Resume resume) {
    std::unique_lock lock(mutex_);
    if (flying_) {
      awaiter_ = std::move(resume);
      return;
    }
    auto outcome = outcome_;
    lock.unlock();
    resume(std::move(outcome));
  });
  co_return co_await landing;
}

void Flight::wait_blocking() {
  std::unique_lock lock(mutex_);
  condition_.wait(lock, [this] { return !flying_; });
}

BlobWriter::BlobWriter(Core& core, std::optional<std::uint64_t> size_hint_bytes)
    : core_(core),
      blob_(std::make_shared<PendingBlob>()),
      size_hint_bytes_(size_hint_bytes),
      next_extent_bytes_(core.options.extent_bytes_min) {
  blob_->id = core.next_id();
  if (size_hint_bytes && *size_hint_bytes <= kSmallBlobSizeMax) small_.reserve(*size_hint_bytes);
}

BlobWriter::~BlobWriter() {
  flight_.wait_blocking();
  if (filling_.size() > 0) core_.buffers.give(std::move(filling_));
  if (flying_buffer_.size() > 0) core_.buffers.give(std::move(flying_buffer_));
  if (finished_ && !core_.pending.abandon(blob_->id)) return;
  close_extent();
  core_.reclaimer->discard(*blob_);
}

Result<void> BlobWriter::failed(Error error) {
  error_ = error;
  return fail(std::move(error));
}

Task<Result<void>> BlobWriter::append(ByteView bytes) {
  if (error_) co_return fail(*error_);
  const auto healthy = core_.health.check();
  if (!healthy) co_return failed(healthy.error());
  const std::uint64_t total = blob_->size_bytes + bytes.size();
  if (total > blob::kBlobSizeMax) {
    Error too_large{ErrorCode::entity_too_large, "a blob may not be larger than 50 TiB"};
    co_return failed(std::move(too_large));
  }
  blob_->size_bytes = total;
  if (!streaming_) {
    if (total <= kSmallBlobSizeMax) {
      small_.append(as_text(bytes));
      co_return Result<void>();
    }
    streaming_ = true;
    const std::string before = std::move(small_);
    auto task = stream(as_bytes(before));
    const auto streamed = co_await std::move(task);
    if (!streamed) co_return streamed;
  }
  auto task = stream(bytes);
  co_return co_await std::move(task);
}

Task<Result<void>> BlobWriter::stream(ByteView bytes) {
  while (!bytes.empty()) {
    if (filling_.size() == 0) filling_ = core_.buffers.take();
    const std::size_t count = std::min(bytes.size(), filling_.size() - filled_bytes_);
    std::memcpy(filling_.data() + filled_bytes_, bytes.data(), count);
    filled_bytes_ += count;
    bytes = bytes.subspan(count);
    if (filled_bytes_ < filling_.size()) break;
    auto task = launch();
    const auto launched = co_await std::move(task);
    if (!launched) co_return launched;
  }
  co_return Result<void>();
}

Task<Result<void>> BlobWriter::launch() {
  auto landing = flight_.landed();
  const auto landed = co_await std::move(landing);
  if (!landed) co_return failed(landed.error());
  std::swap(filling_, flying_buffer_);
  const std::size_t count = std::exchange(filled_bytes_, 0);
  flight_.start(core_.writers, [this, count] { return write_piece(flying_buffer_.first(count)); });
  co_return Result<void>();
}

Task<Result<void>> BlobWriter::finish() {
  if (error_) co_return fail(*error_);
  if (streaming_) {
    if (filled_bytes_ > 0) {
      auto task = launch();
      const auto launched = co_await std::move(task);
      if (!launched) co_return launched;
    }
    auto landing = flight_.landed();
    const auto landed = co_await std::move(landing);
    if (!landed) co_return failed(landed.error());
    flight_.start(core_.writers, [this] {
      close_extent();
      return sync_segments();
    });
    auto syncing = flight_.landed();
    const auto synced = co_await std::move(syncing);
    if (!synced) co_return failed(synced.error());
  } else {
    blob_->checksums = chunk_checksums(blob_->id, 0, as_bytes(small_));
    blob_->body = std::make_shared<const std::string>(std::move(small_));
  }
  finished_ = true;
  core_.pending.finish(blob_);
  co_return Result<void>();
}

Result<void> BlobWriter::write_piece(ByteSpan piece) {
  while (!piece.empty()) {
    if (!extent_) ANABRANCH_CHECK(next_extent(piece.size()));
    Extent& extent = blob_->extents.back();
    const std::uint64_t room = extent_->length - extent_written_bytes_;
    const std::size_t count = std::min<std::size_t>(piece.size(), room);
    const auto checksums = chunk_checksums(blob_->id, written_bytes_, piece.first(count));
    extent.checksums.insert(extent.checksums.end(), checksums.begin(), checksums.end());
    // Only a blob's last piece is no multiple of a block; the buffer is.
    const std::uint64_t padded = round_up(count, io::kBlockSize);
    std::memset(piece.data() + count, 0, count == piece.size() ? padded - count : 0);
    ANABRANCH_TRY(const auto file, core_.segments.file(extent_->segment));
    auto written = file->write(extent_->offset + extent_written_bytes_, ByteView(piece.data(), padded));
    if (!written) return written;
    extent.where.length += count;
    extent_written_bytes_ += padded;
    written_bytes_ += count;
    piece = piece.subspan(count);
    if (extent_written_bytes_ >= extent_->length) extent_.reset();
  }
  return blob_->extents.size() >= core_.options.pending_extents_max ? spill() : Result<void>();
}

Result<void> BlobWriter::next_extent(std::uint64_t piece_bytes) {
  std::uint64_t bytes = std::max(next_extent_bytes_, round_up(piece_bytes, kChunkSize));
  if (size_hint_bytes_ && *size_hint_bytes_ > written_bytes_) {
    bytes = std::min(core_.options.extent_bytes_max, *size_hint_bytes_ - written_bytes_);
  }
  bytes = round_up(std::max(bytes, piece_bytes), io::kBlockSize);
  const auto free = core_.disk.free_bytes();
  if (free && *free < bytes + core_.options.reserve_bytes) {
    return fail(ErrorCode::no_space, "the disk is full but for the engine's reserve");
  }
  ANABRANCH_TRY(const Location where, core_.segments.allocate(bytes));
  extent_ = where;
  extent_written_bytes_ = 0;
  next_extent_bytes_ = std::min(next_extent_bytes_ * 2, core_.options.extent_bytes_max);
  Extent extent;
  extent.blob_offset = written_bytes_;
  extent.where = where;
  extent.where.length = 0;
  blob_->extents.push_back(std::move(extent));
  if (std::find(touched_segments_.begin(), touched_segments_.end(), where.segment) ==
      touched_segments_.end()) {
    touched_segments_.push_back(where.segment);
  }
  return {};
}

void BlobWriter::close_extent() {
  if (!extent_) return;
  // What a failed write may have touched beyond the counted bytes goes back with the unused rest.
  Extent& extent = blob_->extents.back();
  const std::uint64_t used = round_up(extent.where.length, io::kBlockSize);
  Location rest = *extent_;
  rest.offset += used;
  rest.length -= used;
  if (rest.length > 0) core_.segments.give_back(rest);
  if (extent.where.length == 0) blob_->extents.pop_back();
  extent_.reset();
}

Result<void> BlobWriter::spill() {
  std::vector<Extent> kept;
  if (extent_) {  // still growing
    kept.push_back(std::move(blob_->extents.back()));
    blob_->extents.pop_back();
  }
  auto& extents = blob_->extents;
  const BlobId id = blob_->id;
  ANABRANCH_CHECK(core_.sequencer->run_blocking([&](Changes& changes) -> Result<void> {
    changes.add_pending(id, extents);
    return {};
  }));
  blob_->spilled = true;
  extents = std::move(kept);
  return {};
}

Result<void> BlobWriter::sync_segments() {
  for (const std::uint32_t segment : touched_segments_) ANABRANCH_CHECK(core_.segments.sync(segment));
  touched_segments_.clear();
  return {};
}

}  // namespace anabranch::engine
