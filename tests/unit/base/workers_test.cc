// What this proves: the pool runs all it was given, on its own threads, and reads hop only when memory has no
// answer.
#include "base/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace anabranch {
namespace {

TEST(Workers, RunEverythingBeforeTheyEnd) {
  std::atomic<int> ran{0};
  {
    Workers workers("test", 3);
    for (int i = 0; i < 10'000; ++i) workers.run([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 10'000);
}

TEST(Workers, RunAsManyAtOnceAsTheyHaveThreads) {
  Workers workers("test", 3);
  std::atomic<int> waiting{0};
  for (int i = 0; i < 3; ++i) {
    workers.run([&waiting] {
      ++waiting;
      waiting.notify_all();
      for (int seen = waiting; seen < 3; seen = waiting) waiting.wait(seen);  // only all three together go on
    });
  }
  for (int seen = waiting; seen < 3; seen = waiting) waiting.wait(seen);
  EXPECT_EQ(waiting, 3);
}

TEST(WorkersDeathTest, RefuseToBeNone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(Workers("idle", 0), "idle would run nothing");
}

TEST(OnWorkers, RunsFunctionsOfAnyResultThere) {
  Workers workers("test", 1);
  std::thread::id there;
  const auto value = block_on(on_workers(workers, [text = std::make_shared<int>(5)] { return *text; }));
  block_on(on_workers(workers, [&there] { there = std::this_thread::get_id(); }));
  const auto moved = block_on(on_workers(workers, [] { return std::make_unique<int>(6); }));

  EXPECT_EQ(value, 5);
  EXPECT_NE(there, std::thread::id());
  EXPECT_NE(there, std::this_thread::get_id());
  EXPECT_EQ(*moved, 6);
}

TEST(ReadTier, HoldsWithinItsScopeAndOnItsThreadOnly) {
  EXPECT_EQ(read_tier(), ReadTier::may_block);
  {
    const ReadTierScope memory(ReadTier::memory);
    EXPECT_EQ(read_tier(), ReadTier::memory);
    {
      const ReadTierScope again(ReadTier::may_block);
      EXPECT_EQ(read_tier(), ReadTier::may_block);
    }
    EXPECT_EQ(read_tier(), ReadTier::memory);
    std::thread([] { EXPECT_EQ(read_tier(), ReadTier::may_block); }).join();
  }
  EXPECT_EQ(read_tier(), ReadTier::may_block);
}

class InlineOrOnTest : public testing::Test {
 protected:
  Workers workers_{"test", 1};
};

TEST_F(InlineOrOnTest, AnswersHereWhatIsInMemory) {
  int runs = 0;
  const auto where = block_on(inline_or_on(workers_, [&runs]() -> Result<std::thread::id> {
    ++runs;
    return std::this_thread::get_id();
  }));

  EXPECT_EQ(where.value(), std::this_thread::get_id());
  EXPECT_EQ(runs, 1);
}

TEST_F(InlineOrOnTest, PassesOtherErrorsOnWithoutAHop) {
  int runs = 0;
  const auto answer = block_on(inline_or_on(workers_, [&runs]() -> Result<int> {
    ++runs;
    return fail(ErrorCode::no_such_key, "gone");
  }));

  EXPECT_EQ(answer.error().code, ErrorCode::no_such_key);
  EXPECT_EQ(runs, 1);
}

TEST_F(InlineOrOnTest, AsksAgainOnAWorkerThatMayBlock) {
  int runs = 0;
  const auto where = block_on(inline_or_on(workers_, [&runs]() -> Result<std::thread::id> {
    ++runs;
    if (read_tier() == ReadTier::memory) return fail(ErrorCode::would_block, "not in memory");
    return std::this_thread::get_id();
  }));

  ASSERT_TRUE(where);
  EXPECT_NE(*where, std::this_thread::get_id());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(read_tier(), ReadTier::may_block);
}

TEST_F(InlineOrOnTest, MovesAnswersThatCannotBeCopied) {
  const auto answer = block_on(
      inline_or_on(workers_, []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(9); }));

  EXPECT_EQ(**answer, 9);
}

}  // namespace
}  // namespace anabranch
