// tests/unit/service/fixture.h — all use cases over memory stores, with a bucket, a repository and two
// callers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/workers.h"
#include "blob/memory_store.h"
#include "kv/blob_ledger.h"
#include "kv/memory_store.h"
#include "service/identity_service.h"
#include "service/object_service.h"
#include "service/repository_service.h"

namespace anabranch::service {

/// Counts what is opened for reading.
class CountedBlobs final : public blob::Store {
 public:
  explicit CountedBlobs(blob::Store& store) : store_(store) {}
  std::unique_ptr<blob::Writer> create(std::optional<std::uint64_t> size_hint_bytes) override {
    return store_.create(size_hint_bytes);
  }
  Result<std::unique_ptr<blob::Reader>> open(BlobId id) override {
    ++opens;
    return store_.open(id);
  }
  std::atomic<int> opens{0};

 private:
  blob::Store& store_;
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    EXPECT_TRUE(run(objects_.create_bucket(root_, "store", "")));
    Repository repository;
    repository.id = "repo";
    repository.storage_namespace = "s3://store/repo";
    repository.default_branch = "main";
    EXPECT_TRUE(run(repositories_.create_repository(root_, repository)));
  }

  template <class T>
  static T run(Task<T> task) {
    return block_on(std::move(task));
  }

  Result<ObjectInfo> put(const Caller& caller, const std::string& bucket, const std::string& key,
                         const std::string& bytes, WriteCondition condition = {}) {
    const auto body = make_source(bytes);
    return run(objects_.put_object(caller, bucket, key, {}, *body, std::move(condition)));
  }

  Result<std::string> get(const Caller& caller, const std::string& bucket, const std::string& key) {
    auto reader = run(objects_.open_object(caller, bucket, key));
    if (!reader) return fail(reader.error());
    const auto source = (*reader)->read(0, (*reader)->info().size_bytes);
    return run(read_all(*source, GiB));
  }

  /// A caller with the key of a run on `branch`.
  Caller run_caller(const std::string& branch) {
    const auto made = run(identity_.create_run_key(root_, "repo", branch, "run-1", 60'000));
    EXPECT_TRUE(made);
    const auto principal =
        credentials_.authenticate_pair(made->key.access_key_id, made->key.secret_access_key);
    EXPECT_TRUE(principal);
    return {*principal, "r"};
  }

  blob::MemoryStore blobs_;
  kv::LedgerOver<blob::MemoryStore> ledger_{blobs_};
  kv::MemoryStore kv_{&ledger_};
  Workers workers_{"test", 4};
  auth::KeyPair root_pair_{"AKIAROOT", "root-secret"};
  auth::Credentials credentials_{kv_, system_clock(), root_pair_};
  CountedBlobs counted_{blobs_};
  objects::ObjectStore store_{kv_, counted_, system_clock(), workers_};
  versioning::Repositories versions_{kv_, store_, system_clock(), workers_};
  IdentityService identity_{credentials_, system_clock(), workers_};
  ObjectService objects_{store_, versions_, workers_};
  RepositoryService repositories_{store_, versions_, credentials_, system_clock(), workers_};
  Caller root_{{"admin", "AKIAROOT", auth::Policy::everything()}, "r"};
};

}  // namespace anabranch::service
