// Listings, differences, merges, reverts, cherry-picks, the log.
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Commits `contents` on a branch; an empty content deletes.
std::string change(OneRepository& repo, const std::string& branch, const Contents& contents,
                   const std::string& message = "change") {
  for (const auto& [path, bytes] : contents) {
    if (bytes.empty()) {
      EXPECT_TRUE(repo.erase(branch, path));
    } else {
      EXPECT_TRUE(repo.put(branch, path, bytes));
    }
  }
  repo.clock.advance(1'000);
  const auto commit = repo.commit(branch, message);
  EXPECT_TRUE(commit) << commit.error().message;
  return commit ? commit->id : "";
}

TEST(Listing, MergesStagedOverCommittedAndGroupsByDelimiter) {
  OneRepository repo;
  change(repo, "main", {{"a", "1"}, {"dir/a", "1"}, {"dir/b", "1"}, {"dir2/x", "1"}, {"z", "1"}});
  ASSERT_TRUE(repo.erase("main", "dir/a"));
  ASSERT_TRUE(repo.erase("main", "dir2/x"));
  ASSERT_TRUE(repo.put("main", "dir/sub/c", "1"));
  ASSERT_TRUE(repo.put("main", "b", "1"));
  ASSERT_TRUE(repo.put("main", "zz", "1"));
  EXPECT_THAT(repo.paths("main"), ElementsAre("a", "b", "dir/b", "dir/sub/c", "z", "zz"));
  EXPECT_THAT(repo.paths("main@"), ElementsAre("a", "dir/a", "dir/b", "dir2/x", "z"));
  EXPECT_THAT(repo.paths("main", "", "/"), ElementsAre("a", "b", "dir/*", "z", "zz"));
  EXPECT_THAT(repo.paths("main", "dir/", "/"), ElementsAre("dir/b", "dir/sub/*"));
  EXPECT_THAT(repo.paths("main", "dir", "/"), ElementsAre("dir/*"));
  EXPECT_THAT(repo.paths("main", "di"), ElementsAre("dir/b", "dir/sub/c"));
  EXPECT_THAT(repo.paths("main", "x"), IsEmpty());
  for (unsigned amount = 1; amount < 7; ++amount) {
    EXPECT_EQ(repo.paths("main", "", "", amount), repo.paths("main")) << amount;
    EXPECT_EQ(repo.paths("main", "", "/", amount), repo.paths("main", "", "/")) << amount;
  }
}

TEST(Listing, KnowsExactlyWhetherThereIsMore) {
  OneRepository repo;
  change(repo, "main", {{"a/1", "1"}, {"a/2", "1"}, {"b", "1"}});
  EXPECT_FALSE(repo.page("main", "", "", "", 3)->has_more);
  EXPECT_TRUE(repo.page("main", "", "", "", 2)->has_more);
  EXPECT_FALSE(repo.page("main", "", "/", "", 2)->has_more);
  EXPECT_FALSE(repo.page("main", "a/", "", "", 2)->has_more);
  EXPECT_EQ(repo.page("main", "", "/", "", 1)->next_offset, "a/");
  ASSERT_TRUE(repo.erase("main", "b"));
  EXPECT_FALSE(repo.page("main", "", "/", "", 1)->has_more);
  EXPECT_FALSE(repo.page("main", "", "", "", 0)->has_more);
  EXPECT_THAT(repo.page("main", "", "/", "a/1", 9)->items.size(),
              1U);  // a/2 lies under a prefix that is shown again
}

TEST(Listing, TakesDelimitersOfAnyLength) {
  OneRepository repo;
  change(repo, "main", {{"a::b::c", "1"}, {"a::d", "1"}, {"a:", "1"}});
  EXPECT_THAT(repo.paths("main", "", "::"), ElementsAre("a:", "a::*"));
  EXPECT_THAT(repo.paths("main", "a::", "::"), ElementsAre("a::b::*", "a::d"));
}

TEST(Diff, OfTwoAndThreeDots) {
  OneRepository repo;
  change(repo, "main", {{"same", "1"}, {"gone", "1"}, {"dir/x", "1"}});
  ASSERT_TRUE(repo.make_branch("left"));
  ASSERT_TRUE(repo.make_branch("right"));
  change(repo, "left", {{"both", "L"}, {"onlyleft", "1"}});
  change(repo, "right", {{"both", "R"}, {"dir/x", "2"}, {"dir/y", "1"}, {"gone", ""}});
  EXPECT_THAT(repo.diff("left", "right"), ElementsAre("~both", "~dir/x", "+dir/y", "-gone", "-onlyleft"));
  EXPECT_THAT(repo.diff("left", "right", DiffKind::three_dot),
              ElementsAre("!both", "~dir/x", "+dir/y", "-gone"));
  EXPECT_THAT(repo.diff("left", "right", DiffKind::two_dot, "/"),
              ElementsAre("~both", "~dir/*", "-gone", "-onlyleft"));
  EXPECT_THAT(repo.diff("right", "right"), IsEmpty());
  ASSERT_TRUE(repo.put("right", "dir/x", "1"));
  ASSERT_TRUE(repo.put("right", "staged", "1"));
  EXPECT_THAT(repo.diff("left", "right$"), ElementsAre("~both", "+dir/y", "-gone", "-onlyleft", "+staged"));
}

TEST(Diff, PagesGiveAllOfIt) {
  OneRepository repo;
  Contents files;
  for (int i = 0; i < 25; ++i) files["f" + std::to_string(100 + i)] = "x";
  change(repo, "main", files);
  std::size_t found = 0;
  std::string after;
  while (true) {
    const auto page =
        repo.repositories->diff_refs("repo", "main~1", "main", DiffKind::two_dot, {{"", after, 10}, ""});
    ASSERT_TRUE(page);
    found += page->items.size();
    if (!page->has_more) break;
    after = page->next_offset;
  }
  EXPECT_EQ(found, 25U);
}

TEST(Merge, IntoAnEmptyMainReusesTheTree) {
  OneRepository repo;
  ASSERT_TRUE(repo.make_branch("work"));
  const std::string work = change(repo, "work", {{"a", "1"}});
  const std::string main = repo.head("main");
  const auto before = repo.objects->list("data", {"repo/_lakefs/", "", "", 1000})->items.size();
  const auto merged = repo.merge("work", "main");
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(repo.objects->list("data", {"repo/_lakefs/", "", "", 1000})->items.size(), before);
  EXPECT_EQ(merged->parents, (std::vector<std::string>{main, work}));
  EXPECT_EQ(merged->metarange_id, repo.repositories->get_commit("repo", "work")->metarange_id);
  EXPECT_EQ(merged->message, "Merge 'work' into 'main'");
  EXPECT_EQ(merged->metadata, (Metadata{{".lakefs.merge.strategy", "default"}}));
  EXPECT_EQ(merged->generation, 3);
  EXPECT_EQ(error_of(repo.merge("work", "main")), "no_changes");
  MergeRequest anyway;
  anyway.allow_empty = true;
  EXPECT_EQ(error_of(repo.merge("work", "main", anyway)), "none");
}

TEST(Merge, TakesBothSidesAndRefusesConflicts) {
  OneRepository repo;
  change(repo, "main", {{"base", "1"}, {"clash", "1"}});
  ASSERT_TRUE(repo.make_branch("work"));
  change(repo, "work", {{"w", "1"}, {"clash", "work"}});
  change(repo, "main", {{"m", "1"}, {"clash", "main"}});
  const auto refused = repo.merge("work", "main");
  EXPECT_EQ(error_of(refused), "merge_conflict");
  EXPECT_THAT(refused.error().message, HasSubstr("clash"));
  MergeRequest request;
  request.strategy = MergeStrategy::dest_wins;
  const std::string before = repo.head("main");
  const auto kept = repo.merge("work", "main", request);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->metadata.at(".lakefs.merge.strategy"), "dest-wins");
  EXPECT_EQ(repo.contents("main"), (Contents{{"base", "1"}, {"clash", "main"}, {"m", "1"}, {"w", "1"}}));
  ASSERT_TRUE(block_on(repo.repositories->hard_reset_branch("repo", "main", before, false)));
  request.strategy = MergeStrategy::source_wins;
  request.squash = true;
  const auto taken = repo.merge("work", "main", request);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->parents, std::vector<std::string>{before});
  EXPECT_EQ(repo.read("main", "clash"), "work");
}

