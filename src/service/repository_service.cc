#include "service/repository_service.h"

#include <utility>

#include "service/presigned_url.h"
#include "service/use_case.h"

namespace anabranch::service {

RepositoryService::RepositoryService(objects::ObjectStore& objects, versioning::Repositories& repositories,
                                     auth::Credentials& credentials, const Clock& clock, Workers& workers)
    : objects_(objects),
      repositories_(repositories),
      credentials_(credentials),
      clock_(clock),
      workers_(workers) {}

// ── repositories
// ─────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<Repository>> RepositoryService::create_repository(Caller caller, Repository repository) {
  const Resource resource = Resource::repository(repository.id);
  return authorized_write(caller, Action::create_repository, resource, [this, caller, repository] {
    return repositories_.create(repository, caller.principal.user_id);
  });
}

Task<Result<Repository>> RepositoryService::get_repository(Caller caller, std::string repository) {
  const Resource resource = Resource::repository(repository);
  return authorized_read(workers_, caller, Action::read_repository, resource,
                         [this, repository] { return repositories_.get(repository); });
}

Task<Result<Page<Repository>>> RepositoryService::list_repositories(Caller caller, PageRequest page) {
  return authorized_read(workers_, caller, Action::list_repositories, Resource::server(),
                         [this, page] { return repositories_.list(page); });
}

Task<Result<void>> RepositoryService::delete_repository(Caller caller, std::string repository) {
  const Resource resource = Resource::repository(repository);
  return authorized_write(caller, Action::delete_repository, resource,
                          [this, repository] { return repositories_.remove(repository); });
}

Task<Result<void>> RepositoryService::set_repository_metadata(Caller caller, std::string repository,
                                                              Metadata metadata) {
  const Resource resource = Resource::repository(repository);
  return authorized_write(caller, Action::update_repository, resource, [this, repository, metadata] {
    return repositories_.set_metadata(repository, metadata);
  });
}

// ── refs
// ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<Branch>> RepositoryService::get_branch(Caller caller, std::string repository,
                                                   std::string branch) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_read(workers_, caller, Action::read_branch, resource,
                         [this, repository, branch] { return repositories_.get_branch(repository, branch); });
}

Task<Result<Page<Branch>>> RepositoryService::list_branches(Caller caller, std::string repository,
                                                            PageRequest page) {
  const Resource resource = Resource::repository(repository);
  return authorized_read(workers_, caller, Action::list_branches, resource,
                         [this, repository, page] { return repositories_.list_branches(repository, page); });
}

Task<Result<Branch>> RepositoryService::create_branch(Caller caller, std::string repository,
                                                      std::string branch, std::string source) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_write(caller, Action::create_branch, resource, [this, repository, branch, source] {
    return repositories_.create_branch(repository, branch, source);
  });
}

Task<Result<void>> RepositoryService::delete_branch(Caller caller, std::string repository,
                                                    std::string branch) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_write(caller, Action::delete_branch, resource, [this, repository, branch] {
    return repositories_.delete_branch(repository, branch);
  });
}

Task<Result<void>> RepositoryService::reset_branch(Caller caller, std::string repository, std::string branch,
                                                   ResetType type, std::string path) {
  const Resource resource = Resource::repository(repository, branch, path);
  return authorized_write(caller, Action::revert_branch, resource, [this, repository, branch, type, path] {
    return repositories_.reset_branch(repository, branch, type, path);
  });
}

Task<Result<void>> RepositoryService::hard_reset_branch(Caller caller, std::string repository,
                                                        std::string branch, std::string ref, bool force) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_write(caller, Action::revert_branch, resource, [this, repository, branch, ref, force] {
    return repositories_.hard_reset_branch(repository, branch, ref, force);
  });
}

Task<Result<Tag>> RepositoryService::get_tag(Caller caller, std::string repository, std::string tag) {
  const Resource resource = Resource::repository(repository, tag);
  return authorized_read(workers_, caller, Action::read_tag, resource,
                         [this, repository, tag] { return repositories_.get_tag(repository, tag); });
}

Task<Result<Page<Tag>>> RepositoryService::list_tags(Caller caller, std::string repository,
                                                     PageRequest page) {
  const Resource resource = Resource::repository(repository);
  return authorized_read(workers_, caller, Action::list_tags, resource,
                         [this, repository, page] { return repositories_.list_tags(repository, page); });
}

Task<Result<Tag>> RepositoryService::create_tag(Caller caller, std::string repository, std::string tag,
                                                std::string ref, bool force) {
  const Resource resource = Resource::repository(repository, tag);
  return authorized_write(caller, Action::create_tag, resource, [this, repository, tag, ref, force] {
    return repositories_.create_tag(repository, tag, ref, force);
  });
}

