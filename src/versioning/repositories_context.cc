#include "versioning/repositories_context.h"

#include "base/bytes.h"

namespace anabranch::versioning {
namespace {

constexpr std::string_view kScheme = "s3://";
/// A range is about 20 MiB raw; a metarange names hundreds of thousands of them.
constexpr std::uint64_t kMetadataFileSizeMax = 1 * GiB;
constexpr std::int64_t kYear4000Seconds = 64'060'588'800;
constexpr unsigned kPartitionNamesMax = 50'000;
constexpr TimeMs kPartitionAgeMaxMs = 3'600'000;

/// Runs on a pool thread: waits for the objects' own tasks.
Task<Result<std::string>> read_whole(objects::ObjectReader& reader) {
  const std::unique_ptr<ByteSource> source = reader.read(0, reader.info().size_bytes);
  auto bytes = read_all(*source, kMetadataFileSizeMax);
  co_return co_await std::move(bytes);
}

Task<Result<void>> write_whole(objects::ObjectStore& objects, std::string bucket, std::string key,
                               std::string bytes) {
  objects::ReceiveOptions options;
  options.size_bytes = bytes.size();
  const std::unique_ptr<ByteSource> source = make_source(std::move(bytes));
  auto receiving = objects.receive(std::move(options), *source);
  auto pending = co_await std::move(receiving);
  if (!pending) co_return fail(std::move(pending).error());
  auto publishing = objects.publish(*std::move(pending), std::move(bucket), std::move(key), {});
  const auto published = co_await std::move(publishing);
  if (!published) co_return fail(published.error());
  co_return Result<void>{};
}

}  // namespace

Result<std::string> NamespaceFiles::read(const std::string& id) {
  if (read_tier() == ReadTier::memory)
    return fail(ErrorCode::would_block, "metadata file " + id + " is not in memory");
  const std::string key = prefix_ + "_lakefs/" + id;
  auto reader = objects_.open(bucket_, key);
  if (!reader &&
      (reader.error().code == ErrorCode::no_such_key || reader.error().code == ErrorCode::no_such_bucket)) {
    return fail(ErrorCode::not_found, "metadata file s3://" + bucket_ + "/" + key + " is missing");
  }
  if (!reader) return fail(std::move(reader).error());
  return block_on(read_whole(**reader));
}

Result<void> NamespaceFiles::write(const std::string& id, const std::string& bytes) {
  const std::string key = prefix_ + "_lakefs/" + id;
  // The name is the content's: what is there under it is equal.
  if (const auto found = objects_.head(bucket_, key); found && found->size_bytes == bytes.size()) return {};
  return block_on(write_whole(objects_, bucket_, key, bytes));
}

Result<S3Address> parse_s3_address(const std::string& uri) {
  if (!uri.starts_with(kScheme)) {
    return fail(ErrorCode::invalid_argument, "address '" + uri + "' does not begin with s3://");
  }
  const std::string rest = uri.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  S3Address address{rest.substr(0, slash), slash == rest.size() ? "" : rest.substr(slash + 1)};
  if (address.bucket.empty())
    return fail(ErrorCode::invalid_argument, "address '" + uri + "' names no bucket");
  return address;
}

OpenRepository::OpenRepository(const Services& services, RepositoryRecord record, S3Address place)
    : uid(std::move(record.uid)),
      info(std::move(record.info)),
      bucket(std::move(place.bucket)),
      prefix(std::move(place.key)),
      files(services.objects, bucket, prefix),
      trees(files, services.tree_cache, info.split) {}

std::string OpenRepository::physical_address(const Entry& entry) const {
  const bool whole = entry.address_type == AddressType::full ||
                     (entry.address_type == AddressType::by_prefix && entry.address.starts_with(kScheme));
  return whole ? entry.address : std::string(kScheme) + bucket + "/" + key_of(entry.address);
}

std::string DataPaths::next(TimeMs now_ms) {
  const std::lock_guard lock(mutex_);
  if (partition_.empty() || names_ == kPartitionNamesMax || now_ms - started_ms_ > kPartitionAgeMaxMs) {
    partition_ = make_xid((kYear4000Seconds - now_ms / 1000) * 1000);
    started_ms_ = now_ms;
    names_ = 0;
  }
  ++names_;
  return "data/" + partition_ + "/" + make_xid(now_ms);
}

Task<BranchQueues::Turn> BranchQueues::wait(std::string key) {
  Callback<bool> turn([this, &key](Resume resume) {
    {
      const std::lock_guard lock(mutex_);
      const auto [queue, first] = waiting_.try_emplace(key);
      if (!first) {
        queue->second.push_back(std::move(resume));
        return;
      }
    }
    resume(true);
  });
  co_await turn;
  co_return Turn(*this, key);
}

void BranchQueues::leave(const std::string& key) {
  Resume next;
  {
    const std::lock_guard lock(mutex_);
    const auto queue = waiting_.find(key);
    if (queue->second.empty()) {
      waiting_.erase(queue);
      return;
    }
    next = std::move(queue->second.front());
    queue->second.pop_front();
  }
  next(true);
}

kv::Batch barrier_batch() {
  kv::Batch batch;
  batch.add(std::string(keys::kBarrier), 0);
  return batch;
}

Task<Result<void>> commit_prepared(const Services& services, std::function<Result<kv::Batch>()> prepare) {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    auto preparing = inline_or_on(services.readers, prepare);
    auto batch = co_await std::move(preparing);
    if (!batch) co_return fail(std::move(batch).error());
    if (batch->empty()) co_return Result<void>{};
    auto committing = kv::commit(services.kv, *std::move(batch));
    auto committed = co_await std::move(committing);
    if (committed || committed.error().code != ErrorCode::precondition_failed) co_return committed;
    auto waiting = kv::commit(services.kv, barrier_batch());
    auto waited = co_await std::move(waiting);
    if (!waited) co_return waited;
  }
  co_return fail(ErrorCode::conflict, "others kept changing the same records; try again");
}

}  // namespace anabranch::versioning
