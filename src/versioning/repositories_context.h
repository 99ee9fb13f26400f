// versioning/repositories_context.h — what the parts of Repositories share: the stores, a repository that is
// open, its files, and the queue of each branch. Internal to this module.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "base/task.h"
#include "base/workers.h"
#include "kv/store.h"
#include "objects/object_store.h"
#include "versioning/records.h"
#include "versioning/tree.h"

namespace anabranch::versioning {

/// Everything here outlives every part.
struct Services {
  kv::Store& kv;
  objects::ObjectStore& objects;
  const Clock& clock;
  Workers& readers;  // the server's pool: reads that missed the memory
  /// A pool of versioning's own for what waits for objects (whose tasks run on the server's pool: waiting for
  /// them there could leave no thread to run them).
  Workers& writers;
  TreeCache& tree_cache;
};

/// The metadata files of a repository: objects "<prefix>_lakefs/<id>" of the namespace's bucket.
class NamespaceFiles final : public MetadataFiles {
 public:
  NamespaceFiles(objects::ObjectStore& objects, std::string bucket, std::string prefix)
      : objects_(objects), bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  Result<std::string> read(const std::string& id) override;
  Result<void> write(const std::string& id, const std::string& bytes) override;

 private:
  objects::ObjectStore& objects_;
  const std::string bucket_, prefix_;
};

/// "s3://bucket/key". Errors: invalid_argument.
struct S3Address {
  std::string bucket, key;
};
Result<S3Address> parse_s3_address(const std::string& uri);

/// A repository that is open. Immutable; a change of its record makes a new one.
struct OpenRepository {
  OpenRepository(const Services& services, RepositoryRecord record, S3Address place);

  const std::string uid;
  const Repository info;
  const std::string bucket;  // of the storage namespace
  const std::string prefix;  // of the namespace's keys: ends in '/', or is empty
  mutable NamespaceFiles files;
  const Trees trees;

  std::string key_of(std::string_view relative) const { return prefix + std::string(relative); }
  /// "s3://bucket/key" of an entry's bytes.
  std::string physical_address(const Entry& entry) const;
};
using RepositoryHandle = std::shared_ptr<const OpenRepository>;

/// Names for new objects: "data/<partition>/<xid>"; partitions sort newest first, hold at most 50,000 names
/// or an hour. Source: lakeFS pkg/upload/path_provider.go. Thread safety: any thread.
class DataPaths {
 public:
  std::string next(TimeMs now_ms);

 private:
  std::mutex mutex_;
  std::string partition_;  // guarded by mutex_
  TimeMs started_ms_ = 0;  // guarded by mutex_
  unsigned names_ = 0;     // guarded by mutex_
};

/// One turn after the other for each branch: commits, merges and their kin wait here, not on a thread.
/// Thread safety: any thread. A Turn must end before its queue does.
class BranchQueues {
 public:
  class Turn {
   public:
    Turn(BranchQueues& queues, std::string key) : queues_(&queues), key_(std::move(key)) {}
    Turn(Turn&& other) noexcept
        : queues_(std::exchange(other.queues_, nullptr)), key_(std::move(other.key_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (queues_ != nullptr) queues_->leave(key_);
    }

   private:
    BranchQueues* queues_;
    std::string key_;
  };

  Task<Turn> wait(std::string key);

 private:
  using Resume = std::function<void(bool)>;
  void leave(const std::string& key);

  std::mutex mutex_;
  std::unordered_map<std::string, std::deque<Resume>>
      waiting_;  // guarded by mutex_; an entry: someone has the turn
};

/// Makes a batch by `prepare` (on this thread while all is in memory) and commits it, anew while others win
/// the race. An empty batch means nothing to do. Errors: those of `prepare`; conflict after very many tries.
Task<Result<void>> commit_prepared(const Services& services, std::function<Result<kv::Batch>()> prepare);

/// The batch to await before what lost a race reads again: conditions also see batches that are not durable
/// yet, reads see them only then, so that reading at once could find the old state again and again.
kv::Batch barrier_batch();

/// Tries of an optimistic change before it gives up with `conflict`.
inline constexpr int kTriesMax = 1'000;

}  // namespace anabranch::versioning
