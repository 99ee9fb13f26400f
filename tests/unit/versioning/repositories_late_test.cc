// Where commits are checked before they are visible, as group commit does, a loser waits for what beat it.
#include <utility>

#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;

/// Checks batches at once and shows them only when flushed; commits to a barrier flush.
class LateKv final : public kv::Store {
 public:
  explicit LateKv(kv::Store& store) : store_(store) {}
  Result<std::optional<std::string>> get(std::string_view key) const override { return visible_->get(key); }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    return visible_->scan(begin, end, visitor);
  }
  /// What is visible now, by its own reader: a later flush must not change it.
  std::unique_ptr<kv::Reader> snapshot() const override {
    struct Shared final : kv::Reader {
      std::shared_ptr<kv::Reader> inner;
      Result<std::optional<std::string>> get(std::string_view key) const override { return inner->get(key); }
      Result<void> scan(std::string_view begin, std::string_view end,
                        const kv::ScanVisitor& visitor) const override {
        return inner->scan(begin, end, visitor);
      }
    };
    auto shared = std::make_unique<Shared>();
    shared->inner = visible_;
    return shared;
  }
  void commit(kv::Batch batch, CommitCallback done) override {
    const bool barrier = batch.changes().size() == 1 && batch.changes()[0].key.ends_with('y');
    ++(barrier ? barriers : commits);
    Result<void> result;
    store_.commit(std::move(batch), [&](Result<void> answer) { result = std::move(answer); });
    if (!result) return done(std::move(result));
    if (late && !barrier) {
      waiting_.push_back(std::move(done));
      return;
    }
    flush();
    done({});
  }
  void flush() {
    visible_ = store_.snapshot();
    for (auto& done : std::exchange(waiting_, {})) done({});
  }
  bool late = false;
  int commits = 0, barriers = 0;

 private:
  kv::Store& store_;
  std::shared_ptr<kv::Reader> visible_ = store_.snapshot();
  std::vector<CommitCallback> waiting_;
};

TEST(Late, AWriteThatLostToAPendingCloseGoesToTheNewToken) {
  OneRepository repo;
  LateKv late(repo.stores.keys);
  objects::ObjectStore objects(late, repo.stores.blobs, repo.clock, repo.workers);
  Repositories repositories(late, objects, repo.clock, repo.workers);
  late.late = true;
  ASSERT_TRUE(repo.make_branch("work"));
  late.flush();
  ASSERT_TRUE(repo.put("work", "a", "1"));
  ASSERT_TRUE(repo.commit("work"));  // closes the token that `late` still shows as open
  auto pending = repo.receive("2");
  ASSERT_TRUE(pending);
  late.late = false;
  late.commits = late.barriers = 0;
  const auto put = block_on(repositories.stage("repo", "work", "b", *std::move(pending), {}));
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(late.commits, 2);
  EXPECT_EQ(late.barriers, 1);
  EXPECT_THAT(repo.paths("work"), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace anabranch::versioning
