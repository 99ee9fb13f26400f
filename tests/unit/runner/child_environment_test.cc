// What this proves: a run's command sees its own key and nobody else's; what is recorded is on the list, and
// no more.
#include "runner/child_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace anabranch::runner {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

RunIdentity identity() {
  return {"http://127.0.0.1:8000", "dogs", "sweep-1", "sweep-1", "c0ffee", {"RUNKEY", Secret("run-secret")}};
}

TEST(ChildEnvironment, TheUsersKeysAreGoneAndTheRunsAreThere) {
  const auto variables =
      child_environment({"PATH=/bin", "ANABRANCH_SECRET_ACCESS_KEY=planted", "AWS_PROFILE=planted",
                         "AWS_SESSION_TOKEN=planted", "LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY=planted",
                         "ANABRANCH_ROOT_SECRET_ACCESS_KEY=planted", "PARAM_OLD=planted", "MINE=1"},
                        identity(), {{"learning-rate", "0.1"}});

  EXPECT_THAT(variables, Not(Contains(HasSubstr("planted"))));
  EXPECT_THAT(variables,
              testing::IsSupersetOf(
                  {"PATH=/bin", "MINE=1", "AWS_ACCESS_KEY_ID=RUNKEY", "AWS_SECRET_ACCESS_KEY=run-secret",
                   "AWS_ENDPOINT_URL=http://127.0.0.1:8000", "ANABRANCH_REPOSITORY=dogs",
                   "ANABRANCH_BRANCH=sweep-1", "ANABRANCH_INPUT_COMMIT=c0ffee", "PARAM_LEARNING_RATE=0.1"}));
}

TEST(ChildEnvironment, EachNameIsThereOnce) {
  const auto variables = child_environment({"AWS_REGION=eu", "ANABRANCH_RUN=x"}, identity(), {});

  std::map<std::string, int> count;
  for (const auto& variable : variables) ++count[variable.substr(0, variable.find('='))];
  for (const auto& [name, times] : count) EXPECT_EQ(times, 1) << name;
}

TEST(RecordedEnvironment, IsAnAllowList) {
  EXPECT_THAT(recorded_environment({"LANG=C", "TZ=UTC", "API_TOKEN=planted", "TF_TOKEN_app=planted",
                                    "TF_DETERMINISTIC_OPS=1", "HOME=/root", "LANGUAGE=x", "TZ"}),
              UnorderedElementsAre(Pair("LANG", "C"), Pair("TZ", "UTC"), Pair("TF_DETERMINISTIC_OPS", "1")));
}

TEST(RecordedEnvironment, ComesBackAsItWasAndBringsNothingElse) {
  EXPECT_THAT(
      with_recorded({"PATH=/bin", "TZ=UTC", "LANG=C"}, {{"LANG", "de_DE"}, {"LD_PRELOAD", "/evil.so"}}),
      ElementsAre("PATH=/bin", "LANG=de_DE"));
}

}  // namespace
}  // namespace anabranch::runner