TEST(Merge, WantsACleanDestinationAtTheExpectedCommit) {
  OneRepository repo;
  ASSERT_TRUE(repo.make_branch("work"));
  change(repo, "work", {{"a", "1"}});
  ASSERT_TRUE(repo.put("main", "b", "1"));
  EXPECT_EQ(error_of(repo.merge("work", "main")), "dirty_branch");
  ASSERT_TRUE(repo.erase("main", "b"));
  MergeRequest request;
  request.expected_destination_commit = repo.head("work");
  EXPECT_EQ(error_of(repo.merge("work", "main", request)), "precondition_failed");
  request.expected_destination_commit = repo.head("main");
  EXPECT_EQ(error_of(repo.merge("work", "main", request)), "none");
  EXPECT_EQ(error_of(repo.merge("nothing", "main")), "no_such_ref");
  EXPECT_EQ(error_of(repo.merge("main", "nothing")), "no_such_branch");
}

TEST(Merge, DropsStagedChangesThatChangeNothing) {
  OneRepository repo;
  change(repo, "main", {{"a", "1"}});
  ASSERT_TRUE(repo.make_branch("work"));
  change(repo, "work", {{"a", "2"}});
  ASSERT_TRUE(repo.put("main", "a", "1"));  // as committed: the branch is clean
  ASSERT_TRUE(repo.merge("work", "main"));
  EXPECT_EQ(repo.read("main", "a"), "2");
  EXPECT_THAT(repo.uncommitted("main"), IsEmpty());
}