Task<Result<void>> RepositoryService::delete_tag(Caller caller, std::string repository, std::string tag) {
  const Resource resource = Resource::repository(repository, tag);
  return authorized_write(caller, Action::delete_tag, resource,
                          [this, repository, tag] { return repositories_.delete_tag(repository, tag); });
}

// ── commits
// ──────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<Commit>> RepositoryService::commit(Caller caller, std::string repository, std::string branch,
                                               CommitRequest request) {
  request.committer = caller.principal.user_id;
  const Resource resource = Resource::repository(repository, branch);
  return authorized_write(caller, Action::commit, resource, [this, repository, branch, request] {
    return repositories_.commit(repository, branch, request);
  });
}

Task<Result<Commit>> RepositoryService::get_commit(Caller caller, std::string repository, std::string ref) {
  const Resource resource = Resource::repository(repository, ref);
  return authorized_read(workers_, caller, Action::read_commit, resource,
                         [this, repository, ref] { return repositories_.get_commit(repository, ref); });
}

Task<Result<Page<Commit>>> RepositoryService::log(Caller caller, std::string repository, LogRequest request) {
  const Resource resource = Resource::repository(repository, request.ref);
  return authorized_read(workers_, caller, Action::list_commits, resource,
                         [this, repository, request] { return repositories_.log(repository, request); });
}

Task<Result<GraphPage>> RepositoryService::graph(Caller caller, std::string repository, std::string after,
                                                 unsigned amount) {
  const Resource resource = Resource::repository(repository);
  return authorized_work(workers_, caller, Action::list_commits, resource, [this, repository, after, amount] {
    return repositories_.graph(repository, after, amount);
  });
}

Task<Result<Commit>> RepositoryService::merge(Caller caller, std::string repository, std::string source,
                                              std::string destination, MergeRequest request) {
  request.committer = caller.principal.user_id;
  const Resource resource = Resource::repository(repository, destination);
  return authorized_write(caller, Action::merge, resource, [this, repository, source, destination, request] {
    return repositories_.merge(repository, source, destination, request);
  });
}

Task<Result<MergeBase>> RepositoryService::merge_base(Caller caller, std::string repository,
                                                      std::string source, std::string destination) {
  const Resource resource = Resource::repository(repository, source);
  return authorized_read(workers_, caller, Action::list_commits, resource,
                         [this, repository, source, destination] {
                           return repositories_.merge_base(repository, source, destination);
                         });
}

Task<Result<Commit>> RepositoryService::revert(Caller caller, std::string repository, std::string branch,
                                               RevertRequest request) {
  request.committer = caller.principal.user_id;
  const Resource resource = Resource::repository(repository, branch);
  return authorized_write(caller, Action::revert_branch, resource, [this, repository, branch, request] {
    return repositories_.revert(repository, branch, request);
  });
}

Task<Result<Commit>> RepositoryService::cherry_pick(Caller caller, std::string repository, std::string branch,
                                                    CherryPickRequest request) {
  request.committer = caller.principal.user_id;
  const Resource resource = Resource::repository(repository, branch);
  return authorized_write(caller, Action::commit, resource, [this, repository, branch, request] {
    return repositories_.cherry_pick(repository, branch, request);
  });
}

// ── objects
// ──────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<ObjectStat>> RepositoryService::stat_object(Caller caller, std::string repository,
                                                        std::string ref, std::string path) {
  const Resource resource = Resource::repository(repository, ref, path);
  return authorized_read(workers_, caller, Action::read_object, resource,
                         [this, repository, ref, path] { return repositories_.stat(repository, ref, path); });
}

Task<Result<RepositoryService::Opened>> RepositoryService::open_object(Caller caller, std::string repository,
                                                                       std::string ref, std::string path,
                                                                       objects::ChooseExtent choose) {
  const Resource resource = Resource::repository(repository, ref, path);
  return authorized_read(workers_, caller, Action::read_object, resource,
                         [this, repository, ref, path, choose = std::move(choose)]() -> Result<Opened> {
                           ANABRANCH_TRY(auto opened, repositories_.open(repository, ref, path, choose));
                           return Opened{std::move(opened.stat), std::move(opened.reader)};
                         });
}

Task<Result<Page<ObjectStat>>> RepositoryService::list_objects(Caller caller, std::string repository,
                                                               std::string ref, ListObjectsRequest request) {
  const Resource resource = Resource::repository(repository, ref, request.page.prefix);
  return authorized_read(workers_, caller, Action::list_objects, resource, [this, repository, ref, request] {
    return repositories_.list_objects(repository, ref, request);
  });
}

