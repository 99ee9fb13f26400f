// engine/index.h — the ordered map that follows the log: RocksDB without its own log, on an io::Disk.
//
// In:   whole groups, in log order, each with its state record. Out: values and scans of what was applied.
// Durable up to flushed_lsn(); the log holds the rest. Every read verifies RocksDB's block checksums.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "engine/options.h"
#include "io/disk.h"
#include "kv/store.h"

namespace rocksdb {
class WriteBatch;
}

namespace anabranch::engine {

/// Changes that the index takes at once.
class IndexBatch {
 public:
  IndexBatch();
  ~IndexBatch();
  IndexBatch(const IndexBatch&) = delete;
  IndexBatch& operator=(const IndexBatch&) = delete;

  void put(std::string_view key, std::string_view value);
  void erase(std::string_view key);

 private:
  friend class Index;
  std::unique_ptr<rocksdb::WriteBatch> batch_;
};

/// Keys are whole index keys (format.h). Thread safety: every method from any thread.
class Index {
 public:
  class Snapshot {
   public:
    virtual ~Snapshot() = default;
  };

  /// Opens or makes `index/` on `disk`, which must outlive it. `on_flushed` is called on RocksDB's threads.
  /// Errors: corruption, io, no_space.
  static Result<std::unique_ptr<Index>> open(io::Disk& disk, const Options& options,
                                             std::function<void()> on_flushed);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  /// Both obey read_tier(). Errors: would_block, io, corruption.
  Result<std::optional<std::string>> get(std::string_view key, const Snapshot* snapshot = nullptr) const;
  Result<void> scan(std::string_view begin, std::string_view end, const kv::ScanVisitor& visitor,
                    const Snapshot* snapshot = nullptr) const;
  /// The last entry whose key is at most `key` and starts with `prefix`. Errors: as get().
  Result<std::optional<std::pair<std::string, std::string>>> floor(std::string_view key,
                                                                   std::string_view prefix) const;
  std::unique_ptr<Snapshot> snapshot() const;

  /// Applies a group whose last LSN is `lsn`. The batch's last change must be the state record. One thread.
  /// Errors: no_space (after some patience), io, corruption: nothing was applied.
  Result<void> apply(IndexBatch& batch, std::uint64_t lsn);
  /// Applies what follows from earlier groups alone (segment records). Any thread.
  Result<void> apply_derived(IndexBatch& batch);

  /// Starts a flush, or waits for one. Errors: io, no_space.
  Result<void> flush(bool wait);
  /// Groups up to this LSN survive in the index alone.
  std::uint64_t flushed_lsn() const;
  void set_flushed_lsn(std::uint64_t lsn);
  /// Bytes of memory in use: memtables and table readers; for statistics.
  std::uint64_t memory_bytes() const;
  std::uint64_t disk_bytes() const;

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::engine
