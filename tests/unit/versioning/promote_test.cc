// What this proves: what a promotion does to a branch, over every way in which its history may have gone.
#include "unit/versioning/repositories_fixture.h"
#include "versioning/promotion.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A branch `ingest` with data, from which runs are made, and `main` with the same data.
struct Lab : OneRepository {
  std::string input;

  Lab() {
    input = change("main", {{"raw/1", "one"}, {"raw/2", "two"}, {"README", "words"}});
    EXPECT_TRUE(make_branch("ingest"));
  }
  /// A run's branch: without the results that its input has.
  void make_run(const std::string& run, const Contents& left, const std::string& from = "ingest") {
    ASSERT_TRUE(make_branch(run, from));
    for (const auto& path : paths(run, "artifacts/")) ASSERT_TRUE(erase(run, path));
    change(run, left);
  }
  PromotionRequest request_of(std::vector<std::string> data = {"raw"}) {
    PromotionRequest request;
    request.committer = "tester";
    request.message = "promote";
    request.input_commit = input;
    request.results = {"artifacts/", "metrics/"};
    request.data = std::move(data);
    return request;
  }
  Result<Promotion> promote(const std::string& run, const PromotionRequest& request,
                            const std::string& target = "main") {
    clock.advance(1'000);
    return block_on(repositories->promote(name, run, target, request));
  }
  Result<Promotion> promote(const std::string& run) { return promote(run, request_of()); }
  /// Refused, naming that; the branch stays as it is.
  void expect_refused(const std::string& run, const PromotionRequest& request, const std::string& code,
                      const std::string& words) {
    const std::string before = head("main");
    const auto refused = promote(run, request);
    ASSERT_EQ(error_of(refused), code);
    EXPECT_THAT(refused.error().message, HasSubstr(words));
    EXPECT_EQ(head("main"), before);
  }
};

TEST(Promote, MakesOneCommitOfTheTargetAndTheRun) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"notes/a", "elsewhere"}});
  const std::string before = lab.head("main");

  const auto promoted = lab.promote("a");

  ASSERT_TRUE(promoted) << promoted.error().message;
  ASSERT_TRUE(promoted->commit);
  EXPECT_EQ(promoted->commit->id, lab.head("main"));
  EXPECT_THAT(promoted->commit->parents, ElementsAre(before, lab.head("a")));
  EXPECT_EQ(promoted->commit->metadata.at(kPromotedCommitKey), lab.head("a"));
  EXPECT_THAT(lab.paths("main"), ElementsAre("README", "artifacts/model", "notes/a", "raw/1", "raw/2"));
  lab.expect_refused("a", lab.request_of(), "no_changes", "holds exactly");
}

TEST(Promote, ReplacesWhatAnEarlierPromotionPutThere) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"artifacts/old", "a"}, {"metrics/m", "1"}});
  lab.make_run("b", {{"artifacts/model", "b"}, {"metrics/m", "1"}});
  lab.make_run("c", {{"artifacts/model", "a"}});  // the bytes of the first
  ASSERT_TRUE(lab.promote("a"));
  lab.change("main", {{"README", "other words"}});

  ASSERT_TRUE(lab.promote("b"));
  EXPECT_THAT(lab.paths("main"), ElementsAre("README", "artifacts/model", "metrics/m", "raw/1", "raw/2"));
  EXPECT_EQ(lab.read("main", "artifacts/model"), "b");
  EXPECT_EQ(lab.read("main", "README"), "other words");
  ASSERT_TRUE(lab.promote("c"));
  EXPECT_THAT(lab.paths("main"), ElementsAre("README", "artifacts/model", "raw/1", "raw/2"));
  ASSERT_TRUE(lab.promote("a"));  // and back
  EXPECT_THAT(lab.paths("main", "artifacts/"), ElementsAre("artifacts/model", "artifacts/old"));
}

