// The process ends between any two commits of the key store; the next one finds nothing lost and nothing half
// done.
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::AnyOf;
using testing::Eq;

/// Runs `work` with the store dying after 0, 1, 2, ... commits, restarts, and hands the server to `check`
/// (with whether `work` succeeded); ends once the store outlives the work. `prepare` sets up each server.
template <class Prepare, class Work, class Check>
void at_each_crash(const Prepare& prepare, const Work& work, const Check& check) {
  constexpr int kCommitsMax = 60;
  for (int commits = 0; commits < kCommitsMax; ++commits) {
    SCOPED_TRACE("the store died after " + std::to_string(commits) + " commits");
    OneRepository repo;
    prepare(repo);
    repo.repositories.reset();  // nothing of the preparation goes on in the background
    repo.reopen();
    repo.kv.die_after(commits);
    const bool done = work(repo);
    repo.repositories.reset();
    const bool survived = !repo.kv.dead();
    repo.reopen();
    check(repo, done);
    if (testing::Test::HasFailure() || survived) return;
  }
  FAIL() << "the work never ended";
}

const Contents kChanged = {{"a", "2"}, {"c", "1"}, {"d", "1"}};

void stage_changes(OneRepository& repo) {
  for (const std::string path : {"a", "b", "c"}) ASSERT_TRUE(repo.put("main", path, "1"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.put("main", "a", "2"));
  ASSERT_TRUE(repo.erase("main", "b"));
  ASSERT_TRUE(repo.put("main", "d", "1"));
}

TEST(Crash, InACommitLosesNoStagedChange) {
  at_each_crash(
      stage_changes, [](OneRepository& repo) { return repo.commit("main", "the commit").has_value(); },
      [](OneRepository& repo, bool done) {
        EXPECT_EQ(repo.contents("main"), kChanged);
        if (done) {
          EXPECT_EQ(repo.contents("main@"), kChanged);
        }
        // Whatever was half done: writing and committing go on.
        ASSERT_TRUE(repo.put("main", "e", "1"));
        const auto next = repo.commit("main", "the next");
        ASSERT_TRUE(next) << next.error().message;
        Contents all = kChanged;
        all["e"] = "1";
        EXPECT_EQ(repo.contents("main@"), all);
        repo.repositories.reset();
        EXPECT_EQ(repo.count_keys("v/s/") + repo.count_keys("v/g/"), 0U);
        EXPECT_EQ(repo.count_keys("v/k/"), 1U);
      });
}

TEST(Crash, InAPutShowsAllOfItOrNothing) {
  at_each_crash([](OneRepository& repo) { ASSERT_TRUE(repo.put("main", "a", "1")); },
                [](OneRepository& repo) { return repo.put("main", "a", "2").has_value(); },
                [](OneRepository& repo, bool done) {
                  if (done) {
                    EXPECT_EQ(repo.read("main", "a"), "2");
                  } else {
                    EXPECT_THAT(repo.read("main", "a"), AnyOf(Eq("1"), Eq("2")));
                  }
                });
}

TEST(Crash, InAMergeMovesTheHeadOrNot) {
  at_each_crash(
      [](OneRepository& repo) {
        ASSERT_TRUE(repo.put("main", "m", "1"));
        ASSERT_TRUE(repo.commit("main"));
        ASSERT_TRUE(repo.make_branch("work", "main~1"));
        ASSERT_TRUE(repo.put("work", "w", "1"));
        ASSERT_TRUE(repo.commit("work"));
      },
      [](OneRepository& repo) { return repo.merge("work", "main").has_value(); },
      [](OneRepository& repo, bool done) {
        const Contents before = {{"m", "1"}}, after = {{"m", "1"}, {"w", "1"}};
        EXPECT_THAT(repo.contents("main"), AnyOf(Eq(before), Eq(after)));
        if (done) {
          EXPECT_EQ(repo.contents("main"), after);
        }
        if (repo.contents("main") == before) {
          EXPECT_TRUE(repo.merge("work", "main"));
        }
        EXPECT_EQ(repo.contents("main"), after);
      });
}

TEST(Crash, InAResetOfAPrefixTakesBackAllOrNothing) {
  at_each_crash(
      [](OneRepository& repo) {
        stage_changes(repo);
        // A commit that dies after it closed the token: the reset finds changes that it cannot erase.
        repo.kv.die_after(1);
        EXPECT_FALSE(repo.commit("main"));
        repo.reopen();
        ASSERT_TRUE(repo.put("main", "a2", "1"));
      },
      [](OneRepository& repo) {
        return block_on(repo.repositories->reset_branch("repo", "main", ResetType::prefix, "a")).has_value();
      },
      [](OneRepository& repo, bool done) {
        Contents before = kChanged, after = kChanged;
        before["a2"] = "1";
        after["a"] = "1";
        EXPECT_THAT(repo.contents("main"), AnyOf(Eq(before), Eq(after)));
        if (done) {
          EXPECT_EQ(repo.contents("main"), after);
        }
        const Contents now = repo.contents("main");
        ASSERT_TRUE(repo.commit("main"));
        EXPECT_EQ(repo.contents("main@"), now);
        repo.repositories.reset();
        EXPECT_EQ(repo.count_keys("v/s/") + repo.count_keys("v/g/"), 0U);
      });
}

TEST(Crash, InTheCreationLeavesARepositoryOrNone) {
  Repository wanted;
  wanted.id = "second";
  wanted.storage_namespace = "s3://data/second";
  at_each_crash(
      [](OneRepository&) {},
      [&](OneRepository& repo) { return block_on(repo.repositories->create(wanted, "t")).has_value(); },
      [&](OneRepository& repo, bool done) {
        const bool there = repo.repositories->get("second").has_value();
        EXPECT_TRUE(there || !done);
        if (!there) {
          EXPECT_EQ(error_of(block_on(repo.repositories->create(wanted, "t"))), "none");
        }
        EXPECT_TRUE(repo.repositories->get_branch("second", "main"));
      });
}

TEST(Crash, InTheRemovalEndsInARemovalOrNone) {
  at_each_crash(
      stage_changes,
      [](OneRepository& repo) { return block_on(repo.repositories->remove("repo")).has_value(); },
      [](OneRepository& repo, bool done) {
        if (repo.repositories->get("repo")) {
          EXPECT_FALSE(done);
          EXPECT_EQ(repo.contents("main"), kChanged);
          return;
        }
        repo.repositories.reset();
        EXPECT_EQ(repo.count_keys("v/"), repo.count_keys("v/n/") + repo.count_keys("v/m/"));
      });
}

}  // namespace
}  // namespace anabranch::versioning
