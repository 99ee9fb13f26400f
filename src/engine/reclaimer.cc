#include "engine/reclaimer.h"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <utility>

#include "engine/core.h"

namespace anabranch::engine {
namespace {
/// Extents given back in one batch of the log.
constexpr std::size_t kReclaimPageExtents = 128;
}  // namespace

void Reclaimer::start() {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "engine-reclaim");
}

void Reclaimer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    woken_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Reclaimer::finish(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  awake_ = true;
  woken_.notify_one();
  rested_.wait_for(lock, patience, [this] { return !awake_ && !working_; });
}

bool Reclaimer::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Reclaimer::wake() {
  const std::lock_guard lock(mutex_);
  awake_ = true;
  woken_.notify_one();
}

void Reclaimer::add_garbage(const std::vector<BlobId>& ids) {
  const std::lock_guard lock(mutex_);
  garbage_.insert(ids.begin(), ids.end());
  awake_ = true;
  woken_.notify_one();
}

void Reclaimer::note_unpinned(BlobId id) {
  const std::lock_guard lock(mutex_);
  if (!garbage_.contains(id)) return;
  awake_ = true;
  woken_.notify_one();
}

void Reclaimer::add_dropped(const std::vector<BlobId>& ids) {
  const std::lock_guard lock(mutex_);
  dropped_.insert(dropped_.end(), ids.begin(), ids.end());
  awake_ = true;
  woken_.notify_one();
}

void Reclaimer::discard(const PendingBlob& blob) {
  for (const auto& extent : blob.extents) {
    Location where = extent.where;
    where.length = round_up(where.length, io::kBlockSize);
    core_.segments.give_back(where);
  }
  if (blob.spilled) add_dropped({blob.id});
}

void Reclaimer::loop() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      // With nothing unflushed an idle engine does not wake at all.
      const auto wanted = [this] { return awake_ || stopping_; };
      working_ = false;
      rested_.notify_all();
      if (unflushed_) {
        woken_.wait_for(lock, core_.options.index_flush_interval, wanted);
      } else {
        woken_.wait(lock, wanted);
      }
      if (stopping_) return;
      awake_ = false;
      working_ = true;
    }
    if (core_.health.fenced()) continue;  // nothing may be written any more
    drop_uploads();
    reclaim_blobs();
    const bool flush_wanted = core_.segments.reclaim(*core_.index, core_.gate);
    core_.segments.punch_heads(core_.index->flushed_lsn());
    flush_index_if_due(flush_wanted);
  }
}

void Reclaimer::drop_uploads() {
  while (true) {
    BlobId id;
    {
      const std::lock_guard lock(mutex_);
      if (dropped_.empty() || stopping_) return;
      id = dropped_.front();
      dropped_.pop_front();
    }
    const auto dropped = core_.sequencer->run_blocking([id](Changes& changes) -> Result<void> {
      changes.drop_pending(id);
      return {};
    });
    if (!dropped) return;  // the marker stays; the next start drops it
  }
}

void Reclaimer::reclaim_blobs() {
  std::vector<BlobId> ids;
  {
    const std::lock_guard lock(mutex_);
    ids.assign(garbage_.begin(), garbage_.end());
  }
  for (const BlobId id : ids) {
    if (stopping()) return;
    {
      const std::unique_lock gate_lock(core_.gate);
      if (core_.pins.pinned(id)) continue;
    }
    if (!reclaim_blob(id)) return;  // its marker stays in the index
    const std::lock_guard lock(mutex_);
    garbage_.erase(id);
  }
}

Result<void> Reclaimer::reclaim_blob(BlobId id) {
  const std::string prefix = keys::extent_prefix(id);
  bool last = false;
  while (!last) {
    std::vector<Extent> extents;
    bool broken = false;
    last = true;
    ANABRANCH_CHECK(
        core_.index->scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view value) {
          if (extents.size() == kReclaimPageExtents) {
            last = false;
            return kv::ScanStep::stop();
          }
          auto extent = decode_extent(keys::extent_offset(key), value);
          broken = broken || !extent;
          if (extent) extents.push_back(*std::move(extent));
          return kv::ScanStep::next();
        }));
    if (broken) return fail(ErrorCode::corruption, "an extent of " + id.to_string() + " does not parse");
    // Space first, then the record: a crash in between does it again.
    for (const auto& extent : extents) {
      // Where nothing else is alive the whole file goes soon.
      if (core_.segments.live_bytes(extent.where.segment) > extent.where.length)
        core_.segments.punch(extent.where);
    }
    ANABRANCH_CHECK(core_.sequencer->run_blocking([&](Changes& changes) -> Result<void> {
      changes.reclaim(id, extents, last);
      return {};
    }));
  }
  return {};
}

void Reclaimer::flush_index_if_due(bool wanted) {
  const std::uint64_t applied = core_.sequencer->stats().state.applied_lsn;
  if (applied == core_.index->flushed_lsn()) {
    unflushed_ = false;
    if (core_.sequencer->stats().state.applied_lsn != applied) unflushed_ = true;  // one came in between
    unflushed_since_.reset();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!unflushed_since_) unflushed_since_ = now;
  const auto free = core_.disk.free_bytes();
  const bool low = free && *free < core_.options.reserve_bytes;
  if (!wanted && !low && now - *unflushed_since_ < core_.options.index_flush_interval) return;
  // A flush that fails is tried again; writes that need it wait in apply().
  if (core_.index->flush(false)) unflushed_since_ = now;
}

}  // namespace anabranch::engine
