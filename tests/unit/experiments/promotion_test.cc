// What this proves: a promotion is read from its run's commit, every digit of it, and places are objects or
// folders. What it does to a branch is in tests/e2e/test_promotion.py.
#include "experiments/promotion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::experiments {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

versioning::Commit run_commit() {
  versioning::Commit commit;
  commit.metadata = {{"anabranch.run", "s-1"},
                     {"anabranch.status", "ok"},
                     {"anabranch.input_commit", "c0"},
                     {"anabranch.data", R"(["raw=in/raw","labels=labels"])"},
                     {"anabranch.out", R"(["checkpoints"])"},
                     {"metric.accuracy", "0.30000000000000004"},
                     {"metric.loss", "NaN"},
                     {"param.rate", "007"}};
  return commit;
}

TEST(Promotion, IsToldByTheRunsCommit) {
  const auto request = promotion_of(run_commit(), "s-1");

  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->input_commit, "c0");
  EXPECT_THAT(request->data, ElementsAre("raw", "labels"));
  EXPECT_THAT(request->results, Contains("artifacts/"));
  EXPECT_THAT(request->results, Contains("checkpoints"));
  EXPECT_EQ(request->message, "promote s-1: accuracy=0.30000000000000004 loss=NaN");
  EXPECT_EQ(request->metadata.at("metric.accuracy"), "0.30000000000000004");
  EXPECT_EQ(request->metadata.at("param.rate"), "007");
  EXPECT_EQ(request->metadata.at("anabranch.promoted_run"), "s-1");
  EXPECT_FALSE(request->metadata.contains("anabranch.run"));
}

TEST(Promotion, OfWhatIsNoRunThatIsOkIsRefused) {
  versioning::Commit commit;
  EXPECT_EQ(promotion_of(commit, "main").error().code, ErrorCode::not_found);
  commit = run_commit();
  commit.metadata["anabranch.status"] = "failed";
  EXPECT_EQ(promotion_of(commit, "s-1").error().code, ErrorCode::not_allowed);
  commit = run_commit();
  commit.metadata["anabranch.data"] = "[1]";
  EXPECT_EQ(promotion_of(commit, "s-1").error().code, ErrorCode::malformed);
  commit.metadata.erase("anabranch.data");
  EXPECT_THAT(promotion_of(commit, "s-1")->data, IsEmpty());
}

TEST(Promotion, OfARunThatItsRecordTellsOf) {
  versioning::Commit commit;
  commit.parents = {"p"};
  experiments::Run record;
  record.name = "big";
  record.state = RunState::ok;
  record.parameters = {{"rate", "1"}};
  record.metrics = {{"accuracy", {0.1, 0, 0, true}}};
  record.data = {"raw"};
  record.outputs = {"out"};

  const auto request = promotion_of(commit, "b", record);

  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->input_commit, "p");
  EXPECT_THAT(request->data, ElementsAre("raw"));
  EXPECT_THAT(request->results, Contains("out"));
  EXPECT_EQ(request->message, "promote big: accuracy=0.1");
  EXPECT_EQ(request->metadata.at("param.rate"), "1");
  record.state = RunState::failed;
  EXPECT_EQ(promotion_of(commit, "b", record).error().code, ErrorCode::not_allowed);
  commit = run_commit();  // says itself that it is ok, and what its data are
  EXPECT_THAT(promotion_of(commit, "b", record)->data, ElementsAre("raw", "labels"));
}

TEST(Promotion, OfARunThatWasCommittedByHand) {
  versioning::Commit commit;
  commit.parents = {"p"};
  commit.metadata = {{"metric.loss", "0.5"}, {"input_commit", "c0"}};

  const auto request = promotion_of(commit, "experiment-1");

  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->message, "promote experiment-1: loss=0.5");
  EXPECT_THAT(request->data, IsEmpty());
  commit.parents = {"p", "q"};  // a merge tells of another's run
  EXPECT_EQ(promotion_of(commit, "main").error().code, ErrorCode::not_found);
}

TEST(Promotion, HoldsToWhatIsRequired) {
  const auto request = promotion_of(run_commit(), "s-1");
  const auto check = [&](std::string text) { return check_requirements(*request, {std::move(text)}); };

  EXPECT_TRUE(check_requirements(*request, {"accuracy>=0.3", "accuracy<1", "accuracy!=0.3"}));
  EXPECT_EQ(check("accuracy==0.3").error().code, ErrorCode::precondition_failed);
  for (const std::string text : {"loss<1", "loss>1", "loss!=1"})
    EXPECT_EQ(check(text).error().code, ErrorCode::precondition_failed) << text;
  EXPECT_THAT(check("los<1").error().message, testing::HasSubstr("accuracy, loss"));
  for (const std::string text : {"", "accuracy", "accuracy>=", "accuracy>=x", "accuracy=NaN", ">=1"})
    EXPECT_EQ(check(text).error().code, ErrorCode::invalid_argument) << text;
}

TEST(Place, IsAnObjectOrAFolderAndNoNeighbour) {
  using versioning::covers;
  EXPECT_TRUE(covers("raw", "raw"));
  EXPECT_TRUE(covers("raw", "raw/1"));
  EXPECT_FALSE(covers("raw", "raw-2/1"));
  EXPECT_FALSE(covers("raw", "rawest"));
  EXPECT_TRUE(covers("raw/", "raw/1"));
  EXPECT_FALSE(covers("raw/", "raw"));
  EXPECT_TRUE(covers("", "anything"));
  EXPECT_FALSE(covers("raw/1", "raw"));
}

}  // namespace
}  // namespace anabranch::experiments
