#include "service/object_service.h"

#include <algorithm>
#include <map>
#include <utility>

#include "service/object_target.h"
#include "service/use_case.h"

namespace anabranch::service {
namespace {

/// The MD5 of nothing: what a folder marker at a branch's root answers.
constexpr const char* kEmptyEtag = "d41d8cd98f00b204e9800998ecf8427e";

}  // namespace

ObjectService::ObjectService(objects::ObjectStore& objects, versioning::Repositories& repositories,
                             Workers& workers)
    : objects_(objects), repositories_(repositories), workers_(workers) {}

// ── which of the two is it
// ───────────────────────────────────────────────────────────────────────────────────────

Result<bool> ObjectService::is_repository(const std::string& name) const {
  auto repository = repositories_.get(name);
  if (repository) return true;
  if (repository.error().code == ErrorCode::no_such_repository) return false;
  return fail(std::move(repository).error());
}

Result<ObjectService::Target> ObjectService::target(const Caller& caller, Action action,
                                                    const std::string& bucket, const std::string& key) const {
  ANABRANCH_TRY(const bool repository, is_repository(bucket));
  if (!repository) {
    ANABRANCH_CHECK(auth::authorize(caller.principal, action, Resource::bucket(bucket, key)));
    return Target{false, bucket, {}, key};
  }
  const auto slash = key.find('/');
  Target target{true, bucket, key.substr(0, slash), slash == std::string::npos ? "" : key.substr(slash + 1)};
  ANABRANCH_CHECK(
      auth::authorize(caller.principal, action, Resource::repository(bucket, target.ref, target.key)));
  return target;
}

Result<ObjectService::Target> ObjectService::branch_target(const Caller& caller, Action action,
                                                           const std::string& bucket,
                                                           const std::string& key) const {
  const auto slash = key.find('/');
  if (slash == std::string::npos) {
    return fail(ErrorCode::invalid_argument,
                "key '" + key + "' in repository '" + bucket + "' must be <branch>/<path>");
  }
  Target found{true, bucket, key.substr(0, slash), key.substr(slash + 1)};
  ANABRANCH_CHECK(
      auth::authorize(caller.principal, action, Resource::repository(bucket, found.ref, found.key)));
  return found;
}

Result<ObjectService::Target> ObjectService::write_target(const Caller& caller, Action action,
                                                          const std::string& bucket,
                                                          const std::string& key) const {
  if (caller.by_issued_url) return issued_target(caller, action, bucket, key);
  ANABRANCH_TRY(Target found, target(caller, action, bucket, key));
  if (found.repository) {
    ANABRANCH_TRY(found, branch_target(caller, action, bucket, key));
    if (!found.key.empty()) ANABRANCH_CHECK(repositories_.check_writable(bucket, found.ref, found.key));
    return found;
  }
  ANABRANCH_CHECK(objects::check_key(key));
  if (auto there = objects_.get_bucket(bucket); !there) return fail(std::move(there).error());
  ANABRANCH_TRY(const auto use, repositories_.namespace_use(bucket, key));
  found.issued = use.issued && action == Action::write_object;
  if (use.inside && !found.issued) {
    return fail(ErrorCode::access_denied,
                "'" + bucket + "/" + key +
                    "' lies in a repository's storage namespace: change it through the "
                    "repository");
  }
  return found;
}

Result<ObjectService::Target> ObjectService::issued_target(const Caller& caller, Action action,
                                                           const std::string& bucket,
                                                           const std::string& key) const {
  ANABRANCH_TRY(const auto use, repositories_.namespace_use(bucket, key));
  if (!use.issued || !use.to_be_linked || action != Action::write_object) {
    return fail(
        ErrorCode::access_denied,
        "the URL is for an address that was linked, or whose time is over: '" + bucket + "/" + key + "'");
  }
  ANABRANCH_CHECK(
      auth::authorize(caller.principal, action, Resource::repository(use.repository, use.branch, use.path)));
  return Target{false, bucket, {}, key, true};
}

Task<Result<bool>> ObjectService::authorize(Caller caller, Action action, std::string bucket,
                                            std::string key) {
  const auto ask = [this, &caller, action, &bucket, &key]() -> Result<bool> {
    if (bucket.empty()) {
      ANABRANCH_CHECK(auth::authorize(caller.principal, action, Resource::server()));
      return false;
    }
    ANABRANCH_TRY(const Target found, caller.by_issued_url ? issued_target(caller, action, bucket, key)
                                                           : target(caller, action, bucket, key));
    return found.repository;
  };
  auto task = inline_or_on(workers_, ask);
  co_return co_await std::move(task);
}

Task<Result<std::string>> ObjectService::bucket_region(std::string bucket) {
  const auto find = [this, &bucket]() -> Result<std::string> {
    auto found = objects_.get_bucket(bucket);
    if (found) return std::move(found->region);
    if (found.error().code == ErrorCode::would_block) return fail(std::move(found).error());
    return std::string();
  };
  auto task = inline_or_on(workers_, find);
  co_return co_await std::move(task);
}

// ── buckets
// ──────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<std::vector<BucketInfo>>> ObjectService::list_buckets(Caller caller) {
  return authorized_read(workers_, caller, Action::list_buckets, Resource::server(),
                         [this]() -> Result<std::vector<BucketInfo>> {
                           ANABRANCH_TRY(auto buckets, objects_.list_buckets());
                           PageRequest page{.prefix = "", .after = "", .amount = versioning::kPageMax};
                           while (true) {
                             ANABRANCH_TRY(const auto repositories, repositories_.list(page));
                             for (const auto& repository : repositories.items) {
                               buckets.push_back({repository.id, repository.created_ms, ""});
                             }
                             if (!repositories.has_more) break;
                             page.after = repositories.next_offset;
                           }
                           std::sort(
                               buckets.begin(), buckets.end(),
                               [](const BucketInfo& a, const BucketInfo& b) { return a.name < b.name; });
                           return buckets;
                         });
}

