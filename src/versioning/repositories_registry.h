// versioning/repositories_registry.h — which repositories there are and which namespaces they use. Internal.
//
// All records are in memory (loaded at start; what a change touched is read again after it), so that finding
// a repository, or that a plain key lies in none's namespace, costs no read.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "versioning/repositories_context.h"

namespace anabranch::versioning {

/// Thread safety: every method from any thread.
class RepositoryRegistry {
 public:
  explicit RepositoryRegistry(const Services& services) : services_(services) {}

  /// Reads the records; later calls do nothing. Errors: those of the store.
  Result<void> load() const;

  /// Errors: no_such_repository.
  Result<RepositoryHandle> open(const std::string& name) const;
  Result<Page<Repository>> list(const PageRequest& page) const;
  /// The repository in whose namespace `bucket`/`key` lies, or null.
  Result<RepositoryHandle> owner_of(const std::string& bucket, const std::string& key) const;
  Result<bool> bucket_in_use(const std::string& bucket) const;
  Result<std::vector<Repository>> in_bucket(const std::string& bucket) const;
  Result<std::size_t> count() const;

  /// Errors: as Repositories::create().
  Task<Result<Repository>> create(Repository repository, std::string committer);
  /// Gives the uid, whose records are then to be removed. Errors: no_such_repository.
  Task<Result<std::string>> remove(std::string name);
  Task<Result<void>> set_metadata(std::string name, Metadata metadata);

 private:
  Result<kv::Batch> creation_batch(const RepositoryRecord& record, const S3Address& place,
                                   const Commit& first, const objects::PendingObject& dummy) const;
  Result<void> take_namespace(kv::Batch& batch, const S3Address& place, const std::string& uid) const;
  void insert(RepositoryRecord record, const S3Address& place) const;
  void erase(const std::string& name) const;
  /// Brings memory to what kv holds under a name, after a commit that touched it. Names are used again, and
  /// of two changes the one committed last may be the first to get here.
  Task<Result<void>> refresh(std::string name) const;
  Result<void> read_anew(const std::string& name) const;

  const Services& services_;
  mutable std::mutex reading_;  // held by read_anew(), never with mutex_ before it
  mutable std::shared_mutex mutex_;
  mutable bool loaded_ = false;                                   // these three are guarded by mutex_
  mutable std::map<std::string, RepositoryHandle> repositories_;  // by name
  mutable std::map<std::string, std::map<std::string, RepositoryHandle>> live_;  // bucket, prefix
};

}  // namespace anabranch::versioning
