// kv/memory_store.h — the key store in memory: for tests, and for servers that need not remember.
//
// In:   batches. Out: values. Nothing outlives the object; everything else is as store.h promises.
// Each key keeps the versions that some open snapshot may still see; the newest alone where there is none.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kv/blob_ledger.h"
#include "kv/store.h"

namespace anabranch::kv {

/// Thread safety: every method from any thread. Callbacks of commit() run inside that call, no lock held.
class MemoryStore final : public Store {
 public:
  /// `ledger` counts blob references and must outlive this; without one, batches may not name blobs.
  explicit MemoryStore(BlobLedger* ledger = nullptr) : ledger_(ledger) {}

  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> scan(std::string_view begin, std::string_view end, const ScanVisitor& visitor) const override;
  std::unique_ptr<Reader> snapshot() const override;
  void commit(Batch batch, CommitCallback done) override;

 private:
  class Snapshot;
  struct Version {
    std::uint64_t sequence;
    std::optional<std::string> value;  // nullopt: erased
  };
  using Versions = std::vector<Version>;  // oldest first
  using Entry = std::pair<std::string, std::string>;

  std::uint64_t pin() const;
  void unpin(std::uint64_t sequence) const;
  std::optional<std::string> get_at(std::uint64_t sequence, std::string_view key) const;
  void scan_at(std::uint64_t sequence, std::string_view begin, std::string_view end,
               const ScanVisitor& visitor) const;
  /// The next entries from `from` on, a bounded number; empty at the end.
  std::vector<Entry> page_at(std::uint64_t sequence, const std::string& from, std::string_view end) const;

  static const std::string* visible(const Versions& versions, std::uint64_t sequence);
  Result<void> apply(const Batch& batch);
  void write(const std::string& key, std::optional<std::string> value);
  void drop_unseen(Versions& versions) const;

  BlobLedger* ledger_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Versions, std::less<>> entries_;  // guarded by mutex_
  mutable std::multiset<std::uint64_t> pins_;                     // guarded by mutex_: open snapshots
  mutable std::set<std::string> crowded_;                         // guarded by mutex_: keys with old versions
  std::uint64_t sequence_ = 0;                                    // guarded by mutex_
};

}  // namespace anabranch::kv
