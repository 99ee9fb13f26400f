// engine/core.h — the parts of an open engine, as its stores, readers and writers see them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/workers.h"
#include "engine/aligned_buffer.h"
#include "engine/health.h"
#include "engine/index.h"
#include "engine/options.h"
#include "engine/pending_blobs.h"
#include "engine/reclaimer.h"
#include "engine/segments.h"
#include "engine/sequencer.h"
#include "io/disk.h"

namespace anabranch::engine {

/// Streamed blobs that open readers read: their extents stay. Thread safety: every method from any thread.
class BlobPins {
 public:
  void pin(BlobId id) {
    const std::lock_guard lock(mutex_);
    ++pins_[id];
  }
  /// True: it was the last.
  bool unpin(BlobId id) {
    const std::lock_guard lock(mutex_);
    const auto found = pins_.find(id);
    if (--found->second > 0) return false;
    pins_.erase(found);
    return true;
  }
  bool pinned(BlobId id) const {
    const std::lock_guard lock(mutex_);
    return pins_.contains(id);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<BlobId, std::uint32_t> pins_;  // guarded by mutex_
};

/// Write buffers kept for the next upload.
inline constexpr std::size_t kKeptWriteBuffersMax = 16;

struct Core {
  Core(io::Disk& the_disk, const Options& the_options);

  /// Ids ascend with time, so that the index is filled in order; the other half is random.
  BlobId next_id();

  io::Disk& disk;
  const Options options;
  std::unique_ptr<io::Lock> lock;
  Health health;
  Segments segments;
  PendingBlobs pending;
  BlobPins pins;
  /// Held shared while a reader looks a blob up and pins it; exclusively while space is taken out of use.
  std::shared_mutex gate;
  BufferPool buffers;
  std::unique_ptr<Reclaimer> reclaimer;
  std::unique_ptr<Sequencer> sequencer;
  std::unique_ptr<Index> index;  // goes first of the three: its threads call the reclaimer until it is closed
  std::atomic<std::uint64_t> id_high;
  /// Last: their threads use all of the above.
  Workers readers;
  Workers writers;
};

}  // namespace anabranch::engine
