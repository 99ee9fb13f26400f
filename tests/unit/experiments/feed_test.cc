// What this proves: subscribers learn what changed, each thing once, also what was lost in silence; a closed
// feed ends every wait.
#include "experiments/feed.h"

#include <future>

#include "fixture.h"

namespace anabranch::experiments {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(ExperimentsTest, ManyChangesOfARunAreOnePieceOfNews) {
  const auto subscription = experiments_.subscribe("dogs").value();
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  for (int i = 0; i < 100; ++i) {
    Report said;
    said.metrics.push_back({"loss", {i, 0, 1.0}});
    ASSERT_TRUE(report("a", said));
  }

  const News news = block_on(subscription->next());

  EXPECT_THAT(news.runs, ElementsAre("a"));
  EXPECT_THAT(news.sweeps, ElementsAre("s"));
}

TEST_F(ExperimentsTest, NewsOfOneRepositoryAreNotTheOthers) {
  make_repository("cats", "s3://store/cats");
  const auto cats = experiments_.subscribe("cats").value();
  ASSERT_TRUE(make_sweep("s"));
  experiments_.close();

  const News news = block_on(cats->next());

  EXPECT_TRUE(news.is_over);
  EXPECT_THAT(news.sweeps, IsEmpty());
}

TEST_F(ExperimentsTest, AHeartbeatIsNoNewsButALossIs) {
  ASSERT_TRUE(make_sweep("s"));
  ASSERT_TRUE(make_run("a", "s"));
  ASSERT_TRUE(report_state("a", RunState::running));
  const auto subscription = experiments_.subscribe("dogs").value();
  ASSERT_TRUE(report("a", {}));
  auto news = std::async(std::launch::async, [&] { return block_on(subscription->next()); });

  clock_.advance(kLostAfterMs + 1);

  const News lost = news.get();
  EXPECT_THAT(lost.runs, ElementsAre("a"));
  EXPECT_THAT(lost.sweeps, ElementsAre("s"));
  EXPECT_EQ(state_of("a"), RunState::lost);
}

TEST_F(ExperimentsTest, AWaitIsWokenByAChange) {
  const auto subscription = experiments_.subscribe("dogs").value();
  auto news = std::async(std::launch::async, [&] { return block_on(subscription->next()); });

  ASSERT_TRUE(make_sweep("s"));

  EXPECT_THAT(news.get().sweeps, ElementsAre("s"));
}

TEST_F(ExperimentsTest, ClosingEndsEveryWaitAndTakesNobodyIn) {
  const auto subscription = experiments_.subscribe("dogs").value();
  auto news = std::async(std::launch::async, [&] { return block_on(subscription->next()); });

  experiments_.close();

  EXPECT_TRUE(news.get().is_over);
  EXPECT_TRUE(block_on(subscription->next()).is_over);
  EXPECT_EQ(experiments_.subscribe("dogs").error().code, ErrorCode::unavailable);
}

TEST(Feed, WhatIsToldAtOnceIsBoundedAndTheRestFollows) {
  SharedClock clock;
  Downtime downtime;
  Feed feed(clock, downtime);
  const auto subscription = feed.subscribe("uid").value();
  for (std::size_t i = 0; i < 2 * kNewsAtOnceMax; ++i) feed.run_changed("uid", "r" + std::to_string(i));

  const News first = block_on(subscription->next());
  const News second = block_on(subscription->next());

  EXPECT_EQ(first.runs.size(), kNewsAtOnceMax);
  EXPECT_EQ(second.runs.size(), kNewsAtOnceMax);
  EXPECT_EQ(first.runs.front(), "r0");
}

TEST(Feed, AnEndlessStreamOfChangesKeepsABoundedNumber) {
  SharedClock clock;
  Downtime downtime;
  Feed feed(clock, downtime);
  const auto subscription = feed.subscribe("uid").value();
  for (std::size_t i = 0; i < kNewsKeptMax + 1'000; ++i) feed.run_changed("uid", std::to_string(i));

  EXPECT_EQ(block_on(subscription->next()).runs.front(), "1000");
}

TEST(Feed, ThereAreNotMoreSubscribersThanTheLimit) {
  SharedClock clock;
  Downtime downtime;
  Feed feed(clock, downtime);
  std::vector<std::unique_ptr<Subscription>> all;
  for (std::size_t i = 0; i < kSubscriptionsMax; ++i) all.push_back(feed.subscribe("uid").value());

  EXPECT_EQ(feed.subscribe("uid").error().code, ErrorCode::unavailable);
  all.pop_back();
  EXPECT_TRUE(feed.subscribe("uid"));
}

}  // namespace
}  // namespace anabranch::experiments
