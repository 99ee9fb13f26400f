// What this proves: a grid gives every combination exactly once, in a fixed order, and mistakes are named.
#include "runner/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::runner {
namespace {

std::vector<GridAxis> axes(const std::vector<std::string>& texts) {
  std::vector<GridAxis> out;
  for (const auto& text : texts) out.push_back(parse_axis(text).value());
  return out;
}

TEST(Grid, TheLastAxisChangesFastest) {
  const auto combinations = expand(axes({"optimizer=adam,sgd", "epochs=2,12"}));

  ASSERT_TRUE(combinations);
  EXPECT_THAT(*combinations, testing::ElementsAre(Parameters{{"optimizer", "adam"}, {"epochs", "2"}},
                                                  Parameters{{"optimizer", "adam"}, {"epochs", "12"}},
                                                  Parameters{{"optimizer", "sgd"}, {"epochs", "2"}},
                                                  Parameters{{"optimizer", "sgd"}, {"epochs", "12"}}));
}

TEST(Grid, WithoutAxesIsOneRunWithoutParameters) {
  EXPECT_THAT(expand({}).value(), testing::ElementsAre(Parameters{}));
}

TEST(Grid, ValuesKeepEqualSignsBracketsAndEscapedCommas) {
  const auto axis = parse_axis("layers=[64\\,64],a=b");

  ASSERT_TRUE(axis);
  EXPECT_THAT(axis->values, testing::ElementsAre("[64,64]", "a=b"));
}

TEST(Grid, RefusesWhatIsNoAxis) {
  for (const char* text : {"", "lr", "=1", "lr=", "lr=1,", "lr=,1", "1x=1", "a b=1", "lr=1,1"}) {
    EXPECT_FALSE(parse_axis(text)) << text;
  }
}

TEST(Grid, RefusesNamesThatWouldBeOneVariable) {
  const auto combinations = expand(axes({"learning-rate=1", "learning_rate=2"}));

  ASSERT_FALSE(combinations);
  EXPECT_THAT(combinations.error().message, testing::HasSubstr("PARAM_LEARNING_RATE"));
}

TEST(Grid, RefusesMoreCombinationsThanAnybodyMeant) {
  std::string hundred = "=0";
  for (int i = 1; i < 101; ++i) hundred += "," + std::to_string(i);

  EXPECT_TRUE(expand(axes({"a" + hundred})));
  EXPECT_FALSE(expand(axes({"a" + hundred, "b" + hundred})));
}

}  // namespace
}  // namespace anabranch::runner
