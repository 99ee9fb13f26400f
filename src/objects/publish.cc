// How a key comes to hold another object, or none: one batch that requires what it read, so that races are
// detected.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "objects/core.h"

namespace anabranch::objects {
namespace {

/// How often the reads for one batch are begun again because a manifest went between two of them.
constexpr int kReadAttemptsMax = 100;

/// What a key holds now.
struct Current {
  std::optional<std::string> bytes;
  ObjectRecord record;  // where there are bytes
};

Result<Current> read_current(const Core& core, const std::string& kv_key) {
  Current current;
  ANABRANCH_TRY(current.bytes, core.kv.get(kv_key));
  if (current.bytes) {
    ANABRANCH_TRY(current.record, decode_object(*current.bytes));
  }
  return current;
}

bool names_etag(const std::string& condition, const std::string& etag) {
  return condition == "*" || condition == etag;
}

Result<void> check_condition(const WriteCondition& condition, const Current& current,
                             const std::string& key) {
  const auto failed = [&](const char* header) {
    return fail(ErrorCode::precondition_failed, std::string(header) + " does not hold for '" + key + "'");
  };
  if (condition.if_match && (!current.bytes || !names_etag(*condition.if_match, current.record.info.etag))) {
    return failed("If-Match");
  }
  if (condition.if_none_match && current.bytes &&
      names_etag(*condition.if_none_match, current.record.info.etag)) {
    return failed("If-None-Match");
  }
  return {};
}

/// Adds to `batch` what becomes of the object that loses its key: retained under a pin, else its blobs are
/// released. False: the object was replaced meanwhile, read it again.
Result<bool> retire(const Core& core, kv::Batch& batch, const BucketForWrite& bucket, const std::string& key,
                    const Current& current) {
  const ObjectInfo& info = current.record.info;
  bool pinned = false;
  if (bucket.state.pin_generation > 0) {
    ANABRANCH_TRY(pinned, is_pinned(core, bucket.id, key, current.record.pin_generation));
  }
  if (pinned) {
    const std::string retained_key = keys::retained(bucket.id, key, info.etag, info.size_bytes);
    ANABRANCH_TRY(auto retained, core.kv.get(retained_key));
    batch.require(retained_key, retained);
    if (!retained) {
      batch.put(retained_key, *current.bytes);
      batch.add(keys::count_retained(bucket.id), 1);
      return true;
    }
    // The same content is retained already; one copy is enough.
  }
  release_slices(batch, current.record.slices);
  if (const auto& ref = current.record.manifest) {
    if (read_tier() == ReadTier::memory && info.parts > kInlineSlicesMax) {
      return fail(ErrorCode::would_block, "an object of many parts is released on a worker");
    }
    ANABRANCH_TRY(const auto manifest, read_manifest(core.kv, *ref));
    if (!manifest) return false;
    release_slices(batch, manifest->slices);
    for (std::uint32_t i = 0; i < ref->chunks; ++i) batch.erase(keys::manifest_chunk(ref->id, i));
  }
  return true;
}

/// The record for the new object; its manifest, where it has parts, goes into `batch`.
std::string make_record(kv::Batch& batch, const PendingObject& pending, std::uint64_t pin_generation) {
  ObjectRecord record;
  record.info = pending.info;
  record.pin_generation = pin_generation;
  if (pending.info.parts > 0) {
    record.manifest = put_manifest(batch, {pending.part_sizes_bytes, pending.part_checksums, pending.slices});
  } else {
    record.slices = pending.slices;
  }
  return encode(record);
}

void add_unless_zero(kv::Batch& batch, std::string counter, std::int64_t delta) {
  if (delta != 0) batch.add(std::move(counter), delta);
}

/// The conditions of every change to a key: the bucket is as seen (there, and with these pins), and so is the
/// key.
void require_current(kv::Batch& batch, const BucketForWrite& bucket, const std::string& kv_key,
                     const Current& current) {
  batch.require_equals(keys::bucket_state(bucket.id), bucket.state_bytes);
  batch.require(kv_key, current.bytes);
}

Error too_busy(const std::string& key) {
  return Error{ErrorCode::unavailable, "object '" + key + "' is overwritten faster than it can be read"};
}

/// One try of publish_batch(); nullopt: the object there was replaced between two reads.
Result<std::optional<kv::Batch>> try_publish_batch(const Core& core, const PendingObject& pending,
                                                   const std::string& bucket_name, const std::string& key,
                                                   const WriteCondition& condition) {
  ANABRANCH_TRY(const auto bucket, core.bucket_for_write(bucket_name));
  const std::string kv_key = keys::object(bucket.id, key);
  ANABRANCH_TRY(const auto current, read_current(core, kv_key));
  if (condition.if_match && !current.bytes) {
    return fail(ErrorCode::no_such_key, "there is no object '" + key + "' in bucket '" + bucket_name + "'");
  }
  ANABRANCH_CHECK(check_condition(condition, current, key));

  kv::Batch batch = pending.batch;
  require_current(batch, bucket, kv_key, current);
  if (current.bytes) {
    ANABRANCH_TRY(const bool retired, retire(core, batch, bucket, key, current));
    if (!retired) return std::nullopt;
  }
  batch.put(kv_key, make_record(batch, pending, bucket.state.pin_generation));
  const auto before_bytes = static_cast<std::int64_t>(current.bytes ? current.record.info.size_bytes : 0);
  add_unless_zero(batch, keys::count_objects(bucket.id), current.bytes ? 0 : 1);
  add_unless_zero(batch, keys::count_bytes(bucket.id),
                  static_cast<std::int64_t>(pending.info.size_bytes) - before_bytes);
  return batch;
}

/// Adds the removal of one key to `batch`; gives whether it is there. nullopt: replaced between two reads.
/// Errors: precondition_failed, before anything is added.
Result<std::optional<bool>> add_removal(const Core& core, kv::Batch& batch, const BucketForWrite& bucket,
                                        const std::string& key, const WriteCondition& condition) {
  const std::string kv_key = keys::object(bucket.id, key);
  ANABRANCH_TRY(const auto current, read_current(core, kv_key));
  if (!current.bytes) return false;
  const ObjectInfo& info = current.record.info;
  ANABRANCH_CHECK(check_removal(condition, {info.etag, info.size_bytes, info.last_modified_ms}, key));
  ANABRANCH_TRY(const bool retired, retire(core, batch, bucket, key, current));
  if (!retired) return std::nullopt;
  require_current(batch, bucket, kv_key, current);
  batch.erase(kv_key);
  batch.add(keys::count_objects(bucket.id), -1);
  add_unless_zero(batch, keys::count_bytes(bucket.id),
                  -static_cast<std::int64_t>(current.record.info.size_bytes));
  return true;
}

/// One try of make_removal_batch(); nullopt: an object was replaced between two reads.
Result<std::optional<kv::Batch>> try_removal_batch(const Core& core, const std::string& bucket_name,
                                                   const std::vector<Removal>& removals,
                                                   RemovalOutcomes& outcomes) {
  ANABRANCH_TRY(const auto bucket, core.bucket_for_write(bucket_name));
  kv::Batch batch;
  outcomes.clear();
  std::unordered_set<std::string_view> gone;
  for (const auto& [key, condition] : removals) {
    if (gone.contains(key)) {
      outcomes.emplace_back(false);
      continue;
    }
    const auto there = add_removal(core, batch, bucket, key, condition);
    if (!there && there.error().code != ErrorCode::precondition_failed) return fail(there.error());
    if (there && !*there) return std::nullopt;
    if (there) {
      outcomes.emplace_back(**there);
      if (**there) gone.insert(key);
    } else {
      outcomes.emplace_back(fail(there.error()));
    }
  }
  return batch;
}

/// The batch of the removals that may be, and what becomes of each of them.
Result<kv::Batch> make_removal_batch(const Core& core, const std::string& bucket_name,
                                     const std::vector<Removal>& removals, RemovalOutcomes& outcomes) {
  if (removals.size() > kInlineSlicesMax && read_tier() == ReadTier::memory) {
    return fail(ErrorCode::would_block, "many keys are deleted on a worker");
  }
  for (int attempt = 0; attempt < kReadAttemptsMax; ++attempt) {
    ANABRANCH_TRY(auto batch, try_removal_batch(core, bucket_name, removals, outcomes));
    if (batch) return *std::move(batch);
  }
  return fail(too_busy(removals.front().key));
}

}  // namespace

Result<kv::Batch> ObjectStore::publish_batch(const PendingObject& pending, const std::string& bucket,
                                             const std::string& key, const WriteCondition& condition) const {
  ANABRANCH_CHECK(check_key(key));
  if (pending.slices.size() > kInlineSlicesMax && read_tier() == ReadTier::memory) {
    return fail(ErrorCode::would_block, "an object of many parts is published on a worker");
  }
  for (int attempt = 0; attempt < kReadAttemptsMax; ++attempt) {
    ANABRANCH_TRY(auto batch, try_publish_batch(*impl_, pending, bucket, key, condition));
    if (batch) return *std::move(batch);
  }
  return fail(too_busy(key));
}

Task<Result<ObjectInfo>> ObjectStore::publish(PendingObject pending, std::string bucket, std::string key,
                                              WriteCondition condition) {
  MakeBatch make = [&] { return publish_batch(pending, bucket, key, condition); };
  auto publishing = commit_retrying(*impl_, std::move(make), &pending.batch);
  Result<void> done = co_await std::move(publishing);
  if (!done) co_return fail(std::move(done).error());
  pending.info.key = std::move(key);
  co_return std::move(pending.info);
}

Result<void> check_removal(const WriteCondition& condition, const Removable& there, const std::string& key) {
  constexpr TimeMs kMsPerSecond = 1000;
  const auto failed = [&](const char* what) {
    return fail(ErrorCode::precondition_failed, "'" + key + "' is not deleted: " + what);
  };
  if (condition.if_match && !names_etag(*condition.if_match, there.etag))
    return failed("it has another ETag");
  if (condition.if_none_match && names_etag(*condition.if_none_match, there.etag)) {
    return failed("If-None-Match forbids it");
  }
  if (condition.if_match_size_bytes && *condition.if_match_size_bytes != there.size_bytes) {
    return failed("it has another size");
  }
  const auto& time = condition.if_match_last_modified_ms;
  if (time && *time / kMsPerSecond != there.last_modified_ms / kMsPerSecond) {
    return failed("it was modified at another time");
  }
  return {};
}

Task<Result<bool>> ObjectStore::remove(std::string bucket, std::string key, WriteCondition condition) {
  std::vector<Removal> removals;
  removals.push_back({std::move(key), std::move(condition)});
  auto removing = remove_all(std::move(bucket), std::move(removals));
  auto outcomes = co_await std::move(removing);
  if (!outcomes) co_return fail(std::move(outcomes).error());
  co_return std::move(outcomes->front());
}

Task<Result<RemovalOutcomes>> ObjectStore::remove_all(std::string bucket, std::vector<Removal> removals) {
  if (removals.size() > kListPageMax)
    co_return fail(ErrorCode::invalid_argument, "more than 1,000 keys to delete");
  RemovalOutcomes outcomes;
  MakeBatch make = [&] { return make_removal_batch(*impl_, bucket, removals, outcomes); };
  auto removing = commit_retrying(*impl_, std::move(make), nullptr);
  Result<void> done = co_await std::move(removing);
  if (!done) co_return fail(std::move(done).error());
  co_return outcomes;
}

Result<kv::Batch> ObjectStore::removal_batch(const std::string& bucket,
                                             const std::vector<std::string>& keys) const {
  std::vector<Removal> removals;
  removals.reserve(keys.size());
  for (const auto& key : keys) removals.push_back({key, {}});
  RemovalOutcomes outcomes;
  return make_removal_batch(*impl_, bucket, removals, outcomes);
}

Result<PendingObject> ObjectStore::prepare_copy(ObjectReader& reader, CopyOptions options) const {
  PendingObject pending;
  pending.info = reader.info();
  pending.info.key.clear();
  pending.info.last_modified_ms = impl_->clock.now_ms();
  if (options.replace_metadata) {
    ANABRANCH_CHECK(check_user_metadata(options.user_metadata));
    pending.info.content_type = std::move(options.content_type);
    pending.info.headers = std::move(options.headers);
    pending.info.user_metadata = std::move(options.user_metadata);
  }
  pending.slices = reader.slices();
  pending.part_sizes_bytes = reader.part_sizes_bytes();
  pending.part_checksums = reader.part_checksums();
  for (const Slice& slice : pending.slices) pending.batch.share(slice.blob);
  return pending;
}

}  // namespace anabranch::objects
