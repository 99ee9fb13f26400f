// What this proves: xids have lakeFS's form, sort by time and never repeat; randomness fills what it is asked
// for.
#include "base/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace anabranch {
namespace {

constexpr TimeMs kSomeTime = 1'700'000'000'000;

TEST(Xid, IsTwentyCharactersOfBase32Hex) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT(make_xid(kSomeTime), testing::MatchesRegex("[0-9a-v]{20}")) << i;
  }
}

TEST(Xid, BeginsWithTheTimeAsRsXidWritesIt) {
  // rs/xid's own example 9m4e2mr0ui3e8a215n4g holds the time 1300816219 (0x4d88e15b).
  EXPECT_EQ(make_xid(1300816219'000LL).substr(0, 6), "9m4e2m");
}

TEST(Xid, SortsByTimeAcrossSeconds) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(make_xid(kSomeTime + i * 1000));

  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(Xid, IsUniqueAcrossThreadsWithinOneSecond) {
  constexpr int kPerThread = 20'000;
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&ids] {
      for (int i = 0; i < kPerThread; ++i) ids.push_back(make_xid(kSomeTime));
    });
  }
  for (auto& thread : threads) thread.join();

  std::set<std::string> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), made.size() * kPerThread);
}

TEST(Random, GivesTheSizeAskedForAndNeverTheSameTwice) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(1000).size(), 1000U);
  EXPECT_NE(random_bytes(16), random_bytes(16));
  EXPECT_NE(random_blob_id(), random_blob_id());
}

TEST(Clock, SystemClockIsPastTheDayThisWasWritten) {
  constexpr TimeMs kYear2024 = 1'704'067'200'000;
  EXPECT_GT(system_clock().now_ms(), kYear2024);
}

TEST(Clock, ManualClockMovesOnlyWhenTold) {
  ManualClock clock(5);
  EXPECT_EQ(clock.now_ms(), 5);
  clock.advance(37);
  EXPECT_EQ(clock.now_ms(), 42);
}

}  // namespace
}  // namespace anabranch
