// engine/sequencer.h — the one thread that orders batches: checks them, logs them in groups, applies,
// answers.
//
// In:   batches from any thread. Out: their outcome, once they are durable and visible.
// What queues up while a group is being written goes into the next group.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/changes.h"
#include "engine/format.h"
#include "engine/health.h"
#include "engine/index.h"
#include "engine/log.h"
#include "engine/options.h"
#include "engine/pending_blobs.h"
#include "engine/segments.h"
#include "io/disk.h"
#include "kv/store.h"

namespace anabranch::engine {

/// What the log thread has done; all since the start of the engine, save the totals.
struct SequencerStats {
  StateRecord state;
  std::uint64_t groups = 0;
  std::uint64_t batches = 0;
  std::uint64_t log_bytes = 0;
};

/// Applies a durable group to the index and to `state` (recovery does the same).
/// Errors: io, no_space, corruption: the index has not taken it.
Result<void> apply_group(const Changes& changes, const GroupPlace& place, StateRecord& state,
                         Segments& segments, Index& index);

class Sequencer {
 public:
  /// A batch of the engine's own; runs on the log thread.
  using Operation = std::function<Result<void>(Changes&)>;
  using Done = kv::Store::CommitCallback;
  struct Hooks {
    std::function<void(const std::vector<BlobId>&)> on_garbage;  // streamed blobs to reclaim, durable
    std::function<void(const std::shared_ptr<PendingBlob>&)>
        on_discard;  // an unpublished blob that nobody owns
    std::function<void(bool urgent)>
        on_applied;  // after each group; urgent: a segment is full, or the disk nearly
  };

  Sequencer(io::Disk& disk, const Options& options, Health& health, Index& index, Segments& segments,
            PendingBlobs& pending, StateRecord state, Hooks hooks);
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  void start();
  /// Finishes what is queued, refuses the rest with `unavailable`, ends the thread.
  void stop();

  void commit(kv::Batch batch, Done done);
  void run(Operation operation, Done done);
  /// Not on the log thread.
  Result<void> run_blocking(Operation operation);

  SequencerStats stats() const;

 private:
  struct Request {
    kv::Batch batch;
    Operation operation;  // where set, instead of the batch
    Done done;
    Result<void> outcome;
    std::vector<std::shared_ptr<PendingBlob>> claimed;
  };
  using References = std::vector<std::pair<BlobId, std::int64_t>>;

  void enqueue(Request request);
  void loop();
  void process(std::deque<Request>& queue);
  Result<void> log_and_apply(const Changes& changes, bool low_on_space);
  Result<void> evaluate(Request& request, Changes& changes, bool low_on_space);
  Result<void> check_conditions(const kv::Batch& batch, const Changes& changes) const;
  Result<void> change_blobs(Request& request, Changes& changes);
  Result<std::vector<kv::Batch::Change>> resolve_counters(const kv::Batch& batch,
                                                          const Changes& changes) const;
  void settle(Request& request, bool published);
  bool low_on_space() const;

  io::Disk& disk_;
  const Options& options_;
  Health& health_;
  Index& index_;
  Segments& segments_;
  PendingBlobs& pending_;
  Hooks hooks_;
  LogWriter log_;  // the log thread's

  std::mutex queue_mutex_;
  std::condition_variable queued_;
  std::deque<Request> queue_;  // guarded by queue_mutex_
  bool stopping_ = false;      // guarded by queue_mutex_

  mutable std::mutex stats_mutex_;
  SequencerStats stats_;            // guarded by stats_mutex_; written by the log thread alone
  std::uint32_t last_segment_ = 0;  // the log thread's
  std::thread thread_;
};

}  // namespace anabranch::engine
