// versioning/repositories.h — repositories: branches, tags, commits, staging, merges, imports over one
// ObjectStore.
//
// In:   a repository, a ref, a path; bytes as objects::PendingObject. Out: entries, commits, differences,
// conflicts. kv keys: docs/formats/keys.md. Files: <namespace>/_lakefs/ (ranges, metaranges, dummy) and
// <namespace>/data/, which are ordinary objects in the namespace's bucket. Branch heads move by
// compare-and-set; merges into one branch queue here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/workers.h"
#include "kv/store.h"
#include "objects/object_store.h"
#include "versioning/promotion.h"
#include "versioning/types.h"

namespace anabranch::versioning {

struct RepositoriesOptions {
  std::size_t tree_cache_bytes_max = 48 * MiB;
};

/// Functions that return Result read, obey read_tier() and may be called through inline_or_on(); those that
/// return Task write, may be awaited on a network thread, and do heavy work on `workers`. Errors of every
/// call: no_such_repository, io, unavailable, would_block; with a ref: no_such_ref (also no_such_branch,
/// no_such_tag, no_such_commit); invalid_argument and invalid_name name the field.
/// Thread safety: every method from any thread.
class Repositories {
 public:
  Repositories(kv::Store& kv, objects::ObjectStore& objects, const Clock& clock, Workers& workers,
               RepositoriesOptions options = {});
  /// Cancels running imports and waits for them.
  ~Repositories();

  // ── repositories
  // ───────────────────────────────────────────────────────────────────────────────────────────────
  /// Writes the dummy into the namespace, makes the default branch with the commit "Repository created".
  /// Errors: invalid_name, invalid_argument (namespace), no_such_bucket, namespace_in_use, already_exists
  /// (also where a
  ///         bucket has that name).
  Task<Result<Repository>> create(Repository repository, std::string committer);
  Result<Repository> get(const std::string& repository) const;
  Result<Page<Repository>> list(const PageRequest& page) const;
  /// The data in the namespace stays, as lakeFS leaves it; the namespace cannot be used again.
  Task<Result<void>> remove(std::string repository);
  Task<Result<void>> set_metadata(std::string repository, Metadata metadata);
  Result<std::size_t> count() const;
  /// Those whose namespace lies in this bucket, by namespace.
  Result<std::vector<Repository>> in_bucket(const std::string& bucket) const;
  /// Both block (ReadTier is not asked): on a pool thread only. Cost: what changed since the last call,
  /// bounded.
  Result<HeadFigures> head_figures(const std::string& repository) const;
  Result<RepositoryFigures> figures(const std::string& repository) const;
  /// Whether `bucket`/`key` lies in the namespace of a repository: plain S3 changes there are refused, save
  /// writes to an address that was issued, has not expired and is not linked yet.
  struct NamespaceUse {
    bool inside = false;
    bool issued = false;
    bool to_be_linked = false;             // issued by issue_address(), not for the parts of an upload
    std::string repository, branch, path;  // where issued: what for
  };
  Result<NamespaceUse> namespace_use(const std::string& bucket, const std::string& key) const;
  /// The condition "this address is issued still", so that no byte changes once it is linked. Errors:
  /// access_denied.
  Result<void> require_issued(kv::Batch& batch, const std::string& bucket, const std::string& key) const;
  /// The condition "no repository has this name", for the creation of a bucket in the same batch.
  void require_no_repository(kv::Batch& batch, const std::string& name) const;
  /// True where a repository's namespace lies in this bucket (which then cannot be deleted).
  Result<bool> bucket_in_use(const std::string& bucket) const;

  // ── refs
  // ───────────────────────────────────────────────────────────────────────────────────────────────────────
  Result<ResolvedRef> resolve(const std::string& repository, const std::string& ref) const;
  Result<Branch> get_branch(const std::string& repository, const std::string& branch) const;
  Result<Page<Branch>> list_branches(const std::string& repository, const PageRequest& page) const;
  /// One kv record, whatever the size of the data. Errors: already_exists, invalid_name.
  Task<Result<Branch>> create_branch(std::string repository, std::string branch, std::string source_ref);
  /// Errors: not_allowed (the default branch).
  Task<Result<void>> delete_branch(std::string repository, std::string branch);
  Task<Result<void>> reset_branch(std::string repository, std::string branch, ResetType type,
                                  std::string path);
  /// Errors: dirty_branch (unless force).
  Task<Result<void>> hard_reset_branch(std::string repository, std::string branch, std::string ref,
                                       bool force);
  Result<Tag> get_tag(const std::string& repository, const std::string& tag) const;
  Result<Page<Tag>> list_tags(const std::string& repository, const PageRequest& page) const;
  /// Errors: already_exists (a branch of the name, too). `force` is for lakeFS's read-only repositories: it
  /// overwrites nothing.
  Task<Result<Tag>> create_tag(std::string repository, std::string tag, std::string ref, bool force);
  Task<Result<void>> delete_tag(std::string repository, std::string tag);

