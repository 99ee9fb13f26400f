// kv/store.h — the metadata contract: an ordered map of byte strings with atomic, conditional, durable
// batches.
//
// In:   keys and values from objects, auth, versioning, experiments (each owns a key prefix,
// docs/formats/keys.md). Out:  values, scans in key order; a batch is visible as a whole, once it would
// survive a power cut, or not at all. A batch also publishes, shares and releases blobs (blob/store.h): both
// stores commit them in one record.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"

namespace anabranch::kv {

/// Limits that every backend takes.
inline constexpr std::size_t kKeySizeMax = 8 * KiB;
inline constexpr std::size_t kValueSizeMax = 4 * MiB;
inline constexpr std::size_t kBatchSizeMax = 64 * MiB;

/// A set of changes that happen together or not at all.
/// Conditions see the state before the batch. Changes apply in order; the last one to a key wins.
class Batch {
 public:
  struct Change {
    enum class Kind : std::uint8_t { put, erase, add };
    Kind kind;
    std::string key;
    std::string value;       // put
    std::int64_t delta = 0;  // add
  };
  struct Condition {
    std::string key;
    std::optional<std::string> expected;  // nullopt: the key must be absent
  };
  struct BlobChange {
    enum class Kind : std::uint8_t { publish, share, release };
    Kind kind;
    BlobId id;
  };

  void put(std::string key, std::string value);
  void erase(std::string key);
  /// Adds to a counter: a value of 8 bytes, little endian, int64; absent counts as 0. Never conflicts.
  void add(std::string key, std::int64_t delta);

  void require_absent(std::string key);
  void require_equals(std::string key, std::string expected);
  /// As found by an earlier get(): absent or equal.
  void require(std::string key, std::optional<std::string> expected);

  /// Makes a finished blob permanent, with one reference. Unpublished blobs vanish.
  void publish(BlobId id);
  /// One reference more to a published blob. The batch fails with not_found where it is gone.
  void share(BlobId id);
  /// One reference less; at none, its space is used again once no reader holds it.
  void release(BlobId id);

  /// Appends all of `other`.
  void merge(Batch other);

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<Condition>& conditions() const { return conditions_; }
  const std::vector<BlobChange>& blob_changes() const { return blob_changes_; }
  bool empty() const { return changes_.empty() && blob_changes_.empty(); }

 private:
  std::vector<Change> changes_;
  std::vector<Condition> conditions_;
  std::vector<BlobChange> blob_changes_;
};

/// Reads a counter's value (see Batch::add).
std::int64_t decode_counter(std::string_view value);
std::string encode_counter(std::int64_t value);

/// What a scan does after an entry.
struct ScanStep {
  enum class Kind : std::uint8_t { next, stop, seek } kind = Kind::next;
  std::string key = {};  // seek: go on at the first key >= this one; must lie after the entry just seen

  static ScanStep next() { return {}; }
  static ScanStep stop() { return {Kind::stop, {}}; }
  static ScanStep seek(std::string key) { return {Kind::seek, std::move(key)}; }
};
/// Views are valid during the call only.
using ScanVisitor = std::function<ScanStep(std::string_view key, std::string_view value)>;

/// A state of the map. Reads obey read_tier() (base/workers.h).
/// Thread safety: every method from any thread.
class Reader {
 public:
  virtual ~Reader() = default;

  /// The value, or nullopt. Errors: would_block, io, corruption, unavailable.
  virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;

  /// Visits entries with begin <= key < end in byte order, until the visitor stops; an empty `end` means no
  /// end. One scan sees one state of the map. The visitor must not commit. Errors: as get().
  virtual Result<void> scan(std::string_view begin, std::string_view end,
                            const ScanVisitor& visitor) const = 0;
};

/// Thread safety: every method from any thread.
class Store : public Reader {
 public:
  using CommitCallback = std::function<void(Result<void>)>;

  /// The state of now, for several reads that must agree. Short-lived: hold it for one page.
  virtual std::unique_ptr<Reader> snapshot() const = 0;

  /// Checks the batch's conditions and makes it durable and visible, then calls `done` once, on any thread
  /// (quickly: it must not block). Batches take effect in the order of these calls. Errors:
  /// precondition_failed  a condition does not hold (the message names the key): nothing changed.
  ///         not_found            a blob to share or release is not there: nothing changed.
  ///         invalid_argument     over a limit above, or a blob to publish that was not finished.
  ///         no_space, io, unavailable  nothing is visible; after io the store refuses further writes.
  virtual void commit(Batch batch, CommitCallback done) = 0;
};

/// commit(), awaited.
Task<Result<void>> commit(Store& store, Batch batch);
/// commit(), blocking this thread. Not on network threads.
Result<void> commit_blocking(Store& store, Batch batch);

/// The smallest key after every key that starts with `prefix`; empty (no end) where there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace anabranch::kv
