#include "versioning/uploads.h"

#include <algorithm>

namespace anabranch::versioning {
namespace {

tl::unexpected<Error> no_such_upload(const std::string& upload_id) {
  return fail(ErrorCode::no_such_upload, "upload '" + upload_id + "' does not exist");
}

}  // namespace

Result<UploadRecord> BranchUploads::find(const OpenRepository& repository, const std::string& branch,
                                         const std::string& path, const std::string& upload_id) const {
  ANABRANCH_TRY(const auto raw, services_.kv.get(keys::upload(repository.uid, branch, path, upload_id)));
  if (!raw) return no_such_upload(upload_id);
  return decode_upload(*raw);
}

Result<kv::Batch> BranchUploads::end_batch(const OpenRepository& repository, const std::string& branch,
                                           const std::string& path, const std::string& upload_id) const {
  const std::string key = keys::upload(repository.uid, branch, path, upload_id);
  ANABRANCH_TRY(const auto raw, services_.kv.get(key));
  if (!raw) return no_such_upload(upload_id);
  ANABRANCH_TRY(const auto record, decode_upload(*raw));
  kv::Batch batch;
  batch.require(key, raw);
  batch.erase(key);
  batch.erase(keys::address(repository.uid, record.address));
  return batch;
}

Task<Result<objects::UploadInfo>> BranchUploads::create(RepositoryHandle repository, std::string branch,
                                                        std::string path, objects::UploadOptions options) {
  if (auto good = objects::check_key(path); !good) co_return fail(std::move(good).error());
  auto asking = inline_or_on(services_.readers, [&, this]() -> Result<BranchState> {
    return refs_.writable_branch(services_.kv, *repository, branch);
  });
  const auto writable = co_await std::move(asking);
  if (!writable) co_return fail(writable.error());

  UploadRecord record;
  record.address = writer_.new_address();
  auto creating = services_.objects.create_upload(repository->bucket, repository->key_of(record.address),
                                                  std::move(options));
  auto created = co_await std::move(creating);
  if (!created) co_return fail(std::move(created).error());
  record.info = *std::move(created);

  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    ANABRANCH_TRY(const BranchState state, refs_.writable_branch(services_.kv, *repository, branch));
    kv::Batch batch;
    batch.require_equals(state.key, state.raw);
    batch.put(keys::upload(repository->uid, branch, path, record.info.upload_id), encode(record));
    // So that clients may send parts straight to the physical address (presigned uploads).
    batch.put(keys::address(repository->uid, record.address),
              encode(AddressRecord{AddressRecord::Use::upload, branch, path, 0}));
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) {
    auto aborting = services_.objects.abort_upload(repository->bucket, repository->key_of(record.address),
                                                   record.info.upload_id);
    const auto aborted = co_await std::move(aborting);
    (void)aborted;
    co_return fail(std::move(committed).error());
  }
  record.info.key = branch + "/" + path;
  co_return record.info;
}

Result<StagingLocation> BranchUploads::location(const OpenRepository& repository, const std::string& branch,
                                                const std::string& path, const std::string& upload_id) const {
  ANABRANCH_TRY(const auto record, find(repository, branch, path, upload_id));
  return location_of(repository, record.address);
}

Task<Result<ObjectStat>> BranchUploads::complete(RepositoryHandle repository, std::string branch,
                                                 std::string path, std::string upload_id,
                                                 std::vector<objects::CompletedPart> parts,
                                                 objects::ExpectedObject expected,
                                                 objects::WriteCondition condition) {
  struct Ready {
    std::string address;
    objects::PendingObject pending;
  };
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    auto preparing = inline_or_on(services_.readers, [&, this]() -> Result<Ready> {
      ANABRANCH_TRY(auto record, find(*repository, branch, path, upload_id));
      ANABRANCH_TRY(auto pending,
                    services_.objects.prepare_complete(repository->bucket, repository->key_of(record.address),
                                                       upload_id, parts, expected));
      return Ready{std::move(record.address), std::move(pending)};
    });
    auto ready = co_await std::move(preparing);
    if (!ready) co_return fail(std::move(ready).error());

    Entry entry = entry_of(ready->pending.info, ready->address);
    entry.last_modified_ms = services_.clock.now_ms();
    auto staging =
        writer_.stage_entry(repository, branch, path, std::move(ready->pending), std::move(entry), condition,
                            [&, this] { return end_batch(*repository, branch, path, upload_id); });
    auto staged = co_await std::move(staging);
    // Parts that were sent meanwhile break the batch of prepare_complete(): it is made anew.
    if (!staged && staged.error().code == ErrorCode::conflict) continue;
    co_return staged;
  }
  co_return fail(ErrorCode::conflict, "upload '" + upload_id + "' kept changing");
}

