// versioning/refs_store.h — branches, tags and commits of repositories in kv, and what a ref expression
// names. Internal.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "versioning/refs.h"
#include "versioning/repositories_context.h"

namespace anabranch::versioning {

/// A branch as it was read: the record and its bytes, which a later batch requires unchanged.
struct BranchState {
  std::string name;
  std::string key;
  std::string raw;
  BranchRecord record;
};

/// What an expression names.
struct NamedCommit {
  std::string commit_id;
  /// Of a plain branch name, or one with '$': reads see the branch's uncommitted changes.
  std::optional<BranchState> branch;
  bool staged_only_name = false;  // '$' was given: no commit is meant
  bool is_branch = false;         // the expression's base is a branch
};

using CommitHandle = std::shared_ptr<const Commit>;

/// Reads obey read_tier(). `reader` is the store or a snapshot of it: reads that must agree take one
/// snapshot. Thread safety: every method from any thread.
class RefStore {
 public:
  explicit RefStore(const Services& services) : services_(services) {}

  /// Errors: no_such_branch.
  Result<BranchState> branch(const kv::Reader& reader, const OpenRepository& repository,
                             const std::string& name) const;
  /// The branch, to write to it. Errors: not_allowed (a tag, a commit, a read-only repository),
  /// no_such_branch.
  Result<BranchState> writable_branch(const kv::Reader& reader, const OpenRepository& repository,
                                      const std::string& name) const;
  /// Errors: invalid_argument, no_such_ref.
  Result<NamedCommit> resolve(const kv::Reader& reader, const OpenRepository& repository,
                              const std::string& ref) const;
  /// As resolve(), for what needs a commit: '$' is refused.
  Result<CommitHandle> resolve_commit(const kv::Reader& reader, const OpenRepository& repository,
                                      const std::string& ref) const;
  /// Cached: commits never change. Errors: no_such_commit.
  Result<CommitHandle> commit(const kv::Reader& reader, const OpenRepository& repository,
                              const std::string& id) const;

  Result<Page<Branch>> list_branches(const OpenRepository& repository, const PageRequest& page) const;
  Result<Tag> tag(const OpenRepository& repository, const std::string& name) const;
  Result<Page<Tag>> list_tags(const OpenRepository& repository, const PageRequest& page) const;

  Task<Result<Branch>> create_branch(RepositoryHandle repository, std::string name, std::string source);
  /// Gives the branch's tokens, whose records are then to be removed.
  Task<Result<std::vector<std::string>>> delete_branch(RepositoryHandle repository, std::string name);
  Task<Result<Tag>> create_tag(RepositoryHandle repository, std::string name, std::string ref);
  Task<Result<void>> delete_tag(RepositoryHandle repository, std::string name);

 private:
  Result<std::optional<BranchState>> find_branch(const kv::Reader& reader, const OpenRepository& repository,
                                                 const std::string& name) const;
  Result<std::optional<std::string>> find_by_prefix(const kv::Reader& reader,
                                                    const OpenRepository& repository,
                                                    const std::string& prefix) const;
  Result<NamedCommit> resolve_base(const kv::Reader& reader, const OpenRepository& repository,
                                   const std::string& base) const;
  Result<void> check_new_name(const OpenRepository& repository, const std::string& name) const;

  const Services& services_;
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, CommitHandle> commits_;  // by kv key; guarded by mutex_
};

}  // namespace anabranch::versioning
