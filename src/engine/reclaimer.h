// engine/reclaimer.h — the thread that gives space back: extents of released blobs, dead segments; and
// flushes the index when it has not been for long.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace anabranch::engine {

struct Core;
struct PendingBlob;

/// Thread safety: every method from any thread.
class Reclaimer {
 public:
  explicit Reclaimer(Core& core) : core_(core) {}
  ~Reclaimer() { stop(); }
  Reclaimer(const Reclaimer&) = delete;
  Reclaimer& operator=(const Reclaimer&) = delete;

  void start();
  /// Waits, for `patience` at most, until all that can be given back now was.
  void finish(std::chrono::milliseconds patience);
  /// What is left to do is found again at the next start.
  void stop();
  /// There may be something to do (an index flush ended, a reader closed).
  void wake();
  /// A group was applied; `urgent`: look for space at once.
  void note_applied(bool urgent) {
    if (!unflushed_.exchange(true) || urgent) wake();
  }
  /// Streamed blobs whose removal is durable.
  void add_garbage(const std::vector<BlobId>& ids);
  /// The last reader of a streamed blob has closed.
  void note_unpinned(BlobId id);
  /// Uploads that a crash ended, some of whose extents the index knows.
  void add_dropped(const std::vector<BlobId>& ids);
  /// Gives back what an unpublished blob holds.
  void discard(const PendingBlob& blob);

 private:
  void loop();
  bool stopping();
  void drop_uploads();
  void reclaim_blobs();
  /// Gives back all extents of one removed blob.
  Result<void> reclaim_blob(BlobId id);
  void flush_index_if_due(bool wanted);

  Core& core_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::condition_variable rested_;
  bool working_ = false;                                                  // guarded by mutex_
  bool awake_ = true;                                                     // guarded by mutex_
  bool stopping_ = false;                                                 // guarded by mutex_
  std::set<BlobId> garbage_;                                              // guarded by mutex_
  std::deque<BlobId> dropped_;                                            // guarded by mutex_
  std::optional<std::chrono::steady_clock::time_point> unflushed_since_;  // the thread's own
  std::atomic<bool> unflushed_ = false;
  std::thread thread_;
};

}  // namespace anabranch::engine