Task<Result<void>> BranchUploads::abort(RepositoryHandle repository, std::string branch, std::string path,
                                        std::string upload_id) {
  auto finding =
      inline_or_on(services_.readers, [&, this] { return find(*repository, branch, path, upload_id); });
  const auto record = co_await std::move(finding);
  if (!record) co_return fail(record.error());
  // The parts first: where this ends in between, a second abort finds the record and goes on.
  auto aborting =
      services_.objects.abort_upload(repository->bucket, repository->key_of(record->address), upload_id);
  auto aborted = co_await std::move(aborting);
  if (!aborted && aborted.error().code != ErrorCode::no_such_upload) co_return aborted;
  auto committing =
      commit_prepared(services_, [&, this] { return end_batch(*repository, branch, path, upload_id); });
  co_return co_await std::move(committing);
}

Result<objects::UploadPage> BranchUploads::list(const OpenRepository& repository, const std::string& prefix,
                                                const std::string& delimiter, const std::string& key_marker,
                                                const std::string& upload_id_marker,
                                                unsigned uploads_max) const {
  const std::string all = keys::uploads(repository.uid);
  const std::size_t amount = std::min(uploads_max, kPageMax);
  objects::UploadPage page;
  std::string begin = all + prefix;
  if (!key_marker.empty()) {
    // With an upload id: go on after it; without: after all uploads of the key.
    const std::string marked = all + key_marker + '\0';
    const bool is_common =
        !delimiter.empty() && key_marker.ends_with(delimiter) && key_marker.starts_with(prefix);
    const std::string after = upload_id_marker.empty() ? kv::prefix_end(is_common ? all + key_marker : marked)
                                                       : marked + upload_id_marker + '\0';
    begin = std::max(begin, after);
  }
  Result<void> good;
  std::size_t lines = 0;
  ANABRANCH_CHECK(services_.kv.scan(
      begin, kv::prefix_end(all + prefix), [&](std::string_view key, std::string_view value) {
        if (lines == amount) {
          page.truncated = amount > 0;
          return kv::ScanStep::stop();
        }
        const std::string_view text = key.substr(all.size());
        const std::string name(text.substr(0, text.find('\0')));
        const std::size_t cut = delimiter.empty() ? std::string::npos : name.find(delimiter, prefix.size());
        if (cut != std::string::npos) {
          page.common_prefixes.push_back(name.substr(0, cut + delimiter.size()));
          page.next_key_marker = page.common_prefixes.back();
          page.next_upload_id_marker.clear();
          ++lines;
          std::string beyond = kv::prefix_end(all + page.common_prefixes.back());
          return kv::ScanStep::seek(std::move(beyond));
        }
        auto record = decode_upload(value);
        if (!record) {
          good = fail(std::move(record).error());
          return kv::ScanStep::stop();
        }
        record->info.key = name;
        page.next_key_marker = name;
        page.next_upload_id_marker = record->info.upload_id;
        page.uploads.push_back(std::move(record->info));
        ++lines;
        return kv::ScanStep::next();
      }));
  ANABRANCH_CHECK(good);
  if (!page.truncated) {
    page.next_key_marker.clear();
    page.next_upload_id_marker.clear();
  }
  return page;
}

}  // namespace anabranch::versioning
