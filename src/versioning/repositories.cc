#include "versioning/repositories.h"

#include <utility>

#include "versioning/figures.h"
#include "versioning/graph.h"
#include "versioning/import.h"
#include "versioning/log.h"
#include "versioning/merge_base.h"
#include "versioning/repositories_registry.h"
#include "versioning/uploads.h"

namespace anabranch::versioning {
namespace {

/// Threads that commits and merges of different branches run on, side by side.
constexpr unsigned kWriterThreads = 4;

}  // namespace

/// Joins the parts. Only they hold logic; this names the repository, the thread and the turn.
class Repositories::Impl {
 public:
  Impl(kv::Store& kv, objects::ObjectStore& objects, const Clock& clock, Workers& workers,
       const RepositoriesOptions& options)
      : tree_cache(options.tree_cache_bytes_max),
        services{kv, objects, clock, workers, writers, tree_cache} {}

  /// Finishes what a server that ended left behind.
  void recover() {
    if (auto tokens = cleaner.recorded()) cleaner.drop_later(*std::move(tokens));
    writers.run([this] {
      // Where one of them fails (the store is not there yet) it is left to the next start.
      (void)remove_recorded().has_value();
      (void)drop_expired_addresses().has_value();
    });
  }

  Result<void> remove_recorded() const;
  Result<NamespaceUse> address_use(kv::Batch& batch, const std::string& bucket, const std::string& key) const;
  Result<void> remove_records(const std::string& uid) const;
  Result<void> drop_expired_addresses() const;

  /// Runs `work` on a pool thread while the branch's turn is held. `work` and what it refers to outlive the
  /// task.
  template <class Work>
  Task<std::invoke_result_t<Work&>> in_turn(RepositoryHandle repository, std::string branch, Work work) {
    auto waiting = queues.wait(repository->uid + "/" + branch);
    const auto turn = co_await std::move(waiting);
    auto working = on_workers(writers, std::move(work));
    co_return co_await std::move(working);
  }

