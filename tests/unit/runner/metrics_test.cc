// What this proves: metrics.json as Python writes it becomes exact numbers; requirements and tolerances mean
// what they say.
#include "runner/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "support/seed.h"

namespace anabranch::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(Metrics, NestedNumbersAreNamedWithDots) {
  const auto metrics = parse_metrics(
      R"({"accuracy": 0.9, "val": {"loss": 1, "deep": {"er": -2e-3}}, "name": "x", "on": true, "list": [1]})");

  ASSERT_TRUE(metrics);
  EXPECT_THAT(*metrics,
              ElementsAre(Pair("accuracy", 0.9), Pair("val.deep.er", -2e-3), Pair("val.loss", 1.0)));
}

TEST(Metrics, PythonsNanAndInfinityAreValuesAndTextsStayTexts) {
  const auto metrics = parse_metrics(
      R"({"a": NaN, "b": -Infinity, "c": [Infinity], "d \" NaN": 1, "e": "NaN\\", "f": 1e400, "g": "NaN"})");

  ASSERT_TRUE(metrics) << metrics.error().message;
  ASSERT_EQ(metrics->size(), 4);
  EXPECT_TRUE(std::isnan(metrics->at("a")));
  EXPECT_EQ(metrics->at("b"), -HUGE_VAL);
  EXPECT_EQ(metrics->at("d \" NaN"), 1);
  EXPECT_EQ(metrics->at("f"), HUGE_VAL);
}

TEST(Metrics, AByteOrderMarkIsNoPartOfThem) {
  EXPECT_EQ(parse_metrics("\xEF\xBB\xBF{\"a\": 1}\r\n")->at("a"), 1);
}

TEST(Metrics, WhatLiesDeepIsFound) {
  std::string text = "1";
  for (int i = 0; i < 100; ++i) text = "{\"d\": " + text + "}";

  EXPECT_EQ(parse_metrics(text)->size(), 1);
}

TEST(Metrics, OfTwoOfOneNameOneIsLostAndSaid) {
  std::vector<std::string> lost;

  EXPECT_EQ(parse_metrics(R"({"a": {"b": 1}, "a.b": 2})", &lost)->at("a.b"), 1);
  ASSERT_EQ(lost.size(), 1);
  EXPECT_THAT(lost[0], HasSubstr("'a.b'"));
}

TEST(Metrics, WhatHasNoRoomIsLeftOutOneByOneAndSaid) {
  Metrics metrics{
      {std::string(kMetricNameSizeMax + 1, 'x'), 7}, {"accuracy", 0.5}, {std::string("n\0l", 3), 1}};
  std::vector<std::string> lost;

  keep_within_limits(metrics, lost);

  EXPECT_THAT(metrics, ElementsAre(Pair("accuracy", 0.5)));
  ASSERT_EQ(lost.size(), 2);
  EXPECT_THAT(lost[1], HasSubstr("xxx' = 7"));
  for (std::size_t i = 0; i < kMetricsMax + 2; ++i) metrics.emplace("m" + std::to_string(i), 1);
  lost.clear();
  keep_within_limits(metrics, lost);
  EXPECT_EQ(metrics.size(), kMetricsMax);
  EXPECT_EQ(lost.size(), 3);
}

TEST(Metrics, WhatIsNoObjectIsMalformed) {
  for (const char* text : {"", "[1]", "{", "{\"a\": }", "1", "Na", "{\"a"}) {
    const auto metrics = parse_metrics(text);
    ASSERT_FALSE(metrics) << text;
    EXPECT_EQ(metrics.error().code, ErrorCode::malformed);
  }
}

TEST(Metrics, NumbersReadBackAsTheyWere) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> mantissa(-1, 1);

  for (int i = 0; i < 1'000; ++i) {
    const double number = std::ldexp(mantissa(random), static_cast<int>(random() % 600) - 300);
    EXPECT_EQ(parse_number(format_number(number)).value(), number);
  }
  EXPECT_FALSE(parse_number("nan"));
  EXPECT_FALSE(parse_number("1x"));
  EXPECT_FALSE(parse_number(""));
}