  // ── commits
  // ────────────────────────────────────────────────────────────────────────────────────────────────────
  /// Errors: no_changes; conflict (the branch kept moving).
  Task<Result<Commit>> commit(std::string repository, std::string branch, CommitRequest request);
  Result<Commit> get_commit(const std::string& repository, const std::string& ref) const;
  Result<Page<Commit>> log(const std::string& repository, const LogRequest& request) const;
  /// Commits of all branches, newest first, children before parents, at most the newest 100,000; after the
  /// commit `after`. Blocks: on a pool thread only. Errors: no_such_ref (`after`).
  Result<GraphPage> graph(const std::string& repository, const std::string& after, unsigned amount) const;
  /// Errors: merge_conflict (the message names the paths), no_changes, dirty_branch, precondition_failed.
  Task<Result<Commit>> merge(std::string repository, std::string source_ref, std::string destination_branch,
                             MergeRequest request);
  /// A run's commit brought to a branch: see promotion.h. Errors: merge_conflict (the message names the
  /// paths), precondition_failed (the branch has moved; its data would not be the run's), no_changes,
  /// dirty_branch.
  Task<Result<Promotion>> promote(std::string repository, std::string run_ref, std::string destination_branch,
                                  PromotionRequest request);
  Result<MergeBase> merge_base(const std::string& repository, const std::string& source_ref,
                               const std::string& destination_ref) const;
  /// Errors: dirty_branch, no_changes, merge_conflict, invalid_argument (parent number).
  Task<Result<Commit>> revert(std::string repository, std::string branch, RevertRequest request);
  Task<Result<Commit>> cherry_pick(std::string repository, std::string branch, CherryPickRequest request);

  // ── objects of a ref
  // ───────────────────────────────────────────────────────────────────────────────────────────
  /// Errors: no_such_key.
  Result<ObjectStat> stat(const std::string& repository, const std::string& ref,
                          const std::string& path) const;
  /// What is told of an object, from records alone. Errors: as open().
  struct DescribedObject {
    ObjectStat stat;
    objects::ObjectInfo physical;  // of the object that the entry points to
  };
  Result<DescribedObject> head(const std::string& repository, const std::string& ref,
                               const std::string& path) const;
  /// Opens the bytes of an object that `choose` picks, all where it is empty. Errors: no_such_key;
  /// source_changed (410) where an imported source is gone.
  struct OpenedObject {
    ObjectStat stat;
    std::unique_ptr<objects::ObjectReader> reader;
  };
  Result<OpenedObject> open(const std::string& repository, const std::string& ref, const std::string& path,
                            const objects::ChooseExtent& choose = {}) const;
  /// In path order, uncommitted changes of a branch included; seeks past common prefixes and deleted runs.
  Result<Page<ObjectStat>> list_objects(const std::string& repository, const std::string& ref,
                                        const ListObjectsRequest& request) const;

  // ── writing to a branch
  // ────────────────────────────────────────────────────────────────────────────────────────
  /// The branch is there and may be written: ask before the body is taken. Errors: not_allowed (a tag or a
  /// commit).
  Result<void> check_writable(const std::string& repository, const std::string& ref,
                              const std::string& path) const;
  /// Publishes `pending` at a new physical address under data/ and stages it at `path`, in one batch.
  /// Errors: precondition_failed, no_such_key (if_match on a missing path), not_allowed, no_such_branch.
  Task<Result<ObjectStat>> stage(std::string repository, std::string branch, std::string path,
                                 objects::PendingObject pending, objects::WriteCondition condition);
  /// Deleting what is not there is no error, whatever the condition (gives false).
  Task<Result<bool>> delete_object(std::string repository, std::string branch, std::string path,
                                   objects::WriteCondition condition = {});
  /// Up to 1,000 paths in one batch; those whose condition does not hold stay. Keys are paths.
  Task<Result<objects::RemovalOutcomes>> delete_objects(std::string repository, std::string branch,
                                                        std::vector<objects::Removal> removals);
  /// Stages an object of any ref at another path; shares its bytes.
  Task<Result<ObjectStat>> copy_object(std::string repository, std::string branch, std::string path,
                                       std::string source_ref, std::string source_path,
                                       objects::CopyOptions options, objects::WriteCondition condition = {});
  Task<Result<ObjectStat>> set_user_metadata(std::string repository, std::string branch, std::string path,
                                             Metadata metadata);
  /// An address under data/ that a client may write to by itself (by S3 or a presigned URL) and then link.
  Task<Result<StagingLocation>> issue_address(std::string repository, std::string branch, std::string path);
  struct LinkRequest {
    std::string physical_address;
    std::string etag;  // as the client says; the object's own wins
    std::int64_t size_bytes = 0;
    Metadata metadata;
    std::string content_type;
    objects::WriteCondition condition;
  };
  /// Errors: invalid_argument (an address not issued for this repository, expired, or already linked),
  /// no_such_key.
  Task<Result<ObjectStat>> link_address(std::string repository, std::string branch, std::string path,
                                        LinkRequest request);