  TreeCache tree_cache;
  const Services services;
  RepositoryRegistry registry{services};
  RefStore refs{services};
  RefReader reader{services, refs};
  CommitGraphs graphs{services, refs};
  Figures figures{services, refs};
  TokenCleaner cleaner{services};
  BranchHeads heads{services, refs, reader, cleaner};
  BranchQueues queues;
  StagingWriter staging{services, refs, reader};
  BranchUploads uploads{services, refs, staging};
  Workers writers{"versioning", kWriterThreads};  // its tasks use all above: it ends before them
  Imports imports{services, refs, heads, queues};
};

/// Removes the records of a repository that was removed. The last to go is the record that says so.
Result<void> Repositories::Impl::remove_records(const std::string& uid) const {
  while (true) {
    std::vector<std::string> tokens;
    kv::Batch batch;
    Result<void> good;
    const std::string all = keys::branches(uid);
    ANABRANCH_CHECK(
        services.kv.scan(all, kv::prefix_end(all), [&](std::string_view key, std::string_view value) {
          auto record = decode_branch(value);
          if (!record) {
            good = fail(std::move(record).error());
            return kv::ScanStep::stop();
          }
          batch.erase(std::string(key));
          batch.erase(keys::open_token(record->staging_token));
          for (auto& token : record->tokens()) {
            batch.put(keys::dropped_token(token), "");
            tokens.push_back(std::move(token));
          }
          return tokens.size() < kPageMax ? kv::ScanStep::next() : kv::ScanStep::stop();
        }));
    ANABRANCH_CHECK(good);
    if (tokens.empty()) break;
    ANABRANCH_CHECK(kv::commit_blocking(services.kv, std::move(batch)));
    for (const auto& token : tokens) ANABRANCH_CHECK(cleaner.drop(token));
  }
  for (const auto& all :
       {keys::tags(uid), keys::commits(uid), keys::imports(uid), keys::addresses(uid), keys::uploads(uid)}) {
    ANABRANCH_CHECK(cleaner.erase_all(all));
  }
  kv::Batch last;
  last.erase(keys::removed_repository(uid));
  return kv::commit_blocking(services.kv, std::move(last));
}

Result<void> Repositories::Impl::remove_recorded() const {
  std::vector<std::string> uids;
  ANABRANCH_CHECK(services.kv.scan(keys::kRemovedRepositories, kv::prefix_end(keys::kRemovedRepositories),
                                   [&](std::string_view key, std::string_view) {
                                     uids.emplace_back(key.substr(keys::kRemovedRepositories.size()));
                                     return kv::ScanStep::next();
                                   }));
  for (const auto& uid : uids) ANABRANCH_CHECK(remove_records(uid));
  return {};
}

/// With the condition, where it is issued, that it stays so.
Result<Repositories::NamespaceUse> Repositories::Impl::address_use(kv::Batch& batch,
                                                                   const std::string& bucket,
                                                                   const std::string& key) const {
  NamespaceUse use;
  ANABRANCH_TRY(const auto owner, registry.owner_of(bucket, key));
  if (!owner) return use;
  use.inside = true;
  const std::string record_key = keys::address(owner->uid, key.substr(owner->prefix.size()));
  ANABRANCH_TRY(const auto raw, services.kv.get(record_key));
  if (!raw) return use;
  ANABRANCH_TRY(auto record, decode_address(*raw));
  use.to_be_linked = record.use == AddressRecord::Use::link;
  use.issued = !use.to_be_linked || record.expires_ms >= services.clock.now_ms();
  use.repository = owner->info.id;
  use.branch = std::move(record.branch);
  use.path = std::move(record.path);
  batch.require_equals(record_key, *raw);
  return use;
}

Result<void> Repositories::Impl::drop_expired_addresses() const {
  const std::string all(keys::kAddresses);
  const TimeMs now = services.clock.now_ms();
  std::vector<std::pair<std::string, std::string>> expired;
  ANABRANCH_CHECK(
      services.kv.scan(all, kv::prefix_end(all), [&](std::string_view key, std::string_view value) {
        const auto record = decode_address(value);
        if (record && record->use == AddressRecord::Use::link && record->expires_ms < now)
          expired.emplace_back(key, value);
        return kv::ScanStep::next();
      }));
  for (auto& [key, value] : expired) {
    kv::Batch batch;
    batch.require_equals(key, value);
    batch.erase(key);
    ANABRANCH_CHECK(kv::commit_blocking(services.kv, std::move(batch)));
  }
  return {};
}

Repositories::Repositories(kv::Store& kv, objects::ObjectStore& objects, const Clock& clock, Workers& workers,
                           RepositoriesOptions options)
    : impl_(std::make_unique<Impl>(kv, objects, clock, workers, options)) {
  // Both are tried again where they fail: loading at the first use, marking at the next start.
  (void)impl_->registry.load().has_value();
  (void)impl_->imports.fail_interrupted().has_value();
  impl_->recover();
}

Repositories::~Repositories() = default;

// Opens the repository in a coroutine, or ends it with the error.
#define ANABRANCH_OPEN(handle, name)                                        \
  auto handle##_result = impl_->registry.open(name);                        \
  if (!handle##_result) co_return fail(std::move(handle##_result).error()); \
  const RepositoryHandle handle = *std::move(handle##_result)

// ── repositories
// ─────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<Repository>> Repositories::create(Repository repository, std::string committer) {
  return impl_->registry.create(std::move(repository), std::move(committer));
}

Result<Repository> Repositories::get(const std::string& repository) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return handle->info;
}

Result<Page<Repository>> Repositories::list(const PageRequest& page) const {
  return impl_->registry.list(page);
}

Result<std::size_t> Repositories::count() const { return impl_->registry.count(); }

Result<std::vector<Repository>> Repositories::in_bucket(const std::string& bucket) const {
  return impl_->registry.in_bucket(bucket);
}

Result<HeadFigures> Repositories::head_figures(const std::string& repository) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->figures.head(*handle);
}

Result<RepositoryFigures> Repositories::figures(const std::string& repository) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->figures.all(*handle);
}

