#include "versioning/staging_writer.h"

#include <unordered_set>
#include <utility>

#include "versioning/staging.h"

namespace anabranch::versioning {
namespace {

constexpr std::size_t kPathsOfOneBatchMax = 1'000;

/// Adds the address of bytes that a change of this path orphans: those that only the replaced staged record
/// names.
void note_orphan(const PresentEntry& present, const std::string& new_address,
                 std::vector<std::string>& orphans) {
  const auto& staged = present.staged;
  if (staged && staged->owned && staged->entry && staged->entry->address != new_address) {
    orphans.push_back(staged->entry->address);
  }
}

StagedRecord committed_or_tombstone(std::optional<Entry> committed) {
  return StagedRecord{std::move(committed), false};
}

}  // namespace

Entry entry_of(const objects::ObjectInfo& info, std::string address) {
  Entry entry;
  entry.address = std::move(address);
  entry.address_type = AddressType::relative;
  entry.last_modified_ms = info.last_modified_ms;
  entry.size_bytes = static_cast<std::int64_t>(info.size_bytes);
  entry.etag = info.etag;
  entry.metadata = Metadata(info.user_metadata.begin(), info.user_metadata.end());
  entry.content_type = info.content_type;
  return entry;
}

StagingLocation location_of(const OpenRepository& repository, const std::string& relative) {
  std::string key = repository.key_of(relative);
  return StagingLocation{"s3://" + repository.bucket + "/" + key, repository.bucket, std::move(key)};
}

Result<void> StagingWriter::drop_orphans(kv::Batch& batch, const OpenRepository& repository,
                                         const std::vector<std::string>& addresses) const {
  if (addresses.empty()) return {};
  std::vector<std::string> names;
  names.reserve(addresses.size());
  for (const auto& address : addresses) names.push_back(repository.key_of(address));
  ANABRANCH_TRY(auto removal, services_.objects.removal_batch(repository.bucket, names));
  batch.merge(std::move(removal));
  return {};
}

Task<Result<ObjectStat>> StagingWriter::stage_entry(RepositoryHandle repository, std::string branch,
                                                    std::string path, objects::PendingObject pending,
                                                    Entry entry, objects::WriteCondition condition,
                                                    std::function<Result<kv::Batch>()> with) {
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    const auto snapshot = services_.kv.snapshot();
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(*snapshot, *repository, branch));
    PresentEntry present;
    if (has_condition(condition)) {
      ANABRANCH_TRY(present, present_entry(*snapshot, refs_, *repository, state, path, false));
      ANABRANCH_CHECK(check_condition(present.entry, condition, path));
    } else {
      ANABRANCH_TRY(present.staged_raw, snapshot->get(keys::staged(state.record.staging_token, path)));
      if (present.staged_raw) {
        ANABRANCH_TRY(auto staged, decode_staged(*present.staged_raw));
        present.staged = std::move(staged);
      }
    }
    std::vector<std::string> orphans;
    note_orphan(present, entry.address, orphans);

    ANABRANCH_TRY(kv::Batch batch, services_.objects.publish_batch(pending, repository->bucket,
                                                                   repository->key_of(entry.address), {}));
    if (with) {
      ANABRANCH_TRY(auto more, with());
      batch.merge(std::move(more));
    }
    ANABRANCH_CHECK(drop_orphans(batch, *repository, orphans));
    require_open(batch, *repository, state);
    if (has_condition(condition)) batch.require_equals(state.key, state.raw);
    put_staged(batch, state, path, present.staged_raw, StagedRecord{entry, true});
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return stat_of(*repository, std::move(path), std::move(entry));
}

Task<Result<ObjectStat>> StagingWriter::stage(RepositoryHandle repository, std::string branch,
                                              std::string path, objects::PendingObject pending,
                                              objects::WriteCondition condition) {
  if (auto good = objects::check_key(path); !good) co_return fail(std::move(good).error());
  Entry entry = entry_of(pending.info, new_address());
  auto staging = stage_entry(std::move(repository), std::move(branch), std::move(path), std::move(pending),
                             std::move(entry), std::move(condition), nullptr);
  co_return co_await std::move(staging);
}