Task<Result<ObjectStat>> RepositoryService::upload_object(Caller caller, std::string repository,
                                                          std::string branch, std::string path,
                                                          ReceiveOptions options, ByteSource& body,
                                                          WriteCondition condition) {
  const Resource resource = Resource::repository(repository, branch, path);
  auto check = authorized_read(
      workers_, caller, Action::write_object, resource,
      [this, repository, branch, path] { return repositories_.check_writable(repository, branch, path); });
  auto writable = co_await std::move(check);
  if (!writable) co_return fail(std::move(writable).error());
  auto receive = objects_.receive(std::move(options), body);
  auto pending = co_await std::move(receive);
  if (!pending) co_return fail(std::move(pending).error());
  auto stage = repositories_.stage(std::move(repository), std::move(branch), std::move(path),
                                   *std::move(pending), std::move(condition));
  co_return co_await std::move(stage);
}

Task<Result<bool>> RepositoryService::delete_object(Caller caller, std::string repository, std::string branch,
                                                    std::string path) {
  const Resource resource = Resource::repository(repository, branch, path);
  return authorized_write(caller, Action::delete_object, resource, [this, repository, branch, path] {
    return repositories_.delete_object(repository, branch, path);
  });
}

Task<Result<void>> RepositoryService::delete_objects(Caller caller, std::string repository,
                                                     std::string branch, std::vector<std::string> paths) {
  std::vector<objects::Removal> removals;
  removals.reserve(paths.size());
  for (auto& path : paths) {
    const Resource resource = Resource::repository(repository, branch, path);
    auto allowed = auth::authorize(caller.principal, Action::delete_object, resource);
    if (!allowed) co_return fail(std::move(allowed).error());
    removals.push_back({std::move(path), {}});
  }
  auto task = repositories_.delete_objects(std::move(repository), std::move(branch), std::move(removals));
  auto removed = co_await std::move(task);
  if (!removed) co_return fail(std::move(removed).error());
  co_return Result<void>{};
}

Task<Result<ObjectStat>> RepositoryService::copy_object(Caller caller, std::string repository,
                                                        std::string branch, std::string path,
                                                        std::string source_ref, std::string source_path) {
  const Resource source = Resource::repository(repository, source_ref, source_path);
  auto readable = auth::authorize(caller.principal, Action::read_object, source);
  if (!readable) co_return fail(std::move(readable).error());
  const Resource target = Resource::repository(repository, branch, path);
  auto writable = auth::authorize(caller.principal, Action::write_object, target);
  if (!writable) co_return fail(std::move(writable).error());
  CopyOptions options;
  auto task = repositories_.copy_object(std::move(repository), std::move(branch), std::move(path),
                                        std::move(source_ref), std::move(source_path), std::move(options));
  co_return co_await std::move(task);
}

Task<Result<ObjectStat>> RepositoryService::set_user_metadata(Caller caller, std::string repository,
                                                              std::string branch, std::string path,
                                                              Metadata metadata) {
  const Resource resource = Resource::repository(repository, branch, path);
  return authorized_write(caller, Action::write_object, resource, [this, repository, branch, path, metadata] {
    return repositories_.set_user_metadata(repository, branch, path, metadata);
  });
}

// ── addresses
// ────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<StagingLocation>> RepositoryService::issue_address(Caller caller, std::string repository,
                                                               std::string branch, std::string path) {
  const Resource resource = Resource::repository(repository, branch, path);
  return authorized_write(caller, Action::write_object, resource, [this, repository, branch, path] {
    return repositories_.issue_address(repository, branch, path);
  });
}

Task<Result<ObjectStat>> RepositoryService::link_address(Caller caller, std::string repository,
                                                         std::string branch, std::string path,
                                                         versioning::Repositories::LinkRequest request) {
  const Resource resource = Resource::repository(repository, branch, path);
  return authorized_write(caller, Action::write_object, resource, [this, repository, branch, path, request] {
    return repositories_.link_address(repository, branch, path, request);
  });
}

Task<Result<KeyPair>> RepositoryService::presigner_key() {
  if (auto known = credentials_.known_presigner()) co_return *std::move(known);
  auto task = on_workers(workers_, [this] { return block_on(credentials_.presigner()); });
  co_return co_await std::move(task);
}

Task<Result<PresignedUrl>> RepositoryService::presign_read(Caller caller, std::string repository,
                                                           std::string ref, std::string path,
                                                           PresignRequest request) {
  const std::string asked_by = caller.principal.access_key_id;
  auto check = stat_object(std::move(caller), repository, ref, path);
  auto stat = co_await std::move(check);
  if (!stat) co_return fail(std::move(stat).error());
  auto presigner = presigner_key();
  auto key = co_await std::move(presigner);
  if (!key) co_return fail(std::move(key).error());
  // Through the repository, not through the physical key: it gives the bytes of this ref whatever happens to
  // the source.
  const TimeMs now = clock_.now_ms();
  const std::string url_path = "/" + repository + "/" + ref + "/" + path;
  co_return PresignedUrl{make_presigned_url("GET", request, url_path, *key, now, kPresignSeconds, asked_by),
                         now / 1000 + kPresignSeconds};
}