Task<Result<void>> Repositories::remove(std::string repository) {
  auto removing = impl_->registry.remove(std::move(repository));
  auto uid = co_await std::move(removing);
  if (!uid) co_return fail(std::move(uid).error());
  Impl* const impl = impl_.get();
  impl->writers.run([impl, uid = *std::move(uid)] { (void)impl->remove_records(uid).has_value(); });
  co_return Result<void>{};
}

Task<Result<void>> Repositories::set_metadata(std::string repository, Metadata metadata) {
  return impl_->registry.set_metadata(std::move(repository), std::move(metadata));
}

Result<Repositories::NamespaceUse> Repositories::namespace_use(const std::string& bucket,
                                                               const std::string& key) const {
  kv::Batch unused;
  return impl_->address_use(unused, bucket, key);
}

Result<void> Repositories::require_issued(kv::Batch& batch, const std::string& bucket,
                                          const std::string& key) const {
  ANABRANCH_TRY(const auto use, impl_->address_use(batch, bucket, key));
  if (use.issued) return {};
  return fail(ErrorCode::access_denied, "address '" + bucket + "/" + key +
                                            "' is not issued any more: it was linked, or its time is over");
}

void Repositories::require_no_repository(kv::Batch& batch, const std::string& name) const {
  batch.require_absent(keys::repository(name));
}

Result<bool> Repositories::bucket_in_use(const std::string& bucket) const {
  return impl_->registry.bucket_in_use(bucket);
}

// ── refs
// ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Result<ResolvedRef> Repositories::resolve(const std::string& repository, const std::string& ref) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  ANABRANCH_TRY(auto named, impl_->refs.resolve(impl_->services.kv, *handle, ref));
  ResolvedRef resolved{std::move(named.commit_id), {}};
  if (named.branch) resolved.branch = std::move(named.branch->name);
  return resolved;
}

Result<Branch> Repositories::get_branch(const std::string& repository, const std::string& branch) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  ANABRANCH_TRY(auto state, impl_->refs.branch(impl_->services.kv, *handle, branch));
  return Branch{branch, std::move(state.record.commit_id)};
}

Result<Page<Branch>> Repositories::list_branches(const std::string& repository,
                                                 const PageRequest& page) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->refs.list_branches(*handle, page);
}

Task<Result<Branch>> Repositories::create_branch(std::string repository, std::string branch,
                                                 std::string source_ref) {
  ANABRANCH_OPEN(handle, repository);
  auto creating = impl_->refs.create_branch(handle, std::move(branch), std::move(source_ref));
  co_return co_await std::move(creating);
}

Task<Result<void>> Repositories::delete_branch(std::string repository, std::string branch) {
  ANABRANCH_OPEN(handle, repository);
  auto deleting = impl_->refs.delete_branch(handle, std::move(branch));
  auto dropped = co_await std::move(deleting);
  if (!dropped) co_return fail(std::move(dropped).error());
  impl_->cleaner.drop_later(*std::move(dropped));
  co_return Result<void>{};
}

Task<Result<void>> Repositories::reset_branch(std::string repository, std::string branch, ResetType type,
                                              std::string path) {
  ANABRANCH_OPEN(handle, repository);
  if (type == ResetType::object) {
    auto resetting = impl_->staging.reset_path(handle, std::move(branch), std::move(path));
    co_return co_await std::move(resetting);
  }
  // Not in the branch's turn: a reset need not wait for a long commit, which then tries again.
  auto working = on_workers(impl_->writers, [this, handle, type, &branch, &path] {
    return type == ResetType::all || path.empty() ? impl_->heads.reset_all(*handle, branch)
                                                  : impl_->heads.reset_prefix(*handle, branch, path);
  });
  co_return co_await std::move(working);
}

Task<Result<void>> Repositories::hard_reset_branch(std::string repository, std::string branch,
                                                   std::string ref, bool force) {
  ANABRANCH_OPEN(handle, repository);
  auto working = impl_->in_turn(handle, branch, [this, handle, &branch, &ref, force] {
    return impl_->heads.hard_reset(*handle, branch, ref, force);
  });
  co_return co_await std::move(working);
}

Result<Tag> Repositories::get_tag(const std::string& repository, const std::string& tag) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->refs.tag(*handle, tag);
}

