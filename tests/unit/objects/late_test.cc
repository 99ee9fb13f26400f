// What this proves: where commits are checked before they are visible, as group commit does, a loser waits
// for what beat it and does not spin.
#include <mutex>

#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

/// Checks batches at once, shows them only when flushed; a barrier's commit flushes.
class LateKv final : public kv::Store {
 public:
  explicit LateKv(kv::Store& store) : store_(store), visible_(store.snapshot()) {}
  Result<std::optional<std::string>> get(std::string_view key) const override { return visible_->get(key); }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    return visible_->scan(begin, end, visitor);
  }
  std::unique_ptr<kv::Reader> snapshot() const override { return store_.snapshot(); }
  void commit(kv::Batch batch, CommitCallback done) override {
    ++commits;
    const bool barrier = batch.changes().size() == 1 && batch.changes()[0].key == "oy";
    bool accepted = false;
    store_.commit(std::move(batch), [&](Result<void> result) {
      accepted = result.has_value();
      if (!accepted) done(std::move(result));
    });
    if (accepted) waiting_.push_back(std::move(done));
    if (barrier) flush();
  }
  void flush() {
    visible_ = store_.snapshot();
    for (auto& done : std::exchange(waiting_, {})) done({});
  }
  int commits = 0;

 private:
  kv::Store& store_;
  std::unique_ptr<kv::Reader> visible_;
  std::vector<CommitCallback> waiting_;
};

class Late : public testing::Test {
 protected:
  void SetUp() override { stores_.make_bucket("b-1"); }
  Stores stores_;
};

TEST_F(Late, AConditionalPutThatLostToAPendingOneFailsOnceThatIsVisible) {
  LateKv late(stores_.kv);
  ObjectStore store(late, stores_.blobs, stores_.clock, stores_.workers);
  const auto winner = stores_.receive("winner");
  auto batch = store.publish_batch(*winner, "b-1", "k", {});
  bool won = false;
  late.commit(*std::move(batch), [&](Result<void> done) { won = done.has_value(); });
  ASSERT_FALSE(won);
  late.commits = 0;

  auto loser = stores_.receive("loser");
  const auto put = block_on(store.publish(*std::move(loser), "b-1", "k", {{}, "*"}));

  EXPECT_EQ(error_of(put), "precondition_failed");
  EXPECT_TRUE(won);
  EXPECT_EQ(bytes_of(stores_, "b-1", "k"), "winner");
  EXPECT_EQ(late.commits, 3);  // two tries and the barrier
}

TEST_F(Late, ABucketThatLostToAPendingOneExists) {
  LateKv late(stores_.kv);
  ObjectStore store(late, stores_.blobs, stores_.clock, stores_.workers);
  stores_.make_bucket("b-2");
  ASSERT_EQ(error_of(store.get_bucket("b-2")), "no_such_bucket");
  EXPECT_EQ(error_of(block_on(store.create_bucket("b-2", ""))), "bucket_exists");
}

TEST_F(Late, ChangesToWhatWasPreparedAreAConflictOnceTheyAreVisible) {
  const auto upload = block_on(stores_.store.create_upload("b-1", "k", {})).value();
  const auto part = stores_.put_part(upload, "b-1", 1, "one").value();
  LateKv late(stores_.kv);
  ObjectStore store(late, stores_.blobs, stores_.clock, stores_.workers);
  auto pending = store.prepare_complete("b-1", "k", upload.upload_id, {{1, part.etag}}, {});
  ASSERT_TRUE(stores_.complete(upload, "b-1", {{1, part.etag}}));
  EXPECT_EQ(error_of(block_on(store.publish(*std::move(pending), "b-1", "k", {}))), "conflict");
}

}  // namespace
}  // namespace anabranch::objects
