#include "versioning/repositories_registry.h"

#include <algorithm>

#include "objects/keys.h"
#include "versioning/repositories.h"

namespace anabranch::versioning {
namespace {

/// What lakeFS writes at creation; clients look for it.
constexpr std::string_view kDummyText = "this is dummy data - created by lakeFS to check accessibility";
constexpr std::string_view kDummyName = "_lakefs/dummy";

/// The bucket and the prefix (ending in '/', or empty) of a storage namespace.
Result<S3Address> parse_namespace(const std::string& text) {
  ANABRANCH_TRY(S3Address place, parse_s3_address(text));
  while (place.key.ends_with('/')) place.key.pop_back();
  if (place.key.empty()) return place;
  if (auto good = objects::check_key(place.key); !good || place.key.starts_with('/')) {
    return fail(ErrorCode::invalid_argument, "storage namespace '" + text + "' is no prefix of keys");
  }
  place.key.push_back('/');
  return place;
}

/// True where one of the two lies in the other.
bool nested(std::string_view left, std::string_view right) {
  return left.starts_with(right) || right.starts_with(left);
}

}  // namespace

Result<void> RepositoryRegistry::load() const {
  {
    const std::shared_lock lock(mutex_);
    if (loaded_) return {};
  }
  const std::unique_lock lock(mutex_);
  if (loaded_) return {};

  Result<void> decoded;
  std::vector<RepositoryRecord> records;
  const auto scanned = services_.kv.scan(keys::kRepositories, kv::prefix_end(keys::kRepositories),
                                         [&](std::string_view, std::string_view value) {
                                           auto record = decode_repository(value);
                                           if (!record) {
                                             decoded = fail(std::move(record).error());
                                             return kv::ScanStep::stop();
                                           }
                                           records.push_back(*std::move(record));
                                           return kv::ScanStep::next();
                                         });
  ANABRANCH_CHECK(scanned);
  ANABRANCH_CHECK(decoded);

  repositories_.clear();
  live_.clear();
  for (auto& record : records) {
    ANABRANCH_TRY(const S3Address place, parse_namespace(record.info.storage_namespace));
    insert(std::move(record), place);
  }
  loaded_ = true;
  return {};
}

/// The caller holds mutex_.
void RepositoryRegistry::insert(RepositoryRecord record, const S3Address& place) const {
  auto handle = std::make_shared<const OpenRepository>(services_, std::move(record), place);
  live_[place.bucket][place.key] = handle;
  const std::string name = handle->info.id;
  repositories_[name] = std::move(handle);
}

/// The caller holds mutex_.
void RepositoryRegistry::erase(const std::string& name) const {
  const auto found = repositories_.find(name);
  if (found == repositories_.end()) return;
  auto& of_bucket = live_[found->second->bucket];
  of_bucket.erase(found->second->prefix);
  if (of_bucket.empty()) live_.erase(found->second->bucket);
  repositories_.erase(found);
}

/// One at a time, so that what was read last is also what is put last.
Result<void> RepositoryRegistry::read_anew(const std::string& name) const {
  std::unique_lock turn(reading_, std::try_to_lock);
  if (!turn.owns_lock()) {
    if (read_tier() == ReadTier::memory) {
      return fail(ErrorCode::would_block, "repository '" + name + "' is being read anew");
    }
    turn.lock();
  }
  ANABRANCH_TRY(const auto found, services_.kv.get(keys::repository(name)));
  if (!found) {
    const std::unique_lock lock(mutex_);
    erase(name);
    return {};
  }
  ANABRANCH_TRY(RepositoryRecord record, decode_repository(*found));
  ANABRANCH_TRY(const S3Address place, parse_namespace(record.info.storage_namespace));
  const std::unique_lock lock(mutex_);
  erase(name);
  insert(std::move(record), place);
  return {};
}

Task<Result<void>> RepositoryRegistry::refresh(std::string name) const {
  auto reading = inline_or_on(services_.readers, [this, &name] { return read_anew(name); });
  auto read = co_await std::move(reading);
  if (!read) {
    const std::unique_lock lock(mutex_);
    loaded_ = false;  // better no answer than one of before the change
  }
  co_return read;
}

Result<RepositoryHandle> RepositoryRegistry::open(const std::string& name) const {
  ANABRANCH_CHECK(load());
  const std::shared_lock lock(mutex_);
  const auto found = repositories_.find(name);
  if (found == repositories_.end()) {
    return fail(ErrorCode::no_such_repository, "repository '" + name + "' does not exist");
  }
  return found->second;
}

Result<Page<Repository>> RepositoryRegistry::list(const PageRequest& page) const {
  ANABRANCH_CHECK(load());
  const std::size_t amount = std::min(page.amount, kPageMax);
  Page<Repository> result;
  const std::shared_lock lock(mutex_);
  auto at = page.after >= page.prefix && !page.after.empty() ? repositories_.upper_bound(page.after)
                                                             : repositories_.lower_bound(page.prefix);
  for (; at != repositories_.end() && at->first.starts_with(page.prefix); ++at) {
    if (!page.is_wanted(at->first)) continue;
    if (result.items.size() == amount) {
      result.has_more = amount > 0;
      break;
    }
    result.items.push_back(at->second->info);
  }
  if (result.has_more) result.next_offset = result.items.back().id;
  return result;
}

Result<RepositoryHandle> RepositoryRegistry::owner_of(const std::string& bucket,
                                                      const std::string& key) const {
  ANABRANCH_CHECK(load());
  const std::shared_lock lock(mutex_);
  const auto of_bucket = live_.find(bucket);
  if (of_bucket == live_.end()) return RepositoryHandle{};
  // The prefixes that hold `key` end at its slashes; and the whole bucket may be one namespace.
  std::size_t end = 0;
  while (true) {
    const auto found = of_bucket->second.find(key.substr(0, end));
    if (found != of_bucket->second.end()) return found->second;
    const std::size_t slash = key.find('/', end);
    if (slash == std::string::npos) return RepositoryHandle{};
    end = slash + 1;
  }
}

Result<bool> RepositoryRegistry::bucket_in_use(const std::string& bucket) const {
  ANABRANCH_CHECK(load());
  const std::shared_lock lock(mutex_);
  return live_.contains(bucket);
}

Result<std::vector<Repository>> RepositoryRegistry::in_bucket(const std::string& bucket) const {
  ANABRANCH_CHECK(load());
  std::vector<Repository> found;
  const std::shared_lock lock(mutex_);
  const auto of_bucket = live_.find(bucket);
  if (of_bucket == live_.end()) return found;
  for (const auto& [prefix, handle] : of_bucket->second) found.push_back(handle->info);
  return found;
}

Result<std::size_t> RepositoryRegistry::count() const {
  ANABRANCH_CHECK(load());
  const std::shared_lock lock(mutex_);
  return repositories_.size();
}

/// Conditions and changes that take the namespace: the guard is read with the namespaces, in one state, and
/// replaced by every creation in the bucket, so that of two that would nest one fails.
Result<void> RepositoryRegistry::take_namespace(kv::Batch& batch, const S3Address& place,
                                                const std::string& uid) const {
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  const std::string guard = keys::namespace_guard(place.bucket);
  ANABRANCH_TRY(const auto guarded, snapshot->get(guard));
  const std::string of_bucket = keys::used_namespace(place.bucket, "");
  std::optional<std::string> other;
  ANABRANCH_CHECK(
      snapshot->scan(of_bucket, kv::prefix_end(of_bucket), [&](std::string_view key, std::string_view) {
        const std::string_view prefix = key.substr(of_bucket.size());
        if (!nested(prefix, place.key)) return kv::ScanStep::next();
        other = prefix;
        return kv::ScanStep::stop();
      }));
  if (other) {
    return fail(ErrorCode::namespace_in_use, "storage namespace s3://" + place.bucket + "/" + place.key +
                                                 " is, holds or lies in one that a repository used: s3://" +
                                                 place.bucket + "/" + *other);
  }
  batch.require(guard, guarded);
  batch.put(guard, uid);
  batch.put(keys::used_namespace(place.bucket, place.key), uid);
  return {};
}

Result<kv::Batch> RepositoryRegistry::creation_batch(const RepositoryRecord& record, const S3Address& place,
                                                     const Commit& first,
                                                     const objects::PendingObject& dummy) const {
  const std::string& name = record.info.id;
  ANABRANCH_CHECK(load());
  ANABRANCH_TRY(const auto taken, services_.kv.get(keys::repository(name)));
  if (taken) return fail(ErrorCode::already_exists, "repository '" + name + "' exists already");
  auto bucket = services_.objects.get_bucket(name);
  if (bucket) return fail(ErrorCode::already_exists, "a bucket has the name '" + name + "'");
  if (bucket.error().code != ErrorCode::no_such_bucket) return fail(std::move(bucket).error());
  ANABRANCH_CHECK(services_.objects.get_bucket(place.bucket));

  ANABRANCH_TRY(kv::Batch batch, services_.objects.publish_batch(dummy, place.bucket,
                                                                 place.key + std::string(kDummyName), {}));
  ANABRANCH_CHECK(services_.objects.require_bucket(batch, place.bucket));
  batch.require_absent(objects::keys::bucket(name));
  batch.require_absent(keys::repository(name));
  ANABRANCH_CHECK(take_namespace(batch, place, record.uid));

  const BranchRecord branch{first.id, make_xid(record.info.created_ms), {}};
  batch.put(keys::repository(name), encode(record));
  batch.put(keys::alive(record.uid), "");
  batch.put(keys::commit(record.uid, first.id), encode(first));
  batch.put(keys::branch(record.uid, record.info.default_branch), encode(branch));
  batch.put(keys::open_token(branch.staging_token), record.uid);
  return batch;
}

Task<Result<Repository>> RepositoryRegistry::create(Repository repository, std::string committer) {
  if (repository.default_branch.empty()) repository.default_branch = "main";
  if (auto good = check_repository_name(repository.id); !good) co_return fail(std::move(good).error());
  if (auto good = check_branch_name(repository.default_branch); !good)
    co_return fail(std::move(good).error());
  const auto place = parse_namespace(repository.storage_namespace);
  if (!place) co_return fail(place.error());
  if (const auto& split = repository.split; split.hash_modulus == 0 || split.range_bytes_max == 0) {
    co_return fail(ErrorCode::invalid_argument, "split parameters of a repository must not be 0");
  }

  const TimeMs now = services_.clock.now_ms();
  if (repository.created_ms == 0) repository.created_ms = now;
  const RepositoryRecord record{make_xid(now), std::move(repository)};
  Commit first;
  first.committer = std::move(committer);
  first.message = "Repository created";
  first.created_seconds = now / 1000;
  first.generation = 1;
  first.id = id_of(first);

  const std::unique_ptr<ByteSource> text = make_source(std::string(kDummyText));
  objects::ReceiveOptions options;
  options.size_bytes = kDummyText.size();
  auto receiving = services_.objects.receive(std::move(options), *text);
  const auto dummy = co_await std::move(receiving);
  if (!dummy) co_return fail(dummy.error());

  auto committing =
      commit_prepared(services_, [&, this] { return creation_batch(record, *place, first, *dummy); });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  auto refreshing = refresh(record.info.id);
  auto refreshed = co_await std::move(refreshing);
  if (!refreshed) co_return fail(std::move(refreshed).error());
  co_return record.info;
}

Task<Result<std::string>> RepositoryRegistry::remove(std::string name) {
  std::string uid;
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    // The record itself says which repository has the name now: memory may still hold the one before it.
    const std::string key = keys::repository(name);
    ANABRANCH_TRY(const auto found, services_.kv.get(key));
    if (!found) return fail(ErrorCode::no_such_repository, "repository '" + name + "' does not exist");
    ANABRANCH_TRY(const RepositoryRecord record, decode_repository(*found));
    uid = record.uid;
    kv::Batch batch;
    batch.require(key, found);
    batch.erase(key);
    batch.erase(keys::alive(uid));
    batch.put(keys::removed_repository(uid), "");
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  auto refreshing = refresh(name);
  auto refreshed = co_await std::move(refreshing);
  if (!refreshed) co_return fail(std::move(refreshed).error());
  co_return uid;
}

Task<Result<void>> RepositoryRegistry::set_metadata(std::string name, Metadata metadata) {
  auto committing = commit_prepared(services_, [&, this]() -> Result<kv::Batch> {
    const std::string key = keys::repository(name);
    ANABRANCH_TRY(const auto found, services_.kv.get(key));
    if (!found) return fail(ErrorCode::no_such_repository, "repository '" + name + "' does not exist");
    ANABRANCH_TRY(RepositoryRecord changed, decode_repository(*found));
    changed.info.metadata = metadata;
    kv::Batch batch;
    batch.require(key, found);
    batch.put(key, encode(changed));
    return batch;
  });
  auto committed = co_await std::move(committing);
  if (!committed) co_return fail(std::move(committed).error());
  auto refreshing = refresh(std::move(name));
  co_return co_await std::move(refreshing);
}

}  // namespace anabranch::versioning