Result<Page<Tag>> Repositories::list_tags(const std::string& repository, const PageRequest& page) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->refs.list_tags(*handle, page);
}

Task<Result<Tag>> Repositories::create_tag(std::string repository, std::string tag, std::string ref,
                                           bool /*force*/) {
  ANABRANCH_OPEN(handle, repository);
  auto creating = impl_->refs.create_tag(handle, std::move(tag), std::move(ref));
  co_return co_await std::move(creating);
}

Task<Result<void>> Repositories::delete_tag(std::string repository, std::string tag) {
  ANABRANCH_OPEN(handle, repository);
  auto deleting = impl_->refs.delete_tag(handle, std::move(tag));
  co_return co_await std::move(deleting);
}

// ── commits
// ──────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<Commit>> Repositories::commit(std::string repository, std::string branch, CommitRequest request) {
  ANABRANCH_OPEN(handle, repository);
  auto working = impl_->in_turn(handle, branch, [this, handle, &branch, &request] {
    return impl_->heads.commit(*handle, branch, request);
  });
  co_return co_await std::move(working);
}

Result<Commit> Repositories::get_commit(const std::string& repository, const std::string& ref) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  ANABRANCH_TRY(const auto commit, impl_->refs.resolve_commit(impl_->services.kv, *handle, ref));
  return *commit;
}

Result<Page<Commit>> Repositories::log(const std::string& repository, const LogRequest& request) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return read_log(impl_->services, impl_->refs, *handle, request);
}

Result<GraphPage> Repositories::graph(const std::string& repository, const std::string& after,
                                      unsigned amount) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->graphs.page(*handle, after, amount);
}

Task<Result<Commit>> Repositories::merge(std::string repository, std::string source_ref,
                                         std::string destination_branch, MergeRequest request) {
  ANABRANCH_OPEN(handle, repository);
  auto working =
      impl_->in_turn(handle, destination_branch, [this, handle, &source_ref, &destination_branch, &request] {
        return impl_->heads.merge(*handle, source_ref, destination_branch, request);
      });
  co_return co_await std::move(working);
}

Task<Result<Promotion>> Repositories::promote(std::string repository, std::string run_ref,
                                              std::string destination_branch, PromotionRequest request) {
  ANABRANCH_OPEN(handle, repository);
  auto working =
      impl_->in_turn(handle, destination_branch, [this, handle, &run_ref, &destination_branch, &request] {
        return impl_->heads.promote(*handle, run_ref, destination_branch, request);
      });
  co_return co_await std::move(working);
}

Result<MergeBase> Repositories::merge_base(const std::string& repository, const std::string& source_ref,
                                           const std::string& destination_ref) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  const kv::Reader& reader = impl_->services.kv;
  ANABRANCH_TRY(const auto source, impl_->refs.resolve_commit(reader, *handle, source_ref));
  ANABRANCH_TRY(const auto destination, impl_->refs.resolve_commit(reader, *handle, destination_ref));
  ANABRANCH_TRY(const auto base, find_merge_base(impl_->refs, reader, *handle, source, destination));
  return MergeBase{source->id, destination->id, base->id};
}

Task<Result<Commit>> Repositories::revert(std::string repository, std::string branch, RevertRequest request) {
  ANABRANCH_OPEN(handle, repository);
  auto working = impl_->in_turn(handle, branch, [this, handle, &branch, &request] {
    return impl_->heads.revert(*handle, branch, request);
  });
  co_return co_await std::move(working);
}

Task<Result<Commit>> Repositories::cherry_pick(std::string repository, std::string branch,
                                               CherryPickRequest request) {
  ANABRANCH_OPEN(handle, repository);
  auto working = impl_->in_turn(handle, branch, [this, handle, &branch, &request] {
    return impl_->heads.cherry_pick(*handle, branch, request);
  });
  co_return co_await std::move(working);
}

// ── objects of a ref
// ─────────────────────────────────────────────────────────────────────────────────────────────

Result<ObjectStat> Repositories::stat(const std::string& repository, const std::string& ref,
                                      const std::string& path) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.stat(*handle, ref, path);
}