Task<Result<PresignedUrl>> RepositoryService::presign_write(Caller caller, StagingLocation location,
                                                            PresignRequest request) {
  // issue_address() checked the caller for this very location; at use it is checked again.
  auto presigner = presigner_key();
  auto key = co_await std::move(presigner);
  if (!key) co_return fail(std::move(key).error());
  const TimeMs now = clock_.now_ms();
  const std::string url_path = "/" + location.bucket + "/" + location.key;
  co_return PresignedUrl{make_presigned_url("PUT", request, url_path, *key, now, kPresignSeconds,
                                            caller.principal.access_key_id),
                         now / 1000 + kPresignSeconds};
}

// ── differences, import
// ──────────────────────────────────────────────────────────────────────────────────────────

Task<Result<Page<DiffItem>>> RepositoryService::diff_branch(Caller caller, std::string repository,
                                                            std::string branch, ListObjectsRequest request) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_read(
      workers_, caller, Action::list_objects, resource,
      [this, repository, branch, request] { return repositories_.diff_branch(repository, branch, request); });
}

Task<Result<Page<DiffItem>>> RepositoryService::diff_refs(Caller caller, std::string repository,
                                                          std::string left, std::string right, DiffKind kind,
                                                          ListObjectsRequest request) {
  const Resource resource = Resource::repository(repository, right);
  return authorized_read(workers_, caller, Action::list_objects, resource,
                         [this, repository, left, right, kind, request] {
                           return repositories_.diff_refs(repository, left, right, kind, request);
                         });
}

Task<Result<DiffSummary>> RepositoryService::summarize_branch_diff(Caller caller, std::string repository,
                                                                   std::string branch,
                                                                   DiffSummaryRequest request) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_work(workers_, caller, Action::list_objects, resource,
                         [this, repository, branch, request] {
                           return repositories_.summarize_branch_diff(repository, branch, request);
                         });
}

Task<Result<DiffSummary>> RepositoryService::summarize_refs_diff(Caller caller, std::string repository,
                                                                 std::string left, std::string right,
                                                                 DiffKind kind, DiffSummaryRequest request) {
  const Resource resource = Resource::repository(repository, right);
  return authorized_work(workers_, caller, Action::list_objects, resource,
                         [this, repository, left, right, kind, request] {
                           return repositories_.summarize_refs_diff(repository, left, right, kind, request);
                         });
}

Task<Result<std::string>> RepositoryService::start_import(Caller caller, std::string repository,
                                                          std::string branch,
                                                          std::vector<ImportSource> sources,
                                                          CommitRequest request, bool force) {
  constexpr std::string_view kScheme = "s3://";
  for (const auto& source : sources) {
    if (!source.uri.starts_with(kScheme)) {
      co_return fail(ErrorCode::invalid_argument,
                     "import path '" + source.uri + "' does not start with s3://");
    }
    const std::string rest = source.uri.substr(kScheme.size());
    const auto slash = rest.find('/');
    const std::string bucket = rest.substr(0, slash);
    const std::string key = slash == std::string::npos ? "" : rest.substr(slash + 1);
    const Resource resource = Resource::bucket(bucket, key);
    auto readable = auth::authorize(caller.principal, Action::read_object, resource);
    if (!readable) co_return fail(std::move(readable).error());
  }
  request.committer = caller.principal.user_id;
  const Resource resource = Resource::repository(repository, branch);
  auto task =
      authorized_write(caller, Action::import, resource, [this, repository, branch, sources, request, force] {
        return repositories_.start_import(repository, branch, sources, request, force);
      });
  co_return co_await std::move(task);
}

Task<Result<ImportStatus>> RepositoryService::import_status(Caller caller, std::string repository,
                                                            std::string branch, std::string id) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_read(workers_, caller, Action::read_branch, resource, [this, repository, branch, id] {
    return repositories_.import_status(repository, branch, id);
  });
}

Task<Result<void>> RepositoryService::cancel_import(Caller caller, std::string repository, std::string branch,
                                                    std::string id) {
  const Resource resource = Resource::repository(repository, branch);
  return authorized_write(caller, Action::import, resource, [this, repository, branch, id] {
    return repositories_.cancel_import(repository, branch, id);
  });
}

Task<Result<std::string>> RepositoryService::metadata_address(Caller caller, std::string repository,
                                                              std::string id) {
  const Resource resource = Resource::repository(repository);
  return authorized_read(workers_, caller, Action::read_repository, resource,
                         [this, repository, id] { return repositories_.metadata_address(repository, id); });
}

}  // namespace anabranch::service