TEST(MetricOrder, SaysWhichWayIsBetter) {
  const auto without = parse_metric_order("loss");
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, HasSubstr("'loss:min'"));
  EXPECT_FALSE(parse_metric_choice("a:b")->max_is_best);
  EXPECT_EQ(parse_metric_choice("a:b")->metric, "a:b");
  EXPECT_EQ(parse_metric_choice("a:b:min")->max_is_best, false);
  EXPECT_TRUE(parse_metric_order("accuracy:max")->better(-1, HUGE_VAL));
  EXPECT_FALSE(parse_metric_order("loss:min")->better(std::nan(""), 1));
  EXPECT_TRUE(parse_metric_order("accuracy:max")->better(2, 1));
  EXPECT_TRUE(parse_metric_order("val.loss:min")->better(1, 2));
  EXPECT_FALSE(parse_metric_order("loss:min")->better(1, 1));
  EXPECT_FALSE(parse_metric_order("loss:best"));
  EXPECT_FALSE(parse_metric_order(":max"));
  EXPECT_FALSE(parse_metric_order(""));
}

struct RequirementCase {
  const char* text;
  double value;
  bool holds;
};

class RequirementTest : public testing::TestWithParam<RequirementCase> {};

TEST_P(RequirementTest, HoldsForExactlyTheNumbersItNames) {
  const auto requirement = parse_requirement(GetParam().text);
  ASSERT_TRUE(requirement) << requirement.error().message;

  EXPECT_EQ(check_requirement(*requirement, {{"accuracy", GetParam().value}}).has_value(), GetParam().holds);
}

INSTANTIATE_TEST_SUITE_P(Each, RequirementTest,
                         testing::Values(RequirementCase{"accuracy>=0.9", 0.9, true},
                                         RequirementCase{"accuracy>=0.9", 0.8999, false},
                                         RequirementCase{"accuracy > 0.9", 0.9, false},
                                         RequirementCase{"accuracy<=1e-1", 0.1, true},
                                         RequirementCase{"accuracy<0.1", 0.1, false},
                                         RequirementCase{"accuracy==1", 1, true},
                                         RequirementCase{"accuracy=1", 2, false},
                                         RequirementCase{"accuracy!=1", 2, true}));

TEST(Requirement, OfAMissingMetricDoesNotHoldAndSaysSo) {
  const auto checked = check_requirement(parse_requirement("f1>=0.5").value(), {{"accuracy", 1}});

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::not_found);
  EXPECT_THAT(checked.error().message, HasSubstr("no metric 'f1': the metrics are: accuracy"));
}

TEST(Requirement, NothingHoldsOfWhatIsNoFiniteNumber) {
  for (const char* text : {"a>=0", "a<=0", "a!=0", "a>0", "a<0", "a==0"}) {
    for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL})
      EXPECT_FALSE(check_requirement(parse_requirement(text).value(), {{"a", value}})) << text << value;
  }
}

TEST(Requirement, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "accuracy", ">=0.9", "accuracy>=", "accuracy>=x", "accuracy>==0.9", "accuracy!0", "a>=nan"}) {
    EXPECT_FALSE(parse_requirement(text)) << text;
  }
}

TEST(Tolerance, OfZeroMeansTheVerySameNumber) {
  EXPECT_TRUE(equal_within(0.1, 0.1, 0));
  EXPECT_FALSE(equal_within(0.1, std::nextafter(0.1, 1), 0));
  EXPECT_TRUE(equal_within(std::nan(""), std::nan(""), 0));
  EXPECT_FALSE(equal_within(1, std::nan(""), 9));
  EXPECT_FALSE(equal_within(1, HUGE_VAL, 9));
  EXPECT_FALSE(equal_within(HUGE_VAL, 1, 9));
}

TEST(Tolerance, IsAbsoluteForSmallNumbersAndRelativeForLargeOnes) {
  EXPECT_TRUE(equal_within(0.5, 0.51, 0.01 + 1e-12));
  EXPECT_FALSE(equal_within(0.5, 0.52, 0.01));
  EXPECT_TRUE(equal_within(1000, 1009, 0.01));
  EXPECT_FALSE(equal_within(1000, 1011, 0.01));
}

}  // namespace
}  // namespace anabranch::runner