TEST(Merge, FindsTheBestBaseOfACrissCross) {
  OneRepository repo;
  change(repo, "main", {{"a", "1"}});
  ASSERT_TRUE(repo.make_branch("work"));
  change(repo, "work", {{"w1", "1"}});
  change(repo, "main", {{"m1", "1"}});
  const std::string main_before = repo.head("main");
  ASSERT_TRUE(repo.merge("work", "main"));
  ASSERT_TRUE(repo.merge(main_before, "work"));
  change(repo, "work", {{"w2", "1"}});
  change(repo, "main", {{"m2", "1"}});
  ASSERT_TRUE(repo.merge("work", "main"));
  EXPECT_THAT(repo.paths("main"), ElementsAre("a", "m1", "m2", "w1", "w2"));
  const auto base = repo.repositories->merge_base("repo", "work", "main");
  ASSERT_TRUE(base);
  EXPECT_EQ(base->base_commit_id, repo.head("work"));
}

/// The nearer of two common ancestors that each side reaches at once: by generation, not by the order of
/// parents.
TEST(Merge, PrefersTheHigherOfTwoCommonParents) {
  OneRepository repo;
  const std::string low = change(repo, "main", {{"low", "1"}});
  ASSERT_TRUE(repo.make_branch("high"));
  change(repo, "high", {{"h1", "1"}});
  const std::string high = change(repo, "high", {{"h2", "1"}});
  for (const std::string branch : {"left", "right"}) {
    ASSERT_TRUE(repo.make_branch(branch, low));
    ASSERT_TRUE(repo.merge("high", branch));
    change(repo, branch, {{branch, "1"}});
  }
  EXPECT_EQ(repo.repositories->merge_base("repo", "left", "right")->base_commit_id, high);
}

TEST(Revert, TakesACommitBackAsANewOne) {
  OneRepository repo;
  change(repo, "main", {{"a", "1"}});
  const std::string bad = change(repo, "main", {{"a", "2"}, {"b", "1"}});
  change(repo, "main", {{"c", "1"}});
  RevertRequest request;
  request.ref = bad;
  request.committer = "tester";
  const auto reverted = block_on(repo.repositories->revert("repo", "main", request));
  ASSERT_TRUE(reverted) << reverted.error().message;
  EXPECT_EQ(reverted->message, "Revert " + bad);
  EXPECT_EQ(repo.contents("main"), (Contents{{"a", "1"}, {"c", "1"}}));
  EXPECT_EQ(error_of(block_on(repo.repositories->revert("repo", "main", request))), "no_changes");
  request.parent_number = 2;
  EXPECT_EQ(error_of(block_on(repo.repositories->revert("repo", "main", request))), "invalid_argument");
}

TEST(Revert, OfAMergeNeedsItsParent) {
  OneRepository repo;
  ASSERT_TRUE(repo.make_branch("left"));
  ASSERT_TRUE(repo.make_branch("right"));
  change(repo, "left", {{"same", "L"}});
  change(repo, "right", {{"same", "R"}});
  MergeRequest wins;
  wins.strategy = MergeStrategy::source_wins;
  const auto merged = repo.merge("left", "right", wins);
  ASSERT_TRUE(merged);
  EXPECT_EQ(repo.read("right", "same"), "L");
  RevertRequest request;
  request.ref = merged->id;
  EXPECT_EQ(error_of(block_on(repo.repositories->revert("repo", "right", request))), "invalid_argument");
  request.parent_number = 1;
  ASSERT_TRUE(block_on(repo.repositories->revert("repo", "right", request)));
  EXPECT_EQ(repo.read("right", "same"), "R");
}