Task<Result<bool>> StagingWriter::remove(RepositoryHandle repository, std::string branch, std::string path,
                                         objects::WriteCondition condition) {
  std::vector<objects::Removal> removals;
  removals.push_back({std::move(path), std::move(condition)});
  auto removing = remove_all(std::move(repository), std::move(branch), std::move(removals));
  auto outcomes = co_await std::move(removing);
  if (!outcomes) co_return fail(std::move(outcomes).error());
  co_return std::move(outcomes->front());
}

Task<Result<objects::RemovalOutcomes>> StagingWriter::remove_all(RepositoryHandle repository,
                                                                 std::string branch,
                                                                 std::vector<objects::Removal> removals) {
  if (removals.size() > kPathsOfOneBatchMax) {
    co_return fail(ErrorCode::invalid_argument, "paths: at most 1,000 can be deleted in one call");
  }
  objects::RemovalOutcomes outcomes;
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    const auto snapshot = services_.kv.snapshot();
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(*snapshot, *repository, branch));
    kv::Batch batch;
    std::vector<std::string> orphans;
    std::unordered_set<std::string_view> gone;
    bool is_conditional = false;
    outcomes.clear();
    for (const auto& [path, condition] : removals) {
      ANABRANCH_TRY(const PresentEntry present,
                    present_entry(*snapshot, refs_, *repository, state, path, true));
      if (!present.entry || gone.contains(path)) {
        outcomes.emplace_back(false);
        continue;
      }
      const Entry& entry = *present.entry;
      const objects::Removable there{entry.etag, static_cast<std::uint64_t>(entry.size_bytes),
                                     entry.last_modified_ms};
      if (auto allowed = objects::check_removal(condition, there, path); !allowed) {
        outcomes.emplace_back(fail(std::move(allowed).error()));
        continue;
      }
      is_conditional = is_conditional || has_condition(condition);
      note_orphan(present, "", orphans);
      stage_deletion(batch, state, path, present);
      gone.insert(path);
      outcomes.emplace_back(true);
    }
    if (batch.empty()) return batch;
    ANABRANCH_CHECK(drop_orphans(batch, *repository, orphans));
    require_open(batch, *repository, state);
    if (is_conditional) batch.require_equals(state.key, state.raw);
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return outcomes;
}

Task<Result<ObjectStat>> StagingWriter::copy(RepositoryHandle repository, std::string branch,
                                             std::string path, std::string source_ref,
                                             std::string source_path, objects::CopyOptions options,
                                             objects::WriteCondition condition) {
  if (auto good = objects::check_key(path); !good) co_return fail(std::move(good).error());
  struct Source {
    ObjectStat stat;
    objects::PendingObject pending;
  };
  auto preparing = inline_or_on(services_.readers, [&, this]() -> Result<Source> {
    ANABRANCH_TRY(auto opened, reader_.open(*repository, source_ref, source_path));
    ANABRANCH_TRY(auto shared, services_.objects.prepare_copy(*opened.reader, options));
    return Source{std::move(opened.stat), std::move(shared)};
  });
  auto source = co_await std::move(preparing);
  if (!source) co_return fail(std::move(source).error());

  Entry entry = entry_of(source->pending.info, new_address());
  entry.last_modified_ms = services_.clock.now_ms();
  entry.etag = source->stat.entry.etag;
  if (!options
           .replace_metadata) {  // the entry's own words: they may have changed since its bytes were written
    entry.metadata = source->stat.entry.metadata;
    entry.content_type = source->stat.entry.content_type;
  }
  auto staging = stage_entry(std::move(repository), std::move(branch), std::move(path),
                             std::move(source->pending), std::move(entry), std::move(condition), nullptr);
  co_return co_await std::move(staging);
}

Task<Result<ObjectStat>> StagingWriter::set_metadata(RepositoryHandle repository, std::string branch,
                                                     std::string path, Metadata metadata) {
  Entry changed;
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    const auto snapshot = services_.kv.snapshot();
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(*snapshot, *repository, branch));
    ANABRANCH_TRY(PresentEntry present, present_entry(*snapshot, refs_, *repository, state, path, false));
    if (!present.entry)
      return fail(ErrorCode::no_such_key, "'" + path + "' does not exist at '" + branch + "'");
    changed = *std::move(present.entry);
    changed.metadata = metadata;
    kv::Batch batch;
    require_open(batch, *repository, state);
    batch.require_equals(state.key, state.raw);
    put_staged(batch, state, path, present.staged_raw,
               StagedRecord{changed, present.staged && present.staged->owned});
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return stat_of(*repository, std::move(path), std::move(changed));
}

