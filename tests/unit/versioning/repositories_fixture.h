// tests/unit/versioning/repositories_fixture.h — Repositories over stores in memory, and the calls that tests
// repeat.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "base/workers.h"
#include "objects/object_store.h"
#include "support/memory_stores.h"
#include "versioning/repositories.h"

namespace anabranch::versioning {

/// A key store that stops taking commits after a number of them, as a process does that is killed.
class MortalStore final : public kv::Store {
 public:
  explicit MortalStore(kv::Store& inner) : inner_(inner) {}
  void die_after(int commits) { left_ = commits; }
  void revive() { left_ = -1; }
  bool dead() const { return left_ == 0; }

  Result<std::optional<std::string>> get(std::string_view key) const override { return inner_.get(key); }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    return inner_.scan(begin, end, visitor);
  }
  std::unique_ptr<kv::Reader> snapshot() const override { return inner_.snapshot(); }
  void commit(kv::Batch batch, CommitCallback done) override {
    int left = left_;
    while (left > 0 && !left_.compare_exchange_weak(left, left - 1)) {
    }
    if (left == 0) return done(fail(ErrorCode::unavailable, "the test killed the store"));
    inner_.commit(std::move(batch), std::move(done));
  }

 private:
  kv::Store& inner_;
  std::atomic<int> left_{-1};  // -1: for ever
};

/// Paths and contents, as a test sees them.
using Contents = std::map<std::string, std::string>;

/// All of one server. `reopen()` is a restart.
struct Server {
  testing_support::MemoryStores stores;
  MortalStore kv{stores.keys};
  ManualClock clock{1'700'000'000'000};
  Workers workers{"test", 2};
  std::unique_ptr<objects::ObjectStore> objects;
  std::unique_ptr<Repositories> repositories;

  Server() { reopen(); }
  ~Server() {
    repositories.reset();
    objects.reset();
  }
  void reopen() {
    repositories.reset();
    objects = std::make_unique<objects::ObjectStore>(kv, stores.blobs, clock, workers);
    kv.revive();
    repositories = std::make_unique<Repositories>(kv, *objects, clock, workers);
  }

  void make_bucket(const std::string& name) {
    const auto made = block_on(objects->create_bucket(name, "us-east-1"));
    ASSERT_TRUE(made) << made.error().message;
  }
  Result<objects::PendingObject> receive(std::string bytes, objects::ReceiveOptions options = {}) {
    options.size_bytes = bytes.size();
    const auto source = make_source(std::move(bytes));
    return block_on(objects->receive(std::move(options), *source));
  }
  void put_plain(const std::string& bucket, const std::string& key, std::string bytes,
                 const std::string& content_type = "") {
    auto pending = receive(std::move(bytes));
    ASSERT_TRUE(pending);
    pending->info.content_type = content_type;
    const auto put = block_on(objects->publish(*std::move(pending), bucket, key, {}));
    ASSERT_TRUE(put) << put.error().message;
  }
  std::size_t count_keys(const std::string& prefix) const {
    std::size_t count = 0;
    EXPECT_TRUE(stores.keys.scan(prefix, kv::prefix_end(prefix), [&](std::string_view, std::string_view) {
      ++count;
      return kv::ScanStep::next();
    }));
    return count;
  }
};

/// What went wrong, as gtest prints it.
template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "none" : std::string(to_string(result.error().code));
}

/// One repository "repo" on s3://data/repo, and short calls on it.
struct OneRepository : Server {
  std::string name = "repo";

  OneRepository() {
    make_bucket("data");
    Repository wanted;
    wanted.id = name;
    wanted.storage_namespace = "s3://data/repo";
    const auto made = block_on(repositories->create(wanted, "tester"));
    EXPECT_TRUE(made) << made.error().message;
  }