TEST(Promote, WhatWasChangedOrWhatNoRunWroteIsAConflictAndStays) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"artifacts/old", "a"}});
  lab.make_run("b", {{"artifacts/model", "b"}});
  ASSERT_TRUE(lab.promote("a"));
  lab.change("main", {{"artifacts/mine", "mine"}, {"artifacts/old", "changed"}});

  lab.expect_refused("b", lab.request_of(), "merge_conflict", "artifacts/mine artifacts/old");
  auto request = lab.request_of();
  request.is_dry_run = true;
  EXPECT_THAT(lab.promote("b", request)->conflicts, ElementsAre("artifacts/mine", "artifacts/old"));
  request.is_dry_run = false;
  request.strategy = MergeStrategy::source_wins;
  ASSERT_TRUE(lab.promote("b", request));
  EXPECT_EQ(lab.contents("main"), (Contents{{"README", "words"},
                                            {"artifacts/mine", "mine"},
                                            {"artifacts/model", "b"},
                                            {"artifacts/old", "changed"},
                                            {"raw/1", "one"},
                                            {"raw/2", "two"}}));
}

TEST(Promote, ByDestWinsKeepsWhatThePersonChanged) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}});
  lab.make_run("b", {{"artifacts/model", "b"}, {"artifacts/new", "b"}});
  ASSERT_TRUE(lab.promote("a"));
  lab.change("main", {{"artifacts/model", "mine"}});
  auto request = lab.request_of();
  request.strategy = MergeStrategy::dest_wins;

  ASSERT_TRUE(lab.promote("b", request));

  EXPECT_EQ(lab.read("main", "artifacts/model"), "mine");
  EXPECT_EQ(lab.read("main", "artifacts/new"), "b");
}

TEST(Promote, OntoOtherDataIsRefusedUnlessItIsAllowed) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}});
  lab.change("main", {{"raw/1", "relabelled"}, {"raw/3", "more"}, {"raw-2/x", "a neighbour"}});

  lab.expect_refused("a", lab.request_of(), "precondition_failed", "2 objects differ: raw/1 raw/3");
  auto request = lab.request_of();
  request.is_dry_run = true;
  const auto plan = lab.promote("a", request);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->data_changes, ElementsAre("raw/1", "raw/3"));
  request.is_dry_run = false;
  request.allow_data_change = true;
  ASSERT_TRUE(lab.promote("a", request));
  EXPECT_EQ(lab.read("main", "raw/1"), "relabelled");
}

TEST(Promote, ComparesDataByContentAndOverWhatItWouldMake) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"raw/1", "augmented"}});  // the run changed its own data
  lab.expect_refused("a", lab.request_of(), "precondition_failed", "1 objects differ: raw/1");
  lab.make_run("b", {{"artifacts/model", "b"}});
  lab.change("main", {{"raw/1", "other"}});
  lab.change("main", {{"raw/1", "one"}});  // the same bytes, stored anew
  ASSERT_TRUE(lab.promote("b"));
}

TEST(Promote, ToABranchThatLacksTheDataIsFine) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}});
  lab.change("main", {{"raw/1", ""}, {"raw/2", ""}});

  ASSERT_TRUE(lab.promote("a"));

  EXPECT_THAT(lab.paths("main"), ElementsAre("README", "artifacts/model"));
}

TEST(Promote, OfARunWithoutNamedDataLooksAtAllButResults) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"notes/a", "left elsewhere"}});
  lab.make_run("b", {{"artifacts/model", "b"}});
  ASSERT_TRUE(lab.promote("a", lab.request_of({})));
  lab.expect_refused("b", lab.request_of({}), "precondition_failed", "notes/a");
  lab.change("main", {{"notes/a", ""}});
  ASSERT_TRUE(lab.promote("b", lab.request_of({})));
  lab.make_run("c", {{"artifacts/model", "c"}});
  lab.change("main", {{"README", "other words"}});
  lab.expect_refused("c", lab.request_of({}), "precondition_failed", "README");
}

TEST(Promote, GoesByTheExpectedHead) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}});
  auto request = lab.request_of();
  request.expected_destination_commit = lab.head("main");
  lab.change("main", {{"README", "other words"}});

  lab.expect_refused("a", request, "precondition_failed", "is at " + lab.head("main"));
  request.expected_destination_commit = lab.head("main");
  EXPECT_TRUE(lab.promote("a", request));
}