Task<Result<BucketInfo>> ObjectService::create_bucket(Caller caller, std::string bucket, std::string region) {
  const Resource resource = Resource::bucket(bucket);
  auto check = authorized_read(workers_, std::move(caller), Action::create_bucket, resource,
                               [this, bucket] { return is_repository(bucket); });
  auto taken = co_await std::move(check);
  if (!taken) co_return fail(std::move(taken).error());
  if (*taken) co_return fail(ErrorCode::bucket_exists, "'" + bucket + "' is the name of a repository");
  kv::Batch batch;
  repositories_.require_no_repository(batch, bucket);
  auto create = objects_.create_bucket(std::move(bucket), std::move(region), std::move(batch));
  co_return co_await std::move(create);
}

Task<Result<BucketInfo>> ObjectService::head_bucket(Caller caller, std::string bucket) {
  const auto find = [this, caller, bucket]() -> Result<BucketInfo> {
    ANABRANCH_TRY(const Target found, target(caller, Action::read_bucket, bucket, ""));
    if (!found.repository) return objects_.get_bucket(bucket);
    ANABRANCH_TRY(const auto repository, repositories_.get(bucket));
    return BucketInfo{repository.id, repository.created_ms, ""};
  };
  auto task = inline_or_on(workers_, find);
  co_return co_await std::move(task);
}

Task<Result<void>> ObjectService::delete_bucket(Caller caller, std::string bucket) {
  const auto check = [this, caller, bucket]() -> Result<void> {
    ANABRANCH_TRY(const Target found, target(caller, Action::delete_bucket, bucket, ""));
    if (found.repository) {
      return fail(ErrorCode::not_allowed,
                  "'" + bucket + "' is a repository: delete it through the repository API");
    }
    ANABRANCH_TRY(const bool used, repositories_.bucket_in_use(bucket));
    if (used)
      return fail(ErrorCode::not_allowed, "bucket '" + bucket + "' holds a repository's storage namespace");
    return {};
  };
  auto allowed_task = inline_or_on(workers_, check);
  auto allowed = co_await std::move(allowed_task);
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = objects_.delete_bucket(std::move(bucket));
  co_return co_await std::move(task);
}

Task<Result<BucketUsage>> ObjectService::bucket_usage(Caller caller, std::string bucket) {
  const Resource resource = Resource::bucket(bucket);
  return authorized_read(workers_, caller, Action::read_bucket, resource,
                         [this, bucket] { return objects_.usage(bucket); });
}

// ── reading
// ──────────────────────────────────────────────────────────────────────────────────────────────────────