Result<Repositories::DescribedObject> Repositories::head(const std::string& repository,
                                                         const std::string& ref,
                                                         const std::string& path) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.head(*handle, ref, path);
}

Result<Repositories::OpenedObject> Repositories::open(const std::string& repository, const std::string& ref,
                                                      const std::string& path,
                                                      const objects::ChooseExtent& choose) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.open(*handle, ref, path, choose);
}

Result<Page<ObjectStat>> Repositories::list_objects(const std::string& repository, const std::string& ref,
                                                    const ListObjectsRequest& request) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.list_objects(*handle, ref, request);
}

Result<void> Repositories::check_writable(const std::string& repository, const std::string& ref,
                                          const std::string& path) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  ANABRANCH_CHECK(impl_->refs.writable_branch(impl_->services.kv, *handle, ref));
  return objects::check_key(path);
}

// ── writing to a branch
// ──────────────────────────────────────────────────────────────────────────────────────────

Task<Result<ObjectStat>> Repositories::stage(std::string repository, std::string branch, std::string path,
                                             objects::PendingObject pending,
                                             objects::WriteCondition condition) {
  ANABRANCH_OPEN(handle, repository);
  auto staging = impl_->staging.stage(handle, std::move(branch), std::move(path), std::move(pending),
                                      std::move(condition));
  co_return co_await std::move(staging);
}

Task<Result<bool>> Repositories::delete_object(std::string repository, std::string branch, std::string path,
                                               objects::WriteCondition condition) {
  ANABRANCH_OPEN(handle, repository);
  auto removing = impl_->staging.remove(handle, std::move(branch), std::move(path), std::move(condition));
  co_return co_await std::move(removing);
}

Task<Result<objects::RemovalOutcomes>> Repositories::delete_objects(std::string repository,
                                                                    std::string branch,
                                                                    std::vector<objects::Removal> removals) {
  ANABRANCH_OPEN(handle, repository);
  auto removing = impl_->staging.remove_all(handle, std::move(branch), std::move(removals));
  co_return co_await std::move(removing);
}

Task<Result<ObjectStat>> Repositories::copy_object(std::string repository, std::string branch,
                                                   std::string path, std::string source_ref,
                                                   std::string source_path, objects::CopyOptions options,
                                                   objects::WriteCondition condition) {
  ANABRANCH_OPEN(handle, repository);
  auto copying = impl_->staging.copy(handle, std::move(branch), std::move(path), std::move(source_ref),
                                     std::move(source_path), std::move(options), std::move(condition));
  co_return co_await std::move(copying);
}

Task<Result<ObjectStat>> Repositories::set_user_metadata(std::string repository, std::string branch,
                                                         std::string path, Metadata metadata) {
  ANABRANCH_OPEN(handle, repository);
  auto setting = impl_->staging.set_metadata(handle, std::move(branch), std::move(path), std::move(metadata));
  co_return co_await std::move(setting);
}

Task<Result<StagingLocation>> Repositories::issue_address(std::string repository, std::string branch,
                                                          std::string path) {
  ANABRANCH_OPEN(handle, repository);
  auto issuing = impl_->staging.issue_address(handle, std::move(branch), std::move(path));
  co_return co_await std::move(issuing);
}

Task<Result<ObjectStat>> Repositories::link_address(std::string repository, std::string branch,
                                                    std::string path, LinkRequest request) {
  ANABRANCH_OPEN(handle, repository);
  auto linking = impl_->staging.link_address(handle, std::move(branch), std::move(path), std::move(request));
  co_return co_await std::move(linking);
}

// ── multipart uploads to a branch
// ────────────────────────────────────────────────────────────────────────────────

Task<Result<objects::UploadInfo>> Repositories::create_upload(std::string repository, std::string branch,
                                                              std::string path,
                                                              objects::UploadOptions options) {
  ANABRANCH_OPEN(handle, repository);
  auto creating = impl_->uploads.create(handle, std::move(branch), std::move(path), std::move(options));
  co_return co_await std::move(creating);
}

Result<StagingLocation> Repositories::upload_location(const std::string& repository,
                                                      const std::string& branch, const std::string& path,
                                                      const std::string& upload_id) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->uploads.location(*handle, branch, path, upload_id);
}

