// kv/blob_ledger.h — how a key store that does not hold the blobs itself has their references counted.
//
// kv may not use blob (ARCHITECTURE.md, layers), so the blob store is reached through this interface; whoever
// builds both (app, tests) joins them with LedgerOver. The engine holds keys and blobs in one log and needs
// none of this.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "kv/store.h"

namespace anabranch::kv {

/// The blob side of a batch. Thread safety: apply() from any thread.
class BlobLedger {
 public:
  virtual ~BlobLedger() = default;

  /// Takes all of a batch's blob changes, or none. They count as a set: a blob published here may be shared
  /// here, and a blob is gone when the count after the whole batch is zero. Errors: not_found         a blob
  /// to share or release is not there, or is released more often than it is held.
  ///         invalid_argument  a blob to publish was not finished, or is published already.
  virtual Result<void> apply(const std::vector<Batch::BlobChange>& changes) = 0;
};

/// A ledger over any blob store that has
///   Result<void> change_references(published, shared, released)   (three vectors of BlobId; all or nothing)
/// such as blob::MemoryStore. `blobs` must outlive it.
template <class Blobs>
class LedgerOver final : public BlobLedger {
 public:
  explicit LedgerOver(Blobs& blobs) : blobs_(blobs) {}

  Result<void> apply(const std::vector<Batch::BlobChange>& changes) override {
    std::vector<BlobId> published, shared, released;
    for (const auto& change : changes) {
      switch (change.kind) {
        case Batch::BlobChange::Kind::publish:
          published.push_back(change.id);
          break;
        case Batch::BlobChange::Kind::share:
          shared.push_back(change.id);
          break;
        case Batch::BlobChange::Kind::release:
          released.push_back(change.id);
          break;
      }
    }
    return blobs_.change_references(published, shared, released);
  }

 private:
  Blobs& blobs_;
};

}  // namespace anabranch::kv
