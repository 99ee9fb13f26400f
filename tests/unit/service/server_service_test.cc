// What this proves: the server's figures are told to those who may, and add up.
#include "service/server_service.h"

#include "fixture.h"

namespace anabranch::service {
namespace {

using testing::ElementsAre;

class FixedProbe final : public ServerProbe {
 public:
  ServerFacts facts() const override {
    ServerFacts facts;
    facts.version = "1";
    return facts;
  }
  StorageState storage() const override { return {.read_only = true, .reason = "a drive failed"}; }
};

class ServerServiceTest : public ServiceTest {
 protected:
  std::vector<std::string> names(PageRequest page) {
    std::vector<std::string> names;
    const auto found = run(server_.buckets(root_, std::move(page)));
    EXPECT_TRUE(found) << found.error().message;
    for (const auto& bucket : found->items) names.push_back(bucket.info.name);
    if (found->has_more) names.push_back("...");
    return names;
  }

  LoadSeries load_;
  FixedProbe probe_;
  ServerService server_{store_, versions_, load_, probe_, system_clock(), workers_};
};

TEST_F(ServerServiceTest, StateCountsWhatIsThere) {
  ASSERT_TRUE(put(root_, "store", "a", "123"));

  const auto state = run(server_.state(root_));

  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->facts.version, "1");
  EXPECT_TRUE(state->storage.read_only);
  EXPECT_EQ(state->repositories, 1U);
  EXPECT_EQ(state->buckets, 1U);
  EXPECT_EQ(state->objects, 2) << "the namespace's dummy too";
}

TEST_F(ServerServiceTest, ARunsKeySeesNoneOfItButItsRepository) {
  const Caller caller = run_caller("main");

  EXPECT_EQ(run(server_.state(caller)).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(server_.load(caller, 60)).error().code, ErrorCode::access_denied);
  EXPECT_EQ(run(server_.buckets(caller, {})).error().code, ErrorCode::access_denied);
  EXPECT_TRUE(run(server_.repository_figures(caller, "repo")));
}

TEST_F(ServerServiceTest, LoadIsAnHourAtMost) {
  std::vector<LoadPoint> two_hours(2 * kLoadIntervalsMax);
  TimeMs time = system_clock().now_ms();
  for (LoadPoint& point : two_hours) point.time_ms = time -= kLoadIntervalMs;
  load_.restore(two_hours);

  EXPECT_EQ(run(server_.load(root_, 60)).value().size(), 360U);
  EXPECT_EQ(run(server_.load(root_, 1)).value().size(), 6U);
  EXPECT_EQ(run(server_.load(root_, 0)).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(run(server_.load(root_, 61)).error().code, ErrorCode::invalid_argument);
}

TEST_F(ServerServiceTest, BucketsAndRepositoriesComeInPagesByName) {
  for (const char* bucket : {"aaa", "zzz", "pup"})
    ASSERT_TRUE(run(objects_.create_bucket(root_, bucket, "")));

  EXPECT_THAT(names({}), ElementsAre("aaa", "pup", "repo", "store", "zzz"));
  EXPECT_THAT(names({"", "", 2}), ElementsAre("aaa", "pup", "..."));
  EXPECT_THAT(names({"", "pup", 2}), ElementsAre("repo", "store", "..."));
  EXPECT_THAT(names({"", "store", 2}), ElementsAre("zzz"));
  EXPECT_THAT(names({"p", "", 9}), ElementsAre("pup"));
  EXPECT_THAT(names({"x", "", 9}), ElementsAre());
}

TEST_F(ServerServiceTest, ABucketKnowsItsRepositoriesAndItsSize) {
  ASSERT_TRUE(put(root_, "store", "a", "123"));
  const auto before = run(objects_.bucket_usage(root_, "store"));

  const auto found = run(server_.buckets(root_, {"store", "", 9}));

  ASSERT_TRUE(found && before);
  const BucketFigures& bucket = found->items.at(0);
  EXPECT_FALSE(bucket.is_repository);
  EXPECT_EQ(bucket.objects, static_cast<std::uint64_t>(before->objects));
  EXPECT_EQ(bucket.bytes, static_cast<std::uint64_t>(before->bytes));
  ASSERT_EQ(bucket.repositories.size(), 1U);
  EXPECT_EQ(bucket.repositories.at(0).id, "repo");
}

}  // namespace
}  // namespace anabranch::service
