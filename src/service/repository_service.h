// service/repository_service.h — versioning's use cases: who may do it, then versioning::Repositories does
// it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/workers.h"
#include "service/types.h"
#include "versioning/repositories.h"

namespace anabranch::service {

/// How long presigned URLs that the REST API gives are good.
inline constexpr std::int64_t kPresignSeconds = 15 * 60;

/// Errors of every call: access_denied and those of versioning::Repositories.
/// Thread safety: every method from any thread. Tasks may be awaited on network threads; nothing blocks
/// there.
class RepositoryService {
 public:
  RepositoryService(objects::ObjectStore& objects, versioning::Repositories& repositories,
                    auth::Credentials& credentials, const Clock& clock, Workers& workers);

  Task<Result<Repository>> create_repository(Caller caller, Repository repository);
  Task<Result<Repository>> get_repository(Caller caller, std::string repository);
  Task<Result<Page<Repository>>> list_repositories(Caller caller, PageRequest page);
  Task<Result<void>> delete_repository(Caller caller, std::string repository);
  Task<Result<void>> set_repository_metadata(Caller caller, std::string repository, Metadata metadata);

  Task<Result<Branch>> get_branch(Caller caller, std::string repository, std::string branch);
  Task<Result<Page<Branch>>> list_branches(Caller caller, std::string repository, PageRequest page);
  Task<Result<Branch>> create_branch(Caller caller, std::string repository, std::string branch,
                                     std::string source);
  Task<Result<void>> delete_branch(Caller caller, std::string repository, std::string branch);
  Task<Result<void>> reset_branch(Caller caller, std::string repository, std::string branch, ResetType type,
                                  std::string path);
  Task<Result<void>> hard_reset_branch(Caller caller, std::string repository, std::string branch,
                                       std::string ref, bool force);
  Task<Result<Tag>> get_tag(Caller caller, std::string repository, std::string tag);
  Task<Result<Page<Tag>>> list_tags(Caller caller, std::string repository, PageRequest page);
  Task<Result<Tag>> create_tag(Caller caller, std::string repository, std::string tag, std::string ref,
                               bool force);
  Task<Result<void>> delete_tag(Caller caller, std::string repository, std::string tag);

  /// `request.committer` is set to the caller's user.
  Task<Result<Commit>> commit(Caller caller, std::string repository, std::string branch,
                              CommitRequest request);
  Task<Result<Commit>> get_commit(Caller caller, std::string repository, std::string ref);
  Task<Result<Page<Commit>>> log(Caller caller, std::string repository, LogRequest request);
  /// The commits of all branches. Errors: no_such_ref (`after`).
  Task<Result<GraphPage>> graph(Caller caller, std::string repository, std::string after, unsigned amount);
  Task<Result<Commit>> merge(Caller caller, std::string repository, std::string source,
                             std::string destination, MergeRequest request);
  /// What a caller says of a promotion; the rest is in the run's commit. Empty message: one is made.
  Task<Result<MergeBase>> merge_base(Caller caller, std::string repository, std::string source,
                                     std::string destination);
  Task<Result<Commit>> revert(Caller caller, std::string repository, std::string branch,
                              RevertRequest request);
  Task<Result<Commit>> cherry_pick(Caller caller, std::string repository, std::string branch,
                                   CherryPickRequest request);

  Task<Result<ObjectStat>> stat_object(Caller caller, std::string repository, std::string ref,
                                       std::string path);
  struct Opened {
    ObjectStat stat;
    std::unique_ptr<ObjectReader> reader;
  };
  /// Only what `choose` picks (empty: all) may be read.
  Task<Result<Opened>> open_object(Caller caller, std::string repository, std::string ref, std::string path,
                                   objects::ChooseExtent choose = {});
  Task<Result<Page<ObjectStat>>> list_objects(Caller caller, std::string repository, std::string ref,
                                              ListObjectsRequest request);
  /// `body` must outlive the task. Refuses before a byte of it is read where it can.
  Task<Result<ObjectStat>> upload_object(Caller caller, std::string repository, std::string branch,
                                         std::string path, ReceiveOptions options, ByteSource& body,
                                         WriteCondition condition);
  Task<Result<bool>> delete_object(Caller caller, std::string repository, std::string branch,
                                   std::string path);
  Task<Result<void>> delete_objects(Caller caller, std::string repository, std::string branch,
                                    std::vector<std::string> paths);
  Task<Result<ObjectStat>> copy_object(Caller caller, std::string repository, std::string branch,
                                       std::string path, std::string source_ref, std::string source_path);
  Task<Result<ObjectStat>> set_user_metadata(Caller caller, std::string repository, std::string branch,
                                             std::string path, Metadata metadata);

  Task<Result<StagingLocation>> issue_address(Caller caller, std::string repository, std::string branch,
                                              std::string path);
  Task<Result<ObjectStat>> link_address(Caller caller, std::string repository, std::string branch,
                                        std::string path, versioning::Repositories::LinkRequest request);
  /// A URL that reads one object of a ref, whoever holds it. The caller's right to read it is checked now.
  Task<Result<PresignedUrl>> presign_read(Caller caller, std::string repository, std::string ref,
                                          std::string path, PresignRequest request);
  /// A URL that writes to an address that issue_address() gave.
  Task<Result<PresignedUrl>> presign_write(Caller caller, StagingLocation location, PresignRequest request);

  Task<Result<Page<DiffItem>>> diff_branch(Caller caller, std::string repository, std::string branch,
                                           ListObjectsRequest request);
  Task<Result<Page<DiffItem>>> diff_refs(Caller caller, std::string repository, std::string left,
                                         std::string right, DiffKind kind, ListObjectsRequest request);

  Task<Result<DiffSummary>> summarize_branch_diff(Caller caller, std::string repository, std::string branch,
                                                  DiffSummaryRequest request);
  Task<Result<DiffSummary>> summarize_refs_diff(Caller caller, std::string repository, std::string left,
                                                std::string right, DiffKind kind, DiffSummaryRequest request);

  /// The caller needs the right to read every source.
  Task<Result<std::string>> start_import(Caller caller, std::string repository, std::string branch,
                                         std::vector<ImportSource> sources, CommitRequest request,
                                         bool force);
  Task<Result<ImportStatus>> import_status(Caller caller, std::string repository, std::string branch,
                                           std::string id);
  Task<Result<void>> cancel_import(Caller caller, std::string repository, std::string branch, std::string id);

  Task<Result<std::string>> metadata_address(Caller caller, std::string repository, std::string id);

 private:
  /// The server's own key for presigned URLs.
  Task<Result<KeyPair>> presigner_key();

  objects::ObjectStore& objects_;
  versioning::Repositories& repositories_;
  auth::Credentials& credentials_;
  const Clock& clock_;
  Workers& workers_;
};

}  // namespace anabranch::service