TEST(CherryPick, BringsOneCommitAndSaysWhence) {
  OneRepository repo;
  change(repo, "main", {{"a", "1"}});
  ASSERT_TRUE(repo.make_branch("work"));
  change(repo, "work", {{"w1", "1"}});
  ASSERT_TRUE(repo.put("work", "w2", "1"));
  CommitRequest with;
  with.committer = "author";
  with.message = "the good one";
  with.metadata = {{"k", "v"}};
  const auto good = block_on(repo.repositories->commit("repo", "work", with));
  ASSERT_TRUE(good);
  CherryPickRequest request;
  request.ref = "work";
  request.committer = "picker";
  const auto picked = block_on(repo.repositories->cherry_pick("repo", "main", request));
  ASSERT_TRUE(picked) << picked.error().message;
  EXPECT_EQ(picked->message, "the good one");
  EXPECT_EQ(picked->committer, "picker");
  EXPECT_EQ(picked->metadata,
            (Metadata{{"k", "v"}, {"cherry-pick-origin", good->id}, {"cherry-pick-committer", "author"}}));
  EXPECT_THAT(repo.paths("main"), ElementsAre("a", "w2"));
  EXPECT_EQ(repo.repositories->get_commit("repo", good->id)->metadata, (Metadata{{"k", "v"}}));
}

TEST(Log, GivesHistoryNewestFirstInPages) {
  OneRepository repo;
  for (int i = 1; i <= 5; ++i) change(repo, "main", {{"f", std::to_string(i)}}, "c" + std::to_string(i));
  EXPECT_EQ(repo.log("main"), (std::vector<std::string>{"c5", "c4", "c3", "c2", "c1", "Repository created"}));
  LogRequest request;
  request.ref = "main";
  request.amount = 2;
  const auto first = repo.repositories->log("repo", request);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->has_more);
  request.after = first->next_offset;
  EXPECT_EQ(repo.log(request), (std::vector<std::string>{"c3", "c2"}));
  request.limit = true;
  EXPECT_FALSE(repo.repositories->log("repo", request)->has_more);
  request = {};
  request.ref = "main";
  request.stop_at = "main~2";
  EXPECT_EQ(repo.log(request), (std::vector<std::string>{"c5", "c4", "c3"}));
  request = {};
  request.ref = "main";
  request.since_seconds = repo.repositories->get_commit("repo", "main~1")->created_seconds;
  EXPECT_EQ(repo.log(request), (std::vector<std::string>{"c5", "c4"}));
}

TEST(Log, OfOneSecondGivesNoCommitBeforeItsChildren) {
  OneRepository repo;
  const auto commit_at_once = [&](const std::string& branch, const std::string& message) {
    ASSERT_TRUE(repo.put(branch, message, "1"));
    ASSERT_TRUE(repo.commit(branch, message));
  };
  std::vector<std::string> expected{"Repository created"};
  for (int i = 1; i <= 8;
       ++i) {  // eight ids: in the order of ids it would come right by chance once in 40,320
    commit_at_once("main", "c" + std::to_string(i));
    expected.insert(expected.begin(), "c" + std::to_string(i));
  }

  EXPECT_EQ(repo.log("main"), expected);
}

TEST(Log, FollowsBothParentsOrTheFirst) {
  OneRepository repo;
  ASSERT_TRUE(repo.make_branch("work"));
  change(repo, "work", {{"w", "1"}}, "w1");
  change(repo, "main", {{"m", "1"}}, "m1");
  repo.clock.advance(1'000);
  ASSERT_TRUE(repo.merge("work", "main"));
  EXPECT_EQ(repo.log("main"),
            (std::vector<std::string>{"Merge 'work' into 'main'", "m1", "w1", "Repository created"}));
  LogRequest request;
  request.ref = "main";
  request.first_parent = true;
  EXPECT_EQ(repo.log(request),
            (std::vector<std::string>{"Merge 'work' into 'main'", "m1", "Repository created"}));
}

TEST(Log, OfPathsNamesTheCommitsThatChangedThem) {
  OneRepository repo;
  change(repo, "main", {{"a", "1"}, {"dir/x", "1"}}, "c1");
  change(repo, "main", {{"b", "1"}}, "c2");
  change(repo, "main", {{"a", "2"}}, "c3");
  change(repo, "main", {{"dir/x", ""}}, "c4");
  change(repo, "main", {{"dirt", "1"}}, "c5");
  LogRequest request;
  request.ref = "main";
  request.objects = {"a"};
  EXPECT_EQ(repo.log(request), (std::vector<std::string>{"c3", "c1"}));
  request.objects = {};
  request.prefixes = {"dir/"};
  EXPECT_EQ(repo.log(request), (std::vector<std::string>{"c4", "c1"}));
  request.objects = {"b"};
  EXPECT_EQ(repo.log(request), (std::vector<std::string>{"c4", "c2", "c1"}));
  request.amount = 2;
  EXPECT_TRUE(repo.repositories->log("repo", request)->has_more);
}

}  // namespace
}  // namespace anabranch::versioning
