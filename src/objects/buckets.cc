#include <utility>

#include "objects/core.h"

namespace anabranch::objects {
namespace {

/// Pins that one batch erases; the rest of a bucket's go in batches before.
constexpr std::size_t kPinsPerBatch = 10'000;

BucketInfo to_info(const std::string& name, BucketRecord record) {
  return {name, record.created_ms, std::move(record.region)};
}

Error bucket_exists(const std::string& name) {
  return Error{ErrorCode::bucket_exists, "there is a bucket '" + name + "' already"};
}

Result<std::int64_t> read_counter(const kv::Reader& reader, const std::string& key) {
  ANABRANCH_TRY(const auto found, reader.get(key));
  return found ? kv::decode_counter(*found) : 0;
}

/// Errors: bucket_not_empty.
Result<void> check_empty(const kv::Reader& reader, const std::string& name, BucketId id) {
  ANABRANCH_TRY(const auto objects, read_counter(reader, keys::count_objects(id)));
  if (objects != 0) return fail(ErrorCode::bucket_not_empty, "bucket '" + name + "' is not empty");
  ANABRANCH_TRY(const auto retained, read_counter(reader, keys::count_retained(id)));
  if (retained == 0) return {};
  return fail(ErrorCode::bucket_not_empty, "bucket '" + name + "' keeps the bytes of " +
                                               std::to_string(retained) +
                                               " deleted objects that repositories imported");
}

/// The next batch that deletes `name`, with `done` set where it is the last: up to kPinsPerBatch pins, then
/// all else. Erasing the pins of an empty bucket changes nothing: a pin protects what was there before it.
Result<kv::Batch> deletion_batch(const Core& core, const std::string& name, bool& done) {
  const auto snapshot = core.kv.snapshot();
  ANABRANCH_TRY(const auto record, core.read_bucket(*snapshot, name));
  const BucketId id = record.id;
  ANABRANCH_CHECK(check_empty(*snapshot, name, id));
  kv::Batch batch;
  for (const auto& counter : {keys::count_objects(id), keys::count_retained(id), keys::count_uploads(id)}) {
    ANABRANCH_TRY(auto found, snapshot->get(counter));
    if (found && kv::decode_counter(*found) != 0) {  // an upload that began just now
      return fail(ErrorCode::bucket_not_empty, "bucket '" + name + "' is being uploaded to");
    }
    batch.require(counter, std::move(found));
  }
  ANABRANCH_TRY(auto state, snapshot->get(keys::bucket_state(id)));
  batch.require(keys::bucket_state(id), std::move(state));

  std::size_t pins = 0;
  const std::string pins_begin = keys::pin(id, "");
  ANABRANCH_CHECK(
      snapshot->scan(pins_begin, kv::prefix_end(pins_begin), [&](std::string_view key, std::string_view) {
        if (pins == kPinsPerBatch) return kv::ScanStep::stop();
        batch.erase(std::string(key));
        ++pins;
        return kv::ScanStep::next();
      }));
  done = pins < kPinsPerBatch;
  if (!done) return batch;
  batch.erase(keys::bucket(name));
  batch.erase(keys::bucket_state(id));
  for (auto& counter :
       {keys::count_objects(id), keys::count_bytes(id), keys::count_retained(id), keys::count_uploads(id)}) {
    batch.erase(counter);
  }
  return batch;
}

}  // namespace

Task<Result<BucketInfo>> ObjectStore::create_bucket(std::string name, std::string region, kv::Batch batch) {
  Result<void> named = check_bucket_name(name);
  if (!named) co_return fail(std::move(named).error());
  auto looking = inline_or_on(impl_->workers, [this, &name] { return impl_->kv.get(keys::bucket(name)); });
  Result<std::optional<std::string>> found = co_await std::move(looking);
  if (!found) co_return fail(std::move(found).error());
  if (*found) co_return fail(bucket_exists(name));

  BucketRecord record{random_blob_id().low, impl_->clock.now_ms(), std::move(region)};
  batch.require_absent(keys::bucket(name));
  batch.require_absent(keys::bucket_state(record.id));  // so that two buckets never share an id
  batch.put(keys::bucket(name), encode(record));
  batch.put(keys::bucket_state(record.id), encode(BucketState{}));
  auto committing = kv::commit(impl_->kv, std::move(batch));
  Result<void> done = co_await std::move(committing);
  if (done) {
    impl_->bucket_ids.put(name, record.id);
    co_return to_info(name, std::move(record));
  }
  if (done.error().code != ErrorCode::precondition_failed) co_return fail(std::move(done).error());

  // Someone else's creation, or a condition of the caller's? An empty retry tells once the former is visible.
  auto waiting = settle(*impl_);
  Result<void> settled = co_await std::move(waiting);
  if (!settled) co_return fail(std::move(settled).error());
  auto looking_again =
      inline_or_on(impl_->workers, [this, &name] { return impl_->kv.get(keys::bucket(name)); });
  Result<std::optional<std::string>> now = co_await std::move(looking_again);
  if (!now) co_return fail(std::move(now).error());
  if (*now) co_return fail(bucket_exists(name));
  co_return fail(std::move(done).error());
}

Result<BucketInfo> ObjectStore::get_bucket(const std::string& name) const {
  ANABRANCH_TRY(auto record, impl_->read_bucket(impl_->kv, name));
  return to_info(name, std::move(record));
}

Result<std::vector<BucketInfo>> ObjectStore::list_buckets() const {
  std::vector<BucketInfo> buckets;
  Result<void> decoded;
  const std::string begin(keys::kBuckets);
  ANABRANCH_CHECK(
      impl_->kv.scan(begin, kv::prefix_end(begin), [&](std::string_view key, std::string_view value) {
        auto record = decode_bucket(value);
        if (!record) {
          decoded = fail(std::move(record).error());
          return kv::ScanStep::stop();
        }
        buckets.push_back(to_info(std::string(key.substr(begin.size())), *std::move(record)));
        return kv::ScanStep::next();
      }));
  if (!decoded) return fail(std::move(decoded).error());
  return buckets;
}

Task<Result<void>> ObjectStore::abort_uploads(std::string bucket) {
  while (true) {
    auto looking = inline_or_on(impl_->workers, [this, &bucket]() -> Result<UploadPage> {
      ANABRANCH_TRY(const auto record, impl_->read_bucket(impl_->kv, bucket));
      ANABRANCH_CHECK(check_empty(impl_->kv, bucket, record.id));
      return list_uploads(bucket, "", "", "", "", kListPageMax);
    });
    Result<UploadPage> page = co_await std::move(looking);
    if (!page) co_return fail(std::move(page).error());
    for (const UploadInfo& upload : page->uploads) {
      auto aborting = abort_upload(bucket, upload.key, upload.upload_id);
      Result<void> aborted = co_await std::move(aborting);
      if (!aborted && aborted.error().code != ErrorCode::no_such_upload) co_return aborted;
    }
    if (!page->truncated) co_return Result<void>{};
  }
}

Task<Result<void>> ObjectStore::delete_bucket(std::string name) {
  auto aborting = abort_uploads(name);
  Result<void> aborted = co_await std::move(aborting);
  if (!aborted) co_return aborted;
  for (bool last = false; !last;) {
    MakeBatch make = [this, &name, &last] { return deletion_batch(*impl_, name, last); };
    auto deleting = commit_retrying(*impl_, std::move(make), nullptr);
    Result<void> done = co_await std::move(deleting);
    if (!done) co_return done;
  }
  impl_->bucket_ids.erase(name);
  co_return Result<void>{};
}

Result<BucketUsage> ObjectStore::usage(const std::string& bucket) const {
  const auto snapshot = impl_->kv.snapshot();
  ANABRANCH_TRY(const auto record, impl_->read_bucket(*snapshot, bucket));
  BucketUsage usage;
  ANABRANCH_TRY(usage.objects, read_counter(*snapshot, keys::count_objects(record.id)));
  ANABRANCH_TRY(usage.bytes, read_counter(*snapshot, keys::count_bytes(record.id)));
  ANABRANCH_TRY(usage.retained_objects, read_counter(*snapshot, keys::count_retained(record.id)));
  return usage;
}

Result<BucketUsage> ObjectStore::usage_of_all() const {
  BucketUsage usage;
  const std::string begin(keys::kCounters);
  ANABRANCH_CHECK(
      impl_->kv.scan(begin, kv::prefix_end(begin), [&](std::string_view key, std::string_view value) {
        const std::int64_t count = kv::decode_counter(value);
        if (key.ends_with(keys::kObjectsCounter)) usage.objects += count;
        if (key.ends_with(keys::kBytesCounter)) usage.bytes += count;
        if (key.ends_with(keys::kRetainedCounter)) usage.retained_objects += count;
        return kv::ScanStep::next();
      }));
  return usage;
}

Result<void> ObjectStore::require_bucket(kv::Batch& batch, const std::string& name) const {
  // The record of a bucket never changes while it lives; its state would, with every pin.
  ANABRANCH_TRY(const auto record, impl_->read_bucket(impl_->kv, name));
  batch.require_equals(keys::bucket(name), encode(record));
  return {};
}

}  // namespace anabranch::objects
