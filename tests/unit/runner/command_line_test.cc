// What this proves: parameters reach a command once each, and nothing else in its arguments changes.
#include "runner/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::runner {
namespace {

using testing::ElementsAre;

const Parameters kParameters{{"lr", "0.1"}, {"epochs", "2"}};

TEST(CommandLine, AppendsWhatNoArgumentNames) {
  EXPECT_THAT(bind_parameters({"python", "train.py"}, kParameters),
              ElementsAre("python", "train.py", "--lr=0.1", "--epochs=2"));
}

TEST(CommandLine, FillsPlaceholdersWhereverTheyStand) {
  EXPECT_THAT(bind_parameters({"train", "-l{lr}x{lr}", "{epochs}"}, kParameters),
              ElementsAre("train", "-l0.1x0.1", "2"));
}

TEST(CommandLine, LeavesOtherBracesAlone) {
  EXPECT_THAT(bind_parameters({"sh", "-c", "echo ${HOME} {\"a\": {lr}} {LR} {"}, {{"lr", "1"}}),
              ElementsAre("sh", "-c", "echo ${HOME} {\"a\": 1} {LR} {"));
}

TEST(CommandLine, DoesNotLookIntoValues) {
  EXPECT_THAT(bind_parameters({"{a}"}, {{"a", "{b}"}, {"b", "1"}}), ElementsAre("{b}", "--b=1"));
}

TEST(CommandLine, VariableNamesAreUpperCaseWords) {
  EXPECT_EQ(environment_name("learning-rate.decay_2"), "PARAM_LEARNING_RATE_DECAY_2");
}

}  // namespace
}  // namespace anabranch::runner