TEST(Promote, ComesBackAfterARevert) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"notes/a", "a"}});
  const Contents before = lab.contents("main");
  ASSERT_TRUE(lab.promote("a"));
  const Contents after = lab.contents("main");
  for (int round = 0; round < 2; ++round) {
    RevertRequest revert;
    revert.committer = "tester";
    revert.ref = lab.head("main");
    revert.parent_number = 1;
    ASSERT_TRUE(block_on(lab.repositories->revert("repo", "main", revert)));
    EXPECT_EQ(lab.contents("main"), before);
    ASSERT_TRUE(lab.promote("a"));
    EXPECT_EQ(lab.contents("main"), after);
  }
}

TEST(Promote, ADryRunListsAndChangesNothing) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"artifacts/old", "a"}});
  lab.make_run("b", {{"artifacts/model", "b"}, {"artifacts/new", "b"}});
  ASSERT_TRUE(lab.promote("a"));
  const std::string before = lab.head("main");
  auto request = lab.request_of();
  request.is_dry_run = true;

  const auto plan = lab.promote("b", request);

  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_FALSE(plan->commit);
  std::vector<std::string> changes;
  for (const auto& item : plan->changes)
    changes.push_back(std::string(1, "+-~!"[static_cast<std::size_t>(item.type)]) + item.path);
  EXPECT_THAT(changes, ElementsAre("~artifacts/model", "+artifacts/new", "-artifacts/old"));
  EXPECT_FALSE(plan->has_more_changes);
  EXPECT_THAT(plan->conflicts, IsEmpty());
  EXPECT_EQ(lab.head("main"), before);
}

TEST(Promote, KnowsPromotionsThatCameByMergesOfOtherBranches) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"artifacts/old", "a"}});
  lab.make_run("b", {{"artifacts/model", "b"}});
  ASSERT_TRUE(lab.make_branch("staging"));
  ASSERT_TRUE(lab.promote("a", lab.request_of(), "staging"));
  ASSERT_TRUE(lab.merge("staging", "main"));
  lab.change("main", {{"README", "other words"}});
  ASSERT_TRUE(lab.merge("main", "ingest"));

  ASSERT_TRUE(lab.promote("b"));

  EXPECT_EQ(
      lab.contents("main"),
      (Contents{{"README", "other words"}, {"artifacts/model", "b"}, {"raw/1", "one"}, {"raw/2", "two"}}));
}

TEST(Promote, ComesBackAfterARevertOfTheMergeThatBroughtIt) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"notes/a", "a"}});
  ASSERT_TRUE(lab.make_branch("staging"));
  ASSERT_TRUE(lab.promote("a", lab.request_of(), "staging"));
  ASSERT_TRUE(lab.merge("staging", "main"));
  const Contents after = lab.contents("main");
  RevertRequest revert;
  revert.committer = "tester";
  revert.ref = lab.head("main");
  revert.parent_number = 1;
  ASSERT_TRUE(block_on(lab.repositories->revert("repo", "main", revert)));
  lab.change("main", {{"README", "other words"}});

  ASSERT_TRUE(lab.promote("a"));

  Contents expected = after;
  expected["README"] = "other words";
  EXPECT_EQ(lab.contents("main"), expected);
}

TEST(Promote, OfARunThatBeganWithAPromotionReplacesIt) {
  Lab lab;
  lab.make_run("a", {{"artifacts/model", "a"}, {"artifacts/old", "a"}});
  ASSERT_TRUE(lab.promote("a"));
  lab.input = lab.head("main");
  lab.make_run("b", {{"artifacts/model", "b"}}, "main");
  lab.change("main", {{"README", "other words"}});

  ASSERT_TRUE(lab.promote("b"));

  EXPECT_EQ(
      lab.contents("main"),
      (Contents{{"README", "other words"}, {"artifacts/model", "b"}, {"raw/1", "one"}, {"raw/2", "two"}}));
}

}  // namespace
}  // namespace anabranch::versioning
