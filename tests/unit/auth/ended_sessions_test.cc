// What this proves: a session that was ended stays ended, also after a restart, for as long as its token
// would live; and memory and records are bounded however many are ended.
#include "auth/ended_sessions.h"

#include <gtest/gtest.h>

#include "base/workers.h"
#include "kv/memory_store.h"

namespace anabranch::auth {
namespace {

constexpr TimeMs kNow = 1'700'000'000'000;
constexpr TimeMs kHour = 3'600'000;

class EndedSessionsTest : public testing::Test {
 protected:
  static TokenClaims claims(const std::string& id, TimeMs expires_ms = kNow + kHour,
                            const std::string& key = "AKIA") {
    return {"user", key, expires_ms, id};
  }
  void end(const TokenClaims& claims) {
    const auto ended = block_on(sessions_.end(claims));
    ASSERT_TRUE(ended) << ended.error().message;
  }
  std::size_t records() const {
    std::size_t count = 0;
    EXPECT_TRUE(kv_.scan(kEndedSessionPrefix, kv::prefix_end(kEndedSessionPrefix),
                         [&](std::string_view, std::string_view) {
                           ++count;
                           return kv::ScanStep::next();
                         }));
    return count;
  }

  kv::MemoryStore kv_;
  ManualClock clock_{kNow};
  EndedSessions sessions_{kv_, clock_};
};

TEST_F(EndedSessionsTest, OnlyTheOneThatWasEndedIs) {
  EXPECT_FALSE(*sessions_.contains(claims("one")));

  end(claims("one"));

  EXPECT_TRUE(*sessions_.contains(claims("one")));
  EXPECT_FALSE(*sessions_.contains(claims("two")));
  EXPECT_FALSE(*sessions_.contains(claims("one", kNow + kHour, "AKIAOTHER")));
}

TEST_F(EndedSessionsTest, ARestartChangesNothing) {
  ASSERT_TRUE(sessions_.contains(claims("one")));
  end(claims("one"));
  for (std::size_t i = 0; i <= kEndedOfKeyMax; ++i) {
    end(claims(std::to_string(i), kNow + kHour + static_cast<TimeMs>(i), "AKIAMANY"));
  }

  const EndedSessions after(kv_, clock_);

  EXPECT_TRUE(*after.contains(claims("one")));
  EXPECT_FALSE(*after.contains(claims("two")));
  EXPECT_TRUE(*after.contains(claims("0", kNow + kHour, "AKIAMANY")));
  EXPECT_TRUE(*after.contains(claims("1000", kNow + kHour + 1'000, "AKIAMANY")));
  EXPECT_FALSE(*after.contains(claims("new", kNow + 2 * kHour, "AKIAMANY")));
  EXPECT_EQ(after.size(), sessions_.size());
}

TEST_F(EndedSessionsTest, RecordsGoWithTheTokensThatTheyAreAbout) {
  ASSERT_TRUE(sessions_.contains(claims("one")));
  end(claims("one"));
  end(claims("two", kNow + 3 * kHour));

  clock_.advance(2 * kHour);
  end(claims("three", kNow + 3 * kHour));

  EXPECT_EQ(records(), 2U);
  EXPECT_EQ(sessions_.size(), 2U);
  EXPECT_TRUE(*sessions_.contains(claims("two", kNow + 3 * kHour)));
}

TEST_F(EndedSessionsTest, WhoEndsVeryManyEndsThoseBeforeThemTooAndCostsNoMore) {
  ASSERT_TRUE(sessions_.contains(claims("one")));
  for (std::size_t i = 0; i < 5 * kEndedOfKeyMax; ++i) {
    end(claims(std::to_string(i), kNow + kHour + static_cast<TimeMs>(i)));
    ASSERT_TRUE(*sessions_.contains(claims(std::to_string(i), kNow + kHour + static_cast<TimeMs>(i))));
  }

  EXPECT_LE(sessions_.size(), kEndedOfKeyMax);
  EXPECT_LE(records(), kEndedOfKeyMax + 10);
  EXPECT_TRUE(*sessions_.contains(claims("never ended, but older", kNow + kHour)));
  EXPECT_FALSE(*sessions_.contains(claims("newer", kNow + 2 * kHour)));
  EXPECT_FALSE(*sessions_.contains(claims("of another key", kNow + kHour, "AKIAOTHER")));
}

TEST_F(EndedSessionsTest, ARecordThatIsNoneIsSaidAndLetsNobodyIn) {
  kv::Batch batch;
  batch.put("a/e/nonsense", "{}");
  ASSERT_TRUE(kv::commit_blocking(kv_, std::move(batch)));

  const auto answer = sessions_.contains(claims("one"));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::corruption);
}

}  // namespace
}  // namespace anabranch::auth
