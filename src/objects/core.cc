#include "objects/core.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace anabranch::objects {
namespace {

/// Past it the cache starts anew: names are few in practice, and a miss costs one get.
constexpr std::size_t kCachedBucketsMax = 10'000;
constexpr std::size_t kBucketNameSizeMax = 63;
/// Rounds that one batch may lose. Every round has a winner, so this is out of reach but for hundreds on one
/// key.
constexpr int kAttemptsMax = 1'000;
constexpr std::size_t kManifestChunkSize = 1 * MiB;

Error no_such_bucket(const std::string& name) {
  return Error{ErrorCode::no_such_bucket, "there is no bucket '" + name + "'"};
}

std::uint64_t fingerprint(const kv::Batch& batch) {
  std::uint64_t hash = 0;
  for (const auto& condition : batch.conditions()) {
    hash = xxh3(condition.key, hash);
    hash = condition.expected ? xxh3(*condition.expected, hash) : hash + 1;
  }
  return hash;
}

/// The first key whose condition does not hold in what is visible now.
Result<std::optional<std::string>> broken_condition(const kv::Reader& reader, const kv::Batch& batch) {
  for (const auto& condition : batch.conditions()) {
    ANABRANCH_TRY(const auto found, reader.get(condition.key));
    if (found != condition.expected) return condition.key;
  }
  return std::nullopt;
}

}  // namespace

std::optional<BucketId> BucketIdCache::find(const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = ids_.find(name);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

void BucketIdCache::put(const std::string& name, BucketId id) {
  const std::unique_lock lock(mutex_);
  if (ids_.size() >= kCachedBucketsMax) ids_.clear();
  ids_[name] = id;
}

void BucketIdCache::erase(const std::string& name) {
  const std::unique_lock lock(mutex_);
  ids_.erase(name);
}

Result<BucketRecord> Core::read_bucket(const kv::Reader& reader, const std::string& name) const {
  if (name.size() > kBucketNameSizeMax) return fail(no_such_bucket(name));
  ANABRANCH_TRY(const auto found, reader.get(keys::bucket(name)));
  if (!found) {
    bucket_ids.erase(name);
    return fail(no_such_bucket(name));
  }
  ANABRANCH_TRY(auto record, decode_bucket(*found));
  bucket_ids.put(name, record.id);
  return record;
}

Result<BucketForWrite> Core::bucket_for_write(const std::string& name) const {
  std::optional<BucketId> id = bucket_ids.find(name);
  const bool from_cache = id.has_value();
  if (!id) {
    ANABRANCH_TRY(const auto record, read_bucket(kv, name));
    id = record.id;
  }
  ANABRANCH_TRY(auto bytes, kv.get(keys::bucket_state(*id)));
  if (!bytes) {
    if (!from_cache) return fail(no_such_bucket(name));  // deleted between the two reads
    bucket_ids.erase(name);
    return bucket_for_write(name);
  }
  ANABRANCH_TRY(const auto state, decode_bucket_state(*bytes));
  return BucketForWrite{*id, *std::move(bytes), state};
}

Result<std::string> Core::read_object(const std::string& bucket, const std::string& key) const {
  // An object under the cached id proves that the bucket is there: it could not be deleted with the object in
  // it.
  const std::optional<BucketId> cached = bucket_ids.find(bucket);
  if (cached) {
    ANABRANCH_TRY(auto bytes, kv.get(keys::object(*cached, key)));
    if (bytes) return *std::move(bytes);
  }
  ANABRANCH_TRY(const auto record, read_bucket(kv, bucket));
  if (!cached || *cached != record.id) {
    ANABRANCH_TRY(auto bytes, kv.get(keys::object(record.id, key)));
    if (bytes) return *std::move(bytes);
  }
  return fail(ErrorCode::no_such_key, "there is no object '" + key + "' in bucket '" + bucket + "'");
}

Task<Result<void>> settle(const Core& core) {
  kv::Batch barrier;
  barrier.add(std::string(keys::kBarrier), 0);
  auto committing = kv::commit(core.kv, std::move(barrier));
  co_return co_await std::move(committing);
}

Task<Result<void>> commit_retrying(const Core& core, MakeBatch make, const kv::Batch* fixed) {
  std::uint64_t tried_before = 0;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto making = inline_or_on(core.workers, [&make] { return make(); });
    Result<kv::Batch> batch = co_await std::move(making);
    if (!batch) co_return fail(std::move(batch).error());
    if (batch->empty()) co_return Result<void>{};
    const std::uint64_t tried = fingerprint(*batch);

    auto committing = kv::commit(core.kv, *std::move(batch));
    Result<void> done = co_await std::move(committing);
    if (done || done.error().code != ErrorCode::precondition_failed) co_return done;

    if (tried == tried_before) {
      auto settling = settle(core);
      Result<void> settled = co_await std::move(settling);
      if (!settled) co_return settled;
    }
    tried_before = tried;
    if (fixed != nullptr && !fixed->conditions().empty()) {
      auto checking =
          inline_or_on(core.workers, [&core, fixed] { return broken_condition(core.kv, *fixed); });
      Result<std::optional<std::string>> broken = co_await std::move(checking);
      if (!broken) co_return fail(std::move(broken).error());
      if (*broken)
        co_return fail(ErrorCode::conflict, "what this change was prepared from has changed meanwhile");
    }
  }
  co_return fail(ErrorCode::conflict, "others changed the same key again and again; try once more");
}

Result<std::optional<Manifest>> read_manifest(const kv::Reader& reader, const ManifestRef& ref) {
  std::string bytes;
  for (std::uint32_t i = 0; i < ref.chunks; ++i) {
    ANABRANCH_TRY(const auto chunk, reader.get(keys::manifest_chunk(ref.id, i)));
    if (!chunk) return std::nullopt;
    bytes += *chunk;
  }
  ANABRANCH_TRY(auto manifest, decode_manifest(bytes));
  return manifest;
}

ManifestRef put_manifest(kv::Batch& batch, const Manifest& manifest) {
  static_assert(kManifestChunkSize <= kv::kValueSizeMax);
  const std::string bytes = encode(manifest);
  ManifestRef ref{random_blob_id(), 0};
  for (std::size_t at = 0; at < bytes.size(); at += kManifestChunkSize) {
    batch.put(keys::manifest_chunk(ref.id, ref.chunks++), bytes.substr(at, kManifestChunkSize));
  }
  return ref;
}

void release_slices(kv::Batch& batch, const std::vector<Slice>& slices) {
  for (const Slice& slice : slices) batch.release(slice.blob);
}

Result<void> check_user_metadata(const StringPairs& user_metadata) {
  std::size_t size = 0;
  for (const auto& [name, value] : user_metadata) size += name.size() + value.size();
  if (size > kUserMetadataSizeMax) {
    return fail(ErrorCode::invalid_argument, "user metadata of " + std::to_string(size) + " bytes (at most " +
                                                 std::to_string(kUserMetadataSizeMax) + ")");
  }
  return {};
}

ObjectStore::ObjectStore(kv::Store& kv, blob::Store& blobs, const Clock& clock, Workers& workers)
    : impl_(new Impl{{kv, blobs, clock, workers}}) {}
ObjectStore::~ObjectStore() = default;

}  // namespace anabranch::objects
