// versioning/import.h — zero-copy imports that run in the background and outlive the request that started
// them. Internal.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "versioning/commits.h"
#include "versioning/import_sources.h"

namespace anabranch::versioning {

/// Thread safety: every method from any thread.
class Imports {
 public:
  Imports(const Services& services, const RefStore& refs, const BranchHeads& heads, BranchQueues& queues)
      : services_(services), refs_(refs), heads_(heads), queues_(queues) {}
  /// Cancels what runs and waits for it.
  ~Imports();

  /// What a server that ended left running is marked as failed. Called once, before the first import.
  Result<void> fail_interrupted() const;

  Task<Result<std::string>> start(RepositoryHandle repository, std::string branch,
                                  std::vector<ImportSource> sources, CommitRequest request);
  Result<ImportStatus> status(const OpenRepository& repository, const std::string& id) const;
  /// Errors: not_found; conflict (it has ended).
  Task<Result<void>> cancel(RepositoryHandle repository, std::string id);

 private:
  struct Job {
    RepositoryHandle repository;
    std::string branch;
    std::vector<ParsedSource> sources;
    CommitRequest request;
    std::string id;
    std::atomic<bool> cancelled{false};
    std::atomic<std::uint64_t> ingested{0};
    TimeMs saved_ms = 0;  // of the importing thread
  };
  using JobHandle = std::shared_ptr<Job>;

  void run(const JobHandle& job);
  Result<Commit> import(Job& job);
  Result<void> pin(const Job& job, TimeMs open_for_ms);
  Result<MetarangeId> build_pinned(Job& job, const CommitHandle& base, std::optional<MetarangeId>& built);
  Result<MetarangeId> build(Job& job, const CommitHandle& head, std::optional<MetarangeId>& built);
  bool progress(Job& job, std::uint64_t count);
  void save(const Job& job, const ImportStatus& status, bool ended) const;

  const Services& services_;
  const RefStore& refs_;
  const BranchHeads& heads_;
  BranchQueues& queues_;
  mutable std::mutex mutex_;
  std::map<std::string, JobHandle> running_;  // by id; guarded by mutex_
  /// Apart from the pool of writers: an import may last, and waits for a branch's turn. Last: it ends first.
  Workers pool_{"import", 2};
};

}  // namespace anabranch::versioning
