// engine/pending_blobs.h — blobs between create() and the batch that publishes them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/format.h"

namespace anabranch::engine {

/// One unpublished blob. The writer's until it is finished; then constant.
struct PendingBlob {
  BlobId id;
  std::uint64_t size_bytes = 0;
  std::shared_ptr<const std::string> body;  // small blobs
  std::vector<std::uint32_t> checksums;     // small blobs
  std::vector<Extent> extents;              // streamed blobs: those that the index has not got
  bool spilled = false;                     // the index has some
};

/// Thread safety: every method from any thread.
class PendingBlobs {
 public:
  /// The writer is done: the blob may be published.
  void finish(std::shared_ptr<PendingBlob> blob) {
    const std::lock_guard lock(mutex_);
    const BlobId id = blob->id;
    blobs_[id] = {std::move(blob), false, false};
  }

  /// Takes a finished blob for a batch, or gives null. It is the batch's until settle().
  std::shared_ptr<PendingBlob> claim(BlobId id) {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(id);
    if (found == blobs_.end() || found->second.claimed) return nullptr;
    found->second.claimed = true;
    return found->second.blob;
  }

  /// The claiming batch is over. True where it failed and the writer is gone too: the caller discards the
  /// blob.
  bool settle(BlobId id, bool published) {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(id);
    const bool discard = !published && found->second.abandoned;
    found->second.claimed = false;
    if (published || discard) blobs_.erase(found);
    return discard;
  }

  /// The writer of a finished blob goes. True where nobody has published or claimed it: the caller discards
  /// it.
  bool abandon(BlobId id) {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(id);
    if (found == blobs_.end()) return false;
    found->second.abandoned = true;
    if (found->second.claimed) return false;
    blobs_.erase(found);
    return true;
  }

  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return blobs_.size();
  }

 private:
  struct Entry {
    std::shared_ptr<PendingBlob> blob;
    bool claimed = false;
    bool abandoned = false;
  };
  mutable std::mutex mutex_;
  std::unordered_map<BlobId, Entry> blobs_;  // guarded by mutex_
};

}  // namespace anabranch::engine