Result<ObjectService::Opened> ObjectService::open(const Caller& caller, const std::string& bucket,
                                                  const std::string& key,
                                                  const objects::ChooseExtent& choose) const {
  ANABRANCH_TRY(const Target found, target(caller, Action::read_object, bucket, key));
  if (!found.repository) {
    ANABRANCH_TRY(auto reader, objects_.open(bucket, key, choose));
    ObjectInfo info = reader->info();
    return Opened{std::move(info), std::move(reader)};
  }
  auto opened = repositories_.open(bucket, found.ref, found.key, choose);
  if (!opened) return fail(missing_ref_is_missing_key(std::move(opened).error(), bucket, key));
  ObjectInfo info = info_of(opened->stat, opened->reader->info(), key);
  return Opened{std::move(info), std::move(opened->reader)};
}

Task<Result<ObjectInfo>> ObjectService::head_object(Caller caller, std::string bucket, std::string key) {
  const auto find = [this, &caller, &bucket, &key]() -> Result<ObjectInfo> {
    ANABRANCH_TRY(const Target found, target(caller, Action::read_object, bucket, key));
    if (!found.repository) return objects_.head(bucket, key);
    auto described = repositories_.head(bucket, found.ref, found.key);
    if (!described) return fail(missing_ref_is_missing_key(std::move(described).error(), bucket, key));
    return info_of(described->stat, std::move(described->physical), key);
  };
  auto task = inline_or_on(workers_, find);
  co_return co_await std::move(task);
}

Task<Result<std::unique_ptr<ObjectReader>>> ObjectService::open_object(Caller caller, std::string bucket,
                                                                       std::string key,
                                                                       objects::ChooseExtent choose) {
  const auto find = [this, &caller, &bucket, &key, &choose]() -> Result<std::unique_ptr<ObjectReader>> {
    ANABRANCH_TRY(auto opened, open(caller, bucket, key, choose));
    return std::unique_ptr<ObjectReader>(
        std::make_unique<NamedReader>(std::move(opened.info), std::move(opened.reader)));
  };
  auto task = inline_or_on(workers_, find);
  co_return co_await std::move(task);
}

// ── writing
// ──────────────────────────────────────────────────────────────────────────────────────────────────────

Task<Result<void>> ObjectService::check_put(Caller caller, std::string bucket, std::string key) {
  const auto check = [this, &caller, &bucket, &key]() -> Result<void> {
    ANABRANCH_TRY(const Target found, write_target(caller, Action::write_object, bucket, key));
    (void)found;
    return {};
  };
  auto task = inline_or_on(workers_, check);
  co_return co_await std::move(task);
}

Task<Result<ObjectInfo>> ObjectService::publish(Target target, objects::PendingObject pending,
                                                WriteCondition condition) {
  if (!target.repository) {
    const auto require = [this, &target, &pending]() -> Result<void> {
      return target.issued ? repositories_.require_issued(pending.batch, target.name, target.key)
                           : Result<void>{};
    };
    auto requiring = inline_or_on(workers_, require);
    auto required = co_await std::move(requiring);
    if (!required) co_return fail(std::move(required).error());
    auto task = objects_.publish(std::move(pending), std::move(target.name), std::move(target.key),
                                 std::move(condition));
    co_return co_await std::move(task);
  }
  ObjectInfo info = pending.info;
  const std::string key = target.ref + "/" + target.key;
  auto task = repositories_.stage(std::move(target.name), std::move(target.ref), std::move(target.key),
                                  std::move(pending), std::move(condition));
  auto stat = co_await std::move(task);
  if (!stat) co_return fail(std::move(stat).error());
  co_return info_of(*stat, std::move(info), key);
}

Task<Result<ObjectInfo>> ObjectService::put_object(Caller caller, std::string bucket, std::string key,
                                                   ReceiveOptions options, ByteSource& body,
                                                   WriteCondition condition) {
  const auto check = [this, &caller, &bucket, &key] {
    return write_target(caller, Action::write_object, bucket, key);
  };
  auto find = inline_or_on(workers_, check);
  auto target = co_await std::move(find);
  if (!target) co_return fail(std::move(target).error());
  auto receive = objects_.receive(std::move(options), body);
  auto pending = co_await std::move(receive);
  if (!pending) co_return fail(std::move(pending).error());
  if (target->repository && target->key.empty()) {  // "<repo>/<branch>/": a client makes the branch's folder
    ObjectInfo marker;
    marker.key = key;
    marker.etag = kEmptyEtag;
    marker.last_modified_ms = pending->info.last_modified_ms;
    co_return marker;
  }
  auto task = publish(*std::move(target), *std::move(pending), std::move(condition));
  co_return co_await std::move(task);
}