  // ── multipart uploads to a branch
  // ──────────────────────────────────────────────────────────────────────────────
  Task<Result<objects::UploadInfo>> create_upload(std::string repository, std::string branch,
                                                  std::string path, objects::UploadOptions options);
  /// Where the parts of an upload go: for ObjectStore::put_part, copy_part, list_parts, prepare_complete and
  /// abort. Errors: no_such_upload (also where the path is another).
  Result<StagingLocation> upload_location(const std::string& repository, const std::string& branch,
                                          const std::string& path, const std::string& upload_id) const;
  Task<Result<ObjectStat>> complete_upload(std::string repository, std::string branch, std::string path,
                                           std::string upload_id, std::vector<objects::CompletedPart> parts,
                                           objects::ExpectedObject expected,
                                           objects::WriteCondition condition);
  Task<Result<void>> abort_upload(std::string repository, std::string branch, std::string path,
                                  std::string upload_id);
  /// Keys are "<branch>/<path>", as S3 clients see them.
  Result<objects::UploadPage> list_uploads(const std::string& repository, const std::string& prefix,
                                           const std::string& delimiter, const std::string& key_marker,
                                           const std::string& upload_id_marker, unsigned uploads_max) const;

  // ── differences
  // ────────────────────────────────────────────────────────────────────────────────────────────────
  /// Uncommitted changes of a branch.
  Result<Page<DiffItem>> diff_branch(const std::string& repository, const std::string& branch,
                                     const ListObjectsRequest& request) const;
  Result<Page<DiffItem>> diff_refs(const std::string& repository, const std::string& left_ref,
                                   const std::string& right_ref, DiffKind kind,
                                   const ListObjectsRequest& request) const;

  /// The same, counted. Cost: the differences, at most kDiffsCountedMax.
  Result<DiffSummary> summarize_branch_diff(const std::string& repository, const std::string& branch,
                                            const DiffSummaryRequest& request) const;
  Result<DiffSummary> summarize_refs_diff(const std::string& repository, const std::string& left_ref,
                                          const std::string& right_ref, DiffKind kind,
                                          const DiffSummaryRequest& request) const;

  // ── import
  // ─────────────────────────────────────────────────────────────────────────────────────────────────────
  /// Starts a zero-copy import in the background; a branch with uncommitted changes is an error of its
  /// status. Sources are our own buckets. Errors: invalid_argument (a source), no_such_bucket,
  /// no_such_branch.
  Task<Result<std::string>> start_import(std::string repository, std::string branch,
                                         std::vector<ImportSource> sources, CommitRequest request,
                                         bool force);
  Result<ImportStatus> import_status(const std::string& repository, const std::string& branch,
                                     const std::string& id) const;
  /// Errors: not_found, conflict (it has ended).
  Task<Result<void>> cancel_import(std::string repository, std::string branch, std::string id);

  // ── inspection
  // ─────────────────────────────────────────────────────────────────────────────────────────────────
  /// The full address of a range or metarange file. Errors: not_found.
  Result<std::string> metadata_address(const std::string& repository, const std::string& id) const;
  Result<std::vector<Trees::RangeInfo>> ranges(const std::string& repository,
                                               const MetarangeId& metarange) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// lakeFS's rules. Errors: invalid_name. Repository: ^[a-z0-9][a-z0-9-]{2,62}$; branch and tag: git-like.
Result<void> check_repository_name(const std::string& name);
Result<void> check_branch_name(const std::string& name);
Result<void> check_tag_name(const std::string& name);

}  // namespace anabranch::versioning