Task<Result<ObjectStat>> Repositories::complete_upload(std::string repository, std::string branch,
                                                       std::string path, std::string upload_id,
                                                       std::vector<objects::CompletedPart> parts,
                                                       objects::ExpectedObject expected,
                                                       objects::WriteCondition condition) {
  ANABRANCH_OPEN(handle, repository);
  auto completing = impl_->uploads.complete(handle, std::move(branch), std::move(path), std::move(upload_id),
                                            std::move(parts), std::move(expected), std::move(condition));
  co_return co_await std::move(completing);
}

Task<Result<void>> Repositories::abort_upload(std::string repository, std::string branch, std::string path,
                                              std::string upload_id) {
  ANABRANCH_OPEN(handle, repository);
  auto aborting = impl_->uploads.abort(handle, std::move(branch), std::move(path), std::move(upload_id));
  co_return co_await std::move(aborting);
}

Result<objects::UploadPage> Repositories::list_uploads(
    const std::string& repository, const std::string& prefix, const std::string& delimiter,
    const std::string& key_marker, const std::string& upload_id_marker, unsigned uploads_max) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->uploads.list(*handle, prefix, delimiter, key_marker, upload_id_marker, uploads_max);
}

// ── differences
// ──────────────────────────────────────────────────────────────────────────────────────────────────

Result<Page<DiffItem>> Repositories::diff_branch(const std::string& repository, const std::string& branch,
                                                 const ListObjectsRequest& request) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.diff_branch(*handle, branch, request);
}

Result<Page<DiffItem>> Repositories::diff_refs(const std::string& repository, const std::string& left_ref,
                                               const std::string& right_ref, DiffKind kind,
                                               const ListObjectsRequest& request) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.diff_refs(*handle, left_ref, right_ref, kind, request);
}

Result<DiffSummary> Repositories::summarize_branch_diff(const std::string& repository,
                                                        const std::string& branch,
                                                        const DiffSummaryRequest& request) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.summarize_branch(*handle, branch, request);
}

Result<DiffSummary> Repositories::summarize_refs_diff(const std::string& repository,
                                                      const std::string& left_ref,
                                                      const std::string& right_ref, DiffKind kind,
                                                      const DiffSummaryRequest& request) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->reader.summarize_refs(*handle, left_ref, right_ref, kind, request);
}

// ── import
// ───────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<std::string>> Repositories::start_import(std::string repository, std::string branch,
                                                     std::vector<ImportSource> sources, CommitRequest request,
                                                     bool /*force*/) {
  ANABRANCH_OPEN(handle, repository);
  auto starting = impl_->imports.start(handle, std::move(branch), std::move(sources), std::move(request));
  co_return co_await std::move(starting);
}

Result<ImportStatus> Repositories::import_status(const std::string& repository, const std::string& /*branch*/,
                                                 const std::string& id) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return impl_->imports.status(*handle, id);
}

Task<Result<void>> Repositories::cancel_import(std::string repository, std::string /*branch*/,
                                               std::string id) {
  ANABRANCH_OPEN(handle, repository);
  auto cancelling = impl_->imports.cancel(handle, std::move(id));
  co_return co_await std::move(cancelling);
}

// ── inspection
// ───────────────────────────────────────────────────────────────────────────────────────────────────

Result<std::string> Repositories::metadata_address(const std::string& repository,
                                                   const std::string& id) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  const std::string key = handle->key_of("_lakefs/" + id);
  const auto found = impl_->services.objects.head(handle->bucket, key);
  if (found) return "s3://" + handle->bucket + "/" + key;
  if (found.error().code != ErrorCode::no_such_key) return fail(found.error());
  return fail(ErrorCode::not_found, "repository '" + repository + "' has no range or metarange '" + id + "'");
}

Result<std::vector<Trees::RangeInfo>> Repositories::ranges(const std::string& repository,
                                                           const MetarangeId& metarange) const {
  ANABRANCH_TRY(const auto handle, impl_->registry.open(repository));
  return handle->trees.ranges(metarange);
}

}  // namespace anabranch::versioning
