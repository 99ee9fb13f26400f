// engine/segments.h — the table of segment files: who uses which, how much of each is alive, when one may go.
//
// In:   requests for log segments and extents; live-byte changes of applied groups; pins of open readers.
// Out:  places to write, open files, freed disk space.
// A file is written once from start to end (log groups or extents of large blobs); when nothing in it is
// alive it is recycled under a new generation or removed. Generations grow for ever; numbers are not given
// twice.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "engine/format.h"
#include "engine/health.h"
#include "engine/index.h"
#include "engine/options.h"
#include "io/disk.h"

namespace anabranch::engine {

std::string segment_path(std::uint32_t number);

struct SegmentStats {
  std::uint64_t log_segments = 0;
  std::uint64_t data_segments = 0;
  std::uint64_t free_segments = 0;
  std::uint64_t live_bytes = 0;
  std::uint64_t pending_bytes = 0;
};

/// Thread safety: every method from any thread, unless it says otherwise.
class Segments {
 public:
  struct Segment {
    SegmentRecord record;
    std::uint64_t end_offset = 0;     // bytes in use from the file's start
    std::uint64_t pending_bytes = 0;  // given to uploads that are not published
    std::uint64_t changed_lsn = 0;    // of the last group that changed live_bytes
    std::uint32_t pins = 0;           // open readers
    bool free = false;                // ready for the log
    bool punched = false;             // has holes: a write into it may find no space, so it is not recycled
    std::vector<std::pair<std::uint64_t, std::uint64_t>> heads;  // log: offset and length of what is no body
    std::shared_ptr<io::File> file;                              // null: not open
    std::uint64_t used_at = 0;                                   // for closing the least recently used
  };

  Segments(io::Disk& disk, const Options& options, Health& health)
      : disk_(disk), options_(options), health_(health) {}

  // --- start; one thread ---
  void set_identity(std::uint64_t store_id, std::uint64_t epoch) { store_id_ = store_id, epoch_ = epoch; }
  /// Takes what the index knows; `next_*` go on from its state record.
  void add(std::uint32_t number, const SegmentRecord& record);
  void set_next(std::uint32_t number, std::uint64_t generation);
  /// A segment that recovery found on disk and the index does not know under this generation.
  void adopt(const SegmentHeader& header);
  /// Nothing that was written before this start is appended to.
  void seal_all();
  /// Removes files that no record names; gives back what unpublished uploads left in unsealed data segments.
  Result<void> sweep(const Index& index);
  std::map<std::uint32_t, SegmentRecord> records() const;

  // --- files ---
  Result<std::shared_ptr<io::File>> file(std::uint32_t number);
  /// One sync for all that ask while one is running. A failure fences.
  Result<void> sync(std::uint32_t number);

  // --- log ---
  /// A segment for groups from `first_lsn` on, at least `bytes` long, its header durable; seals the one
  /// before.
  Result<SegmentHeader> start_log(std::uint64_t first_lsn, std::uint64_t bytes);
  /// Makes room up to `end_offset`. Errors: no_space, io.
  Result<void> reserve_log(std::uint32_t number, std::uint64_t end_offset);
  void note_group(std::uint32_t number, std::uint64_t offset, std::uint64_t head_length,
                  std::uint64_t end_offset, std::uint64_t last_lsn);

  // --- extents ---
  /// Up to `bytes` (whole chunks where it is less) in a data segment, with space reserved. Errors: no_space,
  /// io.
  Result<Location> allocate(std::uint64_t bytes);
  /// What allocate() gave and no batch took.
  void give_back(const Location& where);
  /// Gives a dead range's space back to the file system.
  void punch(const Location& where);

  // --- accounting ---
  /// Applies a group's changes of live bytes and writes the records that they change.
  void apply(const std::map<std::uint32_t, std::int64_t>& live_changes,
             const std::map<std::uint32_t, std::uint64_t>& published_pending, std::uint64_t lsn,
             IndexBatch& batch);
  std::pair<std::uint32_t, std::uint64_t> next() const;  // number, generation
  /// Errors: corruption, where there is no such segment.
  Result<void> pin(std::uint32_t number);
  void unpin(std::uint32_t number);
  std::uint64_t live_bytes(std::uint32_t number) const;
  SegmentStats stats() const;

  // --- reclaiming; one thread ---
  /// Recycles or removes dead segments. `gate` is held exclusively while one is taken out of use, so that no
  /// reader opens a blob in between. True: some only wait for the index to be flushed.
  bool reclaim(Index& index, std::shared_mutex& gate);
  /// Punches the heads of sealed log segments that the index does not need any more.
  void punch_heads(std::uint64_t flushed_lsn);
  /// Clean stop: seals everything (to be flushed with the index).
  void seal_into(IndexBatch& batch);
  /// Clean stop, after that flush: returns tails, heads and dead files.
  void trim(std::shared_mutex& gate, Index& index);

 private:
  Result<SegmentHeader> make(SegmentKind kind, std::uint64_t first_lsn, std::uint64_t bytes);
  Result<void> write_header(io::File& file, const SegmentHeader& header);
  Result<std::uint64_t> take_extent_room(std::uint64_t bytes);
  void close_idle_files();
  bool dead(const Segment& segment) const;

  io::Disk& disk_;
  const Options& options_;
  Health& health_;
  std::uint64_t store_id_ = 0;
  std::uint64_t epoch_ = 0;

  mutable std::mutex mutex_;
  std::map<std::uint32_t, Segment> segments_;  // guarded by mutex_
  std::uint32_t next_number_ = 1;              // guarded by mutex_
  std::uint64_t next_generation_ = 1;          // guarded by mutex_
  std::uint64_t uses_ = 0;                     // guarded by mutex_
  std::size_t open_files_ = 0;                 // guarded by mutex_

  std::uint32_t log_ = 0;  // the log thread's own: the active one, 0: none

  std::mutex data_mutex_;   // one allocation at a time
  std::uint32_t data_ = 0;  // guarded by data_mutex_: where extents go, 0: nowhere yet

  struct SyncState {
    std::uint64_t tickets = 0;
    std::uint64_t done = 0;
    std::uint32_t waiting = 0;
    bool running = false;
    bool failed = false;
  };
  std::mutex sync_mutex_;
  std::condition_variable synced_;
  std::map<std::uint32_t, SyncState> syncs_;  // guarded by sync_mutex_
};

}  // namespace anabranch::engine
