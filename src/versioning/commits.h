// versioning/commits.h — moving branch heads: commits, merges, reverts, cherry-picks, resets. Internal.
//
// Each runs on a pool thread while its branch's turn is held (BranchQueues), and moves the head by
// compare-and-set, so that another server, or a reset, can only make it try again. All calls here block.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "versioning/listing_reader.h"
#include "versioning/promotion.h"
#include "versioning/staging.h"

namespace anabranch::versioning {

/// Removes the records of tokens that no branch names any more, in bounded batches; what a crash leaves is
/// done at the next start. Thread safety: any thread.
class TokenCleaner {
 public:
  explicit TokenCleaner(const Services& services) : services_(services) {}
  /// Later, on the pool of writers.
  void drop_later(std::vector<std::string> tokens) const;
  /// Now. Errors: those of the store.
  Result<void> drop(const std::string& token) const;
  /// What is recorded as dropped. To be asked before anything else runs: a reset of a prefix records its new
  /// token, too, while it fills it.
  Result<std::vector<std::string>> recorded() const;
  /// Removes all keys under a prefix.
  Result<void> erase_all(const std::string& prefix) const;

 private:
  const Services& services_;
};

/// Thread safety: every method from any thread; of one branch, one at a time (its turn).
class BranchHeads {
 public:
  BranchHeads(const Services& services, const RefStore& refs, const RefReader& reader,
              const TokenCleaner& cleaner)
      : services_(services), refs_(refs), reader_(reader), cleaner_(cleaner) {}

  Result<Commit> commit(const OpenRepository& repository, const std::string& branch,
                        const CommitRequest& request) const;
  Result<Commit> merge(const OpenRepository& repository, const std::string& source,
                       const std::string& destination, const MergeRequest& request) const;
  Result<Promotion> promote(const OpenRepository& repository, const std::string& run,
                            const std::string& destination, const PromotionRequest& request) const;
  Result<Commit> revert(const OpenRepository& repository, const std::string& branch,
                        const RevertRequest& request) const;
  Result<Commit> cherry_pick(const OpenRepository& repository, const std::string& branch,
                             const CherryPickRequest& request) const;
  Result<void> hard_reset(const OpenRepository& repository, const std::string& branch, const std::string& ref,
                          bool force) const;
  /// Errors: dirty_branch.
  Result<void> require_clean(const OpenRepository& repository, const std::string& branch) const;
  /// Drops every uncommitted change.
  Result<void> reset_all(const OpenRepository& repository, const std::string& branch) const;
  /// Drops uncommitted changes of paths under `prefix`, all at once.
  Result<void> reset_prefix(const OpenRepository& repository, const std::string& branch,
                            const std::string& prefix) const;

  /// Makes the next commit over `head`: sets its tree, parents, message. It is called again where the branch
  /// moved.
  using Make = std::function<Result<Commit>(const CommitHandle& head)>;
  /// Moves a clean branch to the commit that `make` gives. Errors: dirty_branch, conflict, those of `make`.
  Result<Commit> advance(const OpenRepository& repository, const std::string& branch, const Make& make) const;

 private:
  /// The branch with nothing in its open token, and nothing real in its closed ones. Errors: dirty_branch.
  Result<BranchState> clean_branch(const OpenRepository& repository, const std::string& branch) const;
  /// Closes the open token. False where the branch changed meanwhile.
  Result<bool> seal(const OpenRepository& repository, const BranchState& state) const;
  /// Writes `commit` and moves the branch to it, without its closed tokens. False where the branch changed
  /// meanwhile.
  Result<bool> finish(const OpenRepository& repository, const BranchState& state, const Commit& commit) const;
  Result<bool> has_staged(const kv::Reader& reader, const std::vector<std::string>& tokens) const;
  /// Puts `next` in place of `state` and drops its tokens but `kept`. False where the branch changed
  /// meanwhile.
  Result<bool> replace(const OpenRepository& repository, const BranchState& state, const BranchRecord& next,
                       kv::Batch with) const;
  Result<Commit> absorb_sealed(const OpenRepository& repository, const BranchState& state,
                               const CommitRequest& request, bool& moved) const;
  Result<bool> is_itself(const OpenRepository& repository, const std::string& ref, const std::string& branch,
                         const CommitHandle& head) const;
  Result<MetarangeId> merged_tree(const OpenRepository& repository, const MergeBases& bases,
                                  const MetarangeId& source, const MetarangeId& destination,
                                  MergeStrategy strategy) const;
  std::int64_t now_seconds() const { return services_.clock.now_ms() / 1000; }

  const Services& services_;
  const RefStore& refs_;
  const RefReader& reader_;
  const TokenCleaner& cleaner_;
};

}  // namespace anabranch::versioning
