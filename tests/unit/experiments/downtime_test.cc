// What this proves: time in which the server was away is nobody's silence, and who was lost before stays
// lost.
#include "experiments/downtime.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace anabranch::experiments {
namespace {

constexpr TimeMs kStart = 1'700'000'000'000;

TEST(Downtime, GivesRunnersTimeToSpeakAgain) {
  Downtime downtime;
  downtime.add(kStart, kStart + 3'600'000);

  EXPECT_EQ(downtime.since(kStart - kHeartbeatMs), kStart + 3'600'000 + kReturnGraceMs);
  EXPECT_EQ(downtime.since(kStart + 3'600'001), kStart + 3'600'001);
}

TEST(Downtime, RevivesNobodyWhoWasLostBefore) {
  Downtime downtime;
  const TimeMs lost = kStart - kLostAfterMs - 1;
  downtime.add(kStart, kStart + 1'000);
  downtime.add(kStart + 40'000, kStart + 50'000);

  EXPECT_EQ(downtime.since(lost), lost);
}

TEST(Downtime, OfTwoTimesAwayAddsUp) {
  Downtime downtime;
  downtime.add(kStart, kStart + 1'000);
  downtime.add(kStart + 2'000, kStart + 90'000);

  EXPECT_EQ(downtime.since(kStart), kStart + 90'000 + kReturnGraceMs);
}

class RestartTest : public ExperimentsTest {
 protected:
  RestartTest() {
    EXPECT_TRUE(make_sweep("s", 2));
    for (const std::string run : {"a", "b"}) EXPECT_TRUE(make_run(run, "s"));
    EXPECT_TRUE(report_state("a", RunState::running));
  }
  RunState state_in(const Experiments& restarted, const std::string& run) {
    return restarted.get_run("dogs", run).value().state;
  }
};

TEST_F(RestartTest, RunsAreNotLostBecauseTheServerWasAway) {
  clock_.advance(3'600'000);
  const Experiments restarted(stores_.keys, repositories_, clock_, workers_);

  EXPECT_EQ(state_in(restarted, "a"), RunState::running);
  EXPECT_EQ(state_in(restarted, "b"), RunState::waiting);
  EXPECT_TRUE(restarted.get_sweep("dogs", "s").value().active);
  EXPECT_EQ(restarted.active_sweeps().value().size(), 1);

  clock_.advance(kLostAfterMs + kReturnGraceMs + 1);
  EXPECT_EQ(state_in(restarted, "a"), RunState::lost);
  EXPECT_EQ(state_in(restarted, "b"), RunState::lost);
}

TEST_F(RestartTest, WhoWasLostBeforeAStopIsLostAfterIt) {
  clock_.advance(kLostAfterMs + 1);
  experiments_.close();
  clock_.advance(1'000);
  const Experiments restarted(stores_.keys, repositories_, clock_, workers_);

  EXPECT_EQ(state_in(restarted, "a"), RunState::lost);
}

TEST_F(RestartTest, WhoSpeaksAfterwardsIsHeard) {
  clock_.advance(3'600'000);
  Experiments restarted(stores_.keys, repositories_, clock_, workers_);
  clock_.advance(kLostAfterMs + kReturnGraceMs + 1);

  ASSERT_TRUE(block_on(restarted.report("dogs", "a", {})));

  EXPECT_EQ(state_in(restarted, "a"), RunState::running);
}

}  // namespace
}  // namespace anabranch::experiments