  Result<ObjectStat> put(const std::string& branch, const std::string& path, std::string bytes,
                         objects::WriteCondition condition = {}) {
    auto pending = receive(std::move(bytes));
    if (!pending) return fail(std::move(pending).error());
    return block_on(repositories->stage(name, branch, path, *std::move(pending), std::move(condition)));
  }
  Result<bool> erase(const std::string& branch, const std::string& path) {
    return block_on(repositories->delete_object(name, branch, path));
  }
  Result<Commit> commit(const std::string& branch, const std::string& message = "changes") {
    CommitRequest request;
    request.committer = "tester";
    request.message = message;
    return block_on(repositories->commit(name, branch, request));
  }
  /// Commits `contents` on a branch, a second later; an empty content deletes. The commit's id.
  std::string change(const std::string& branch, const Contents& contents) {
    for (const auto& [path, bytes] : contents) {
      if (bytes.empty()) {
        EXPECT_TRUE(erase(branch, path));
      } else {
        EXPECT_TRUE(put(branch, path, bytes));
      }
    }
    clock.advance(1'000);
    const auto made = commit(branch);
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->id : "";
  }
  Result<Branch> make_branch(const std::string& branch, const std::string& source = "main") {
    return block_on(repositories->create_branch(name, branch, source));
  }
  Result<Commit> merge(const std::string& source, const std::string& destination, MergeRequest request = {}) {
    request.committer = "tester";
    return block_on(repositories->merge(name, source, destination, request));
  }
  std::string head(const std::string& ref) {
    const auto found = repositories->get_commit(name, ref);
    return found ? found->id : error_of(found);
  }
  std::string read(const std::string& ref, const std::string& path) {
    auto opened = repositories->open(name, ref, path);
    if (!opened) return error_of(opened);
    const auto source = opened->reader->read(0, opened->reader->info().size_bytes);
    return block_on(read_all(*source, 1 * MiB)).value();
  }
  Result<Page<ObjectStat>> page(const std::string& ref, const std::string& prefix = "",
                                const std::string& delimiter = "", const std::string& after = "",
                                unsigned amount = kPageMax) {
    return repositories->list_objects(name, ref, {{prefix, after, amount}, delimiter});
  }
  /// All paths of a ref, a prefix with a '*' behind it.
  std::vector<std::string> paths(const std::string& ref, const std::string& prefix = "",
                                 const std::string& delimiter = "", unsigned amount = kPageMax) {
    std::vector<std::string> all;
    std::string after;
    while (true) {
      const auto found = page(ref, prefix, delimiter, after, amount);
      if (!found) return {error_of(found)};
      for (const auto& item : found->items) all.push_back(item.path + (item.is_prefix ? "*" : ""));
      if (!found->has_more) return all;
      after = found->next_offset;
    }
  }
  Contents contents(const std::string& ref) {
    Contents all;
    for (const auto& path : paths(ref)) all[path] = read(ref, path);
    return all;
  }
  /// "+added", "-removed", "~changed", "!conflict"; a prefix with '*' behind it.
  static std::vector<std::string> names(const Result<Page<DiffItem>>& page) {
    if (!page) return {error_of(page)};
    std::vector<std::string> all;
    for (const auto& item : page->items) {
      all.push_back(std::string(1, "+-~!"[static_cast<std::size_t>(item.type)]) + item.path +
                    (item.is_prefix ? "*" : ""));
    }
    return all;
  }
  std::vector<std::string> uncommitted(const std::string& branch) {
    return names(repositories->diff_branch(name, branch, {{"", "", kPageMax}, ""}));
  }
  std::vector<std::string> diff(const std::string& left, const std::string& right,
                                DiffKind kind = DiffKind::two_dot, const std::string& delimiter = "") {
    return names(repositories->diff_refs(name, left, right, kind, {{"", "", kPageMax}, delimiter}));
  }
  std::vector<std::string> log(const std::string& ref) {
    LogRequest request;
    request.ref = ref;
    return log(request);
  }
  std::vector<std::string> log(const LogRequest& request) {
    const auto found = repositories->log(name, request);
    if (!found) return {error_of(found)};
    std::vector<std::string> all;
    for (const auto& commit : found->items) all.push_back(commit.message);
    return all;
  }
};

}  // namespace anabranch::versioning
