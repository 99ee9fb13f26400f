// engine/engine.h — the embedded engine: a key store and a blob store in one data folder that commit in one
// record.
//
// In:   kv batches and blob bytes. Out: the same, durable when acknowledged, verified when read.
// Disk: `lock`, `segments/` (docs/formats/engine-log.md) and `index/` (docs/formats/engine-index.md).
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "blob/store.h"
#include "engine/options.h"
#include "io/disk.h"
#include "kv/store.h"

namespace anabranch::engine {

struct Core;

/// Totals are exact as of the last durable batch; the rest is of this run.
struct Stats {
  std::uint64_t blob_count = 0;
  std::uint64_t blob_bytes = 0;
  std::uint64_t log_segments = 0;
  std::uint64_t data_segments = 0;
  std::uint64_t free_segments = 0;  // recycled, ready for the log
  std::uint64_t live_bytes = 0;     // of published blobs, in segments
  std::uint64_t pending_bytes = 0;  // given to uploads that are not published
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t index_disk_bytes = 0;
  std::uint64_t index_memory_bytes = 0;
  std::uint64_t epoch = 0;
  std::uint64_t applied_lsn = 0;
  std::uint64_t flushed_lsn = 0;    // what the index holds without the log
  std::uint64_t recovered_lsn = 0;  // where this start found the log's end
  std::uint64_t replayed_groups = 0;
  std::uint64_t discarded_groups = 0;
  std::uint64_t groups = 0;
  std::uint64_t batches = 0;
  std::uint64_t log_bytes = 0;
  bool fenced = false;
};

/// Thread safety: every method from any thread, but close() and the destructor.
/// Callbacks of commit() run on the log's thread. Readers, writers and snapshots must be gone before it
/// closes.
class Engine {
 public:
  /// Opens or makes the engine in `disk`'s folder, which must outlive it; recovers what a crash left.
  /// Errors: conflict    another process has it open.
  ///         corruption  the log or the index is damaged where acknowledged data depend on it: names the
  ///         file. io, no_space, access_denied
  static Result<std::unique_ptr<Engine>> open(io::Disk& disk, const Options& options = {});
  /// As close().
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  kv::Store& kv();
  blob::Store& blobs();
  Stats stats() const;
  /// Errors: unavailable: it takes no more writes; the message says why.
  Result<void> health() const;
  /// For inspect.h.
  Core& core() { return *core_; }

  /// Finishes what is queued and leaves a folder that opens without replay and takes little more than its
  /// data. Errors: io, no_space: the folder is as after a crash. Once.
  Result<void> close();

 private:
  class Keys;
  class KeysSnapshot;
  class Blobs;
  explicit Engine(std::unique_ptr<Core> core);

  std::unique_ptr<Core> core_;
  std::unique_ptr<Keys> keys_;
  std::unique_ptr<Blobs> blobs_;
  std::uint64_t recovered_lsn_ = 0;
  std::uint64_t replayed_groups_ = 0;
  std::uint64_t discarded_groups_ = 0;
  bool closed_ = false;
};

}  // namespace anabranch::engine
