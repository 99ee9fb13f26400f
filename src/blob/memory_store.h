// blob/memory_store.h — the blob store in memory: for tests, and for servers that need not remember.
//
// In:   bytes. Out: the same bytes. Its references are counted by a key store through kv::LedgerOver (kv may
// not be named here), which calls change_references().
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "blob/store.h"

namespace anabranch::blob {

/// Thread safety: every method from any thread. Writers may outlive a discarded blob, never the store.
class MemoryStore final : public Store {
 public:
  MemoryStore() : state_(std::make_shared<State>()) {}

  std::unique_ptr<Writer> create(std::optional<std::uint64_t> size_hint_bytes) override;
  Result<std::unique_ptr<Reader>> open(BlobId id) override;

  /// Takes all changes or none, as kv::BlobLedger::apply() says.
  /// Errors: not_found, invalid_argument.
  Result<void> change_references(const std::vector<BlobId>& published, const std::vector<BlobId>& shared,
                                 const std::vector<BlobId>& released);

  /// Blobs that are published, and their bytes: for tests that look for leaks.
  std::size_t published_count() const;
  std::uint64_t published_bytes() const;
  /// Finished or not, but not published.
  std::size_t unpublished_count() const;

 private:
  class MemoryWriter;
  class MemoryReader;
  struct Blob {
    std::shared_ptr<const std::string> bytes;  // null until finished
    std::int64_t references = 0;               // 0: not published
  };
  struct State {
    mutable std::mutex mutex;
    std::unordered_map<BlobId, Blob> blobs;  // guarded by mutex
  };
  std::shared_ptr<State> state_;
};

}  // namespace anabranch::blob
