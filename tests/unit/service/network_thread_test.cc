// What this proves: credentials are changed and asked for without a read on the thread of the network.
#include <atomic>
#include <thread>

#include "fixture.h"

namespace anabranch::service {
namespace {

/// Counts reads on one thread that would wait for a disk.
class WatchedStore final : public kv::Store {
 public:
  explicit WatchedStore(kv::Store& inner) : inner_(inner) {}
  Result<std::optional<std::string>> get(std::string_view key) const override {
    note();
    return inner_.get(key);
  }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    note();
    return inner_.scan(begin, end, visitor);
  }
  std::unique_ptr<kv::Reader> snapshot() const override { return inner_.snapshot(); }
  void commit(kv::Batch batch, CommitCallback done) override {
    inner_.commit(std::move(batch), std::move(done));
  }
  int reads() const { return reads_; }

 private:
  void note() const {
    if (std::this_thread::get_id() == watched_ && read_tier() == ReadTier::may_block) ++reads_;
  }
  kv::Store& inner_;
  const std::thread::id watched_ = std::this_thread::get_id();
  mutable std::atomic<int> reads_{0};
};

class NetworkThreadTest : public ServiceTest {
 protected:
  WatchedStore watched_{kv_};
  auth::Credentials keys_{watched_, system_clock(), root_pair_};
  IdentityService watched_identity_{keys_, system_clock(), workers_};
  RepositoryService watched_repositories_{store_, versions_, keys_, system_clock(), workers_};
};

TEST_F(NetworkThreadTest, KeysAreMadeDisabledAndRemovedElsewhere) {
  const auto made = run(watched_identity_.create_key(root_, "laptop"));
  ASSERT_TRUE(made);
  const std::string& id = made->key.access_key_id;

  EXPECT_TRUE(run(watched_identity_.create_run_key(root_, "repo", "main", "run", 60'000)));
  EXPECT_TRUE(run(watched_identity_.set_key_disabled(root_, id, true)));
  EXPECT_TRUE(run(watched_identity_.set_key_disabled(root_, id, false)));
  EXPECT_TRUE(run(watched_identity_.remove_key(root_, id)));

  EXPECT_EQ(watched_.reads(), 0);
}

TEST_F(NetworkThreadTest, SessionsBeginAndEndElsewhere) {
  const auto login = run(watched_identity_.login("AKIAROOT", "root-secret", "127.0.0.1:5"));
  ASSERT_TRUE(login);

  EXPECT_TRUE(run(watched_identity_.session(login->token)));
  EXPECT_TRUE(run(watched_identity_.end_session(login->token)));
  EXPECT_FALSE(run(watched_identity_.session(login->token)));

  EXPECT_EQ(watched_.reads(), 0);
}

TEST_F(NetworkThreadTest, TheServersOwnKeyIsMadeElsewhere) {
  ASSERT_TRUE(put(root_, "repo", "main/a", "bytes"));

  EXPECT_TRUE(run(watched_repositories_.presign_read(root_, "repo", "main", "a", {"http://host:1"})));
  EXPECT_TRUE(run(watched_repositories_.presign_read(root_, "repo", "main", "a", {"http://host:1"})));

  EXPECT_EQ(watched_.reads(), 0);
}

}  // namespace
}  // namespace anabranch::service