Task<Result<ObjectInfo>> ObjectService::copy_object(Caller caller, CopySource source, std::string bucket,
                                                    std::string key, CopyOptions options,
                                                    WriteCondition condition) {
  struct Prepared {
    Target target;
    objects::PendingObject pending;
  };
  const auto prepare = [this, &caller, &source, &bucket, &key, &options]() -> Result<Prepared> {
    ANABRANCH_TRY(Target found, write_target(caller, Action::write_object, bucket, key));
    if (found.repository && found.key.empty()) {
      return fail(ErrorCode::invalid_argument, "key '" + key + "' names a branch, not an object");
    }
    ANABRANCH_TRY(auto opened, open(caller, source.bucket, source.key));
    if (source.check) ANABRANCH_CHECK(source.check(opened.info));
    ANABRANCH_TRY(auto pending, objects_.prepare_copy(*opened.reader, options));
    if (!options.replace_metadata) {
      pending.info.content_type = opened.info.content_type;
      pending.info.user_metadata = opened.info.user_metadata;
    }
    pending.held.push_back(std::shared_ptr<ObjectReader>(std::move(opened.reader)));
    return Prepared{std::move(found), std::move(pending)};
  };
  auto prepare_task = inline_or_on(workers_, prepare);
  auto prepared = co_await std::move(prepare_task);
  if (!prepared) co_return fail(std::move(prepared).error());
  auto task = publish(std::move(prepared->target), std::move(prepared->pending), std::move(condition));
  co_return co_await std::move(task);
}

Task<Result<bool>> ObjectService::delete_object(Caller caller, std::string bucket, std::string key,
                                                WriteCondition condition) {
  const auto check = [this, &caller, &bucket, &key] {
    return write_target(caller, Action::delete_object, bucket, key);
  };
  auto find = inline_or_on(workers_, check);
  auto target = co_await std::move(find);
  if (!target) co_return fail(std::move(target).error());
  if (!target->repository) {
    auto task = objects_.remove(std::move(bucket), std::move(key), std::move(condition));
    co_return co_await std::move(task);
  }
  if (target->key.empty()) co_return false;
  auto task = repositories_.delete_object(std::move(target->name), std::move(target->ref),
                                          std::move(target->key), std::move(condition));
  co_return co_await std::move(task);
}

Task<Result<std::vector<DeleteOutcome>>> ObjectService::delete_objects(Caller caller, std::string bucket,
                                                                       std::vector<DeleteTarget> targets) {
  struct Batch {  // of one branch, or of a plain bucket
    std::vector<objects::Removal> removals;
    std::vector<std::size_t> outcomes;  // which ones they are
  };
  struct Checked {
    bool repository = false;
    std::vector<DeleteOutcome> outcomes;
    std::map<std::string, Batch> batches;  // by branch
  };
  const auto check = [this, &caller, &bucket, &targets]() -> Result<Checked> {
    Checked checked;
    ANABRANCH_TRY(checked.repository, is_repository(bucket));
    if (!checked.repository) {
      if (auto there = objects_.get_bucket(bucket); !there) return fail(std::move(there).error());
    }
    for (const auto& [key, condition] : targets) {
      checked.outcomes.push_back({key, std::nullopt});
      auto target = checked.repository ? branch_target(caller, Action::delete_object, bucket, key)
                                       : write_target(caller, Action::delete_object, bucket, key);
      if (!target && target.error().code == ErrorCode::would_block) return fail(std::move(target).error());
      if (!target) {
        checked.outcomes.back().error = std::move(target).error();
      } else if (!target->key.empty()) {
        Batch& batch = checked.batches[target->ref];
        batch.removals.push_back({std::move(target->key), condition});
        batch.outcomes.push_back(checked.outcomes.size() - 1);
      }
    }
    return checked;
  };
  auto check_task = inline_or_on(workers_, check);
  auto checked = co_await std::move(check_task);
  if (!checked) co_return fail(std::move(checked).error());
  for (auto& [branch, batch] : checked->batches) {
    auto task = checked->repository ? repositories_.delete_objects(bucket, branch, std::move(batch.removals))
                                    : objects_.remove_all(bucket, std::move(batch.removals));
    auto removed = co_await std::move(task);
    for (std::size_t i = 0; i < batch.outcomes.size(); ++i) {
      auto& error = checked->outcomes[batch.outcomes[i]].error;
      if (!removed) {
        error = removed.error();
      } else if (!(*removed)[i]) {
        error = std::move((*removed)[i]).error();
      }
    }
  }
  co_return std::move(checked->outcomes);
}

}  // namespace anabranch::service