Task<Result<StagingLocation>> StagingWriter::issue_address(RepositoryHandle repository, std::string branch,
                                                           std::string path) {
  if (auto good = objects::check_key(path); !good) co_return fail(std::move(good).error());
  const std::string address = new_address();
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(services_.kv, *repository, branch));
    const TimeMs expires = services_.clock.now_ms() + kPhysicalAddressLifetimeMs;
    kv::Batch batch;
    batch.require_equals(state.key, state.raw);
    batch.put(keys::address(repository->uid, address),
              encode(AddressRecord{AddressRecord::Use::link, branch, path, expires}));
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return location_of(*repository, address);
}

Task<Result<ObjectStat>> StagingWriter::link_address(RepositoryHandle repository, std::string branch,
                                                     std::string path, Repositories::LinkRequest request) {
  if (auto good = objects::check_key(path); !good) co_return fail(std::move(good).error());
  const auto place = parse_s3_address(request.physical_address);
  if (!place) co_return fail(place.error());
  if (place->bucket != repository->bucket || !place->key.starts_with(repository->prefix)) {
    co_return fail(ErrorCode::invalid_argument, "physical address " + request.physical_address +
                                                    " does not lie in the repository's namespace");
  }
  const std::string relative = place->key.substr(repository->prefix.size());
  Entry entry;
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    const auto snapshot = services_.kv.snapshot();
    const std::string issued_key = keys::address(repository->uid, relative);
    ANABRANCH_TRY(const auto issued_raw, snapshot->get(issued_key));
    AddressRecord issued;
    if (issued_raw) {
      ANABRANCH_TRY(issued, decode_address(*issued_raw));
    }
    const bool expired = issued.expires_ms < services_.clock.now_ms();
    if (!issued_raw || issued.use != AddressRecord::Use::link || expired) {
      return fail(ErrorCode::invalid_argument,
                  "physical address " + request.physical_address +
                      (expired && issued_raw ? " has expired" : " was not issued, or is linked already"));
    }
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(*snapshot, *repository, branch));
    ANABRANCH_TRY(const PresentEntry present,
                  present_entry(*snapshot, refs_, *repository, state, path, false));
    ANABRANCH_CHECK(check_condition(present.entry, request.condition, path));
    ANABRANCH_TRY(const auto info, services_.objects.head(repository->bucket, place->key));
    entry = entry_of(info, relative);
    if (!request.metadata.empty()) entry.metadata = request.metadata;
    if (!request.content_type.empty()) entry.content_type = request.content_type;

    std::vector<std::string> orphans;
    note_orphan(present, relative, orphans);
    kv::Batch batch;
    ANABRANCH_CHECK(drop_orphans(batch, *repository, orphans));
    require_open(batch, *repository, state);
    batch.require(issued_key, issued_raw);
    batch.erase(issued_key);
    if (has_condition(request.condition)) batch.require_equals(state.key, state.raw);
    // Not owned: its address is known outside, so its bytes are left to the garbage collector when it is
    // overwritten.
    put_staged(batch, state, path, present.staged_raw, StagedRecord{entry, false});
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return stat_of(*repository, std::move(path), std::move(entry));
}

Task<Result<void>> StagingWriter::reset_path(RepositoryHandle repository, std::string branch,
                                             std::string path) {
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    const auto snapshot = services_.kv.snapshot();
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(*snapshot, *repository, branch));
    ANABRANCH_TRY(const PresentEntry present,
                  present_entry(*snapshot, refs_, *repository, state, path, true));
    kv::Batch batch;
    if (!present.staged && !present.sealed) return batch;  // nothing uncommitted here
    std::vector<std::string> orphans;
    note_orphan(present, "", orphans);
    ANABRANCH_CHECK(drop_orphans(batch, *repository, orphans));
    require_open(batch, *repository, state);
    if (!present.sealed) {
      erase_staged(batch, state, path, present.staged_raw);
      return batch;
    }
    // A closed token cannot be changed: what the head holds is staged over it.
    ANABRANCH_TRY(const auto head, refs_.commit(*snapshot, *repository, state.record.commit_id));
    ANABRANCH_TRY(auto committed, repository->trees.get(head->metarange_id, path));
    batch.require_equals(state.key, state.raw);
    put_staged(batch, state, path, present.staged_raw, committed_or_tombstone(std::move(committed)));
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  co_return Result<void>{};
}

}  // namespace anabranch::versioning
