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
