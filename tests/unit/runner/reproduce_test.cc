// What this proves: a reproduction reports every difference, also what is missing on either side.
#include "runner/reproduce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::runner {
namespace {

TEST(Reproduce, EveryMetricOfEitherSideIsReported) {
  const auto findings =
      compare_metrics({{"a", 1}, {"b", 2}, {"gone", 3}}, {{"a", 1}, {"b", 2.5}, {"new", 4}}, 0);

  ASSERT_EQ(findings.size(), 4U);
  EXPECT_TRUE(findings[0].same);
  EXPECT_FALSE(findings[1].same);
  EXPECT_EQ(findings[1].recorded, "2");
  EXPECT_EQ(findings[1].found, "2.5");
  EXPECT_EQ(findings[2].name, "gone");
  EXPECT_FALSE(findings[2].same);
  EXPECT_EQ(findings[2].found, "");
  EXPECT_FALSE(findings[3].same);
}

TEST(Reproduce, ToleranceIsForMetricsOnly) {
  EXPECT_TRUE(compare_metrics({{"a", 1}}, {{"a", 1.05}}, 0.1).at(0).same);
  EXPECT_FALSE(compare_metrics({{"a", 1}}, {{"a", 1.05}}, 0.01).at(0).same);
  EXPECT_TRUE(compare_outputs({{"artifacts/m", "x"}}, {{"artifacts/m", "x"}}).at(0).same);
  EXPECT_FALSE(compare_outputs({{"artifacts/m", "x"}}, {{"artifacts/m", "y"}}).at(0).same);
  EXPECT_FALSE(compare_outputs({}, {{"artifacts/m", "y"}}).at(0).same);
}

}  // namespace
}  // namespace anabranch::runner
