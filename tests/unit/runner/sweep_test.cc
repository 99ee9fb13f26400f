// What this proves: the best run is the best of those that succeeded.
#include "runner/sweep.h"

#include <gtest/gtest.h>

#include <cmath>

namespace anabranch::runner {
namespace {

RunOutcome outcome(const char* run, RunPhase phase, Metrics metrics) {
  RunOutcome made;
  made.phase = phase;
  made.record.run = run;
  made.record.metrics = std::move(metrics);
  return made;
}

TEST(Sweep, TheBestIsChosenAmongRunsThatAreOk) {
  const std::vector<RunOutcome> outcomes{
      outcome("s-1", RunPhase::ok, {{"loss", 0.5}}), outcome("s-2", RunPhase::failed, {{"loss", 0.1}}),
      outcome("s-3", RunPhase::ok, {{"loss", 0.2}}), outcome("s-4", RunPhase::ok, {{"loss", 0.2}}),
      outcome("s-5", RunPhase::ok, {})};

  EXPECT_EQ(best_of(outcomes, {"loss", false})->record.run, "s-3");
  EXPECT_EQ(best_of(outcomes, {"loss", true})->record.run, "s-1");
  EXPECT_EQ(best_of(outcomes, {"accuracy", true}), nullptr);
}

TEST(Sweep, NamesAreMadeFromTimeAndNumber) {
  const std::string name = default_sweep_name(1'795'393'751'000);
  EXPECT_TRUE(name.starts_with("sweep-20261123-002911-")) << name;
  EXPECT_NE(default_sweep_name(1'795'393'751'000), name);
  EXPECT_EQ(run_name("s", 0), "s-1");
}

TEST(BestOf, IsNeverWhatIsNoFiniteNumber) {
  const std::vector<RunOutcome> outcomes{outcome("a", RunPhase::ok, {{"loss", std::nan("")}}),
                                         outcome("b", RunPhase::ok, {{"loss", -HUGE_VAL}}),
                                         outcome("c", RunPhase::ok, {{"loss", 3}})};

  EXPECT_EQ(best_of(outcomes, {"loss", false})->record.run, "c");
  EXPECT_EQ(best_of({outcomes[0]}, {"loss", false}), nullptr);
}

}  // namespace
}  // namespace anabranch::runner
