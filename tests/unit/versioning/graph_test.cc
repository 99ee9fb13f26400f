// What this proves: the graph holds every commit that a branch reaches, once, children before parents, in
// pages that meet, whatever the commits' dates and whatever happens to the branches meanwhile.
#include "versioning/graph.h"

#include <random>
#include <set>

#include "support/seed.h"
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string commit(OneRepository& repo, const std::string& branch, std::optional<std::int64_t> date = {}) {
  CommitRequest request;
  request.committer = "tester";
  request.message = "m";
  request.allow_empty = true;
  request.date_seconds = date;
  repo.clock.advance(1'000);
  const auto made = block_on(repo.repositories->commit(repo.name, branch, request));
  EXPECT_TRUE(made) << made.error().message;
  return made ? made->id : "";
}

std::vector<Commit> all_of(OneRepository& repo, unsigned amount) {
  std::vector<Commit> all;
  std::string after;
  while (true) {
    const auto page = repo.repositories->graph(repo.name, after, amount);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return all;
    all.insert(all.end(), page->commits.items.begin(), page->commits.items.end());
    if (!page->commits.has_more) return all;
    EXPECT_EQ(page->commits.items.size(), amount);
    after = page->commits.next_offset;
  }
}

std::vector<std::string> ids_of(const std::vector<Commit>& commits) {
  std::vector<std::string> ids;
  for (const Commit& commit : commits) ids.push_back(commit.id);
  return ids;
}

void expect_children_first(const std::vector<Commit>& commits) {
  std::set<std::string> seen;
  for (const Commit& commit : commits) {
    EXPECT_TRUE(seen.insert(commit.id).second) << "twice";
    for (const auto& parent : commit.parents) EXPECT_FALSE(seen.contains(parent)) << "a parent came first";
  }
}

TEST(Graph, IsNewestFirstAcrossBranches) {
  OneRepository repo;
  const std::string root = repo.head("main");
  const std::string first = commit(repo, "main");
  ASSERT_TRUE(repo.make_branch("other"));
  const std::string second = commit(repo, "other");
  const std::string third = commit(repo, "main");

  EXPECT_THAT(ids_of(all_of(repo, 100)), ElementsAre(third, second, first, root));
  EXPECT_THAT(ids_of(all_of(repo, 1)), ElementsAre(third, second, first, root));
}

TEST(Graph, ADateThatWasMadeUpBringsNoChildBehindItsParent) {
  OneRepository repo;
  const std::int64_t now = repo.clock.now_ms() / 1000;
  ASSERT_TRUE(repo.make_branch("other"));
  const std::string future = commit(repo, "main", now + 1'000'000);
  ASSERT_TRUE(repo.make_branch("child"));
  const std::string child = commit(repo, "child");
  const std::string elsewhere = commit(repo, "other");

  const auto commits = all_of(repo, 100);

  expect_children_first(commits);
  const auto ids = ids_of(commits);
  EXPECT_EQ(ids.at(0), child);
  EXPECT_EQ(ids.at(1), future);
  EXPECT_EQ(ids.at(2), elsewhere);
}

TEST(Graph, TellsTheRefsOfItsPageOnly) {
  OneRepository repo;
  const std::string root = repo.head("main");
  ASSERT_TRUE(repo.make_branch("old"));
  const std::string first = commit(repo, "main");
  ASSERT_TRUE(block_on(repo.repositories->create_tag(repo.name, "v1", "old", false)));

  const auto newest = repo.repositories->graph(repo.name, "", 1);
  const auto oldest = repo.repositories->graph(repo.name, first, 1);

  ASSERT_TRUE(newest && oldest);
  ASSERT_EQ(newest->refs.size(), 1U);
  EXPECT_EQ(newest->refs[0].id, "main");
  EXPECT_EQ(newest->refs[0].commit_id, first);
  ASSERT_EQ(oldest->refs.size(), 2U);
  EXPECT_EQ(oldest->refs[0].id, "old");
  EXPECT_EQ(oldest->refs[0].type, GraphRefType::branch);
  EXPECT_EQ(oldest->refs[1].id, "v1");
  EXPECT_EQ(oldest->refs[1].type, GraphRefType::tag);
  EXPECT_EQ(oldest->refs[1].commit_id, root);
  EXPECT_FALSE(oldest->commits.has_more);
}

TEST(Graph, FollowsBranchesThatComeAndGo) {
  OneRepository repo;
  const std::string root = repo.head("main");
  ASSERT_TRUE(repo.make_branch("short"));
  const std::string gone = commit(repo, "short");
  EXPECT_THAT(ids_of(all_of(repo, 9)), ElementsAre(gone, root));

  ASSERT_TRUE(block_on(repo.repositories->delete_branch(repo.name, "short")));

  EXPECT_THAT(ids_of(all_of(repo, 9)), ElementsAre(root));
  const auto after_gone = repo.repositories->graph(repo.name, gone, 9);
  ASSERT_TRUE(after_gone);
  EXPECT_THAT(ids_of(after_gone->commits.items), ElementsAre(root)) << "it goes on where that commit stood";
  const auto after_last = repo.repositories->graph(repo.name, root, 9);
  ASSERT_TRUE(after_last);
  EXPECT_THAT(after_last->commits.items, IsEmpty());
  EXPECT_EQ(error_of(repo.repositories->graph(repo.name, "nothing", 9)), "no_such_ref");
  EXPECT_EQ(error_of(repo.repositories->graph("nothing", "", 9)), "no_such_repository");
}

TEST(Graph, OfARepositoryMadeAnewStartsClean) {
  OneRepository repo;
  commit(repo, "main");
  ASSERT_EQ(all_of(repo, 9).size(), 2U);
  ASSERT_TRUE(block_on(repo.repositories->remove(repo.name)));
  Repository wanted;
  wanted.id = repo.name;
  wanted.storage_namespace = "s3://data/again";
  ASSERT_TRUE(block_on(repo.repositories->create(wanted, "tester")));

  EXPECT_EQ(all_of(repo, 9).size(), 1U);
}

TEST(Graph, OfRandomHistoriesHoldsEachCommitOnceChildrenFirst) {
  std::mt19937_64 random(testing_support::seed());
  for (int round = 0; round < 10; ++round) {
    OneRepository repo;
    std::vector<std::string> branches{"main"};
    std::set<std::string> made{repo.head("main")};
    for (int step = 0; step < 40; ++step) {
      const std::string branch = branches[random() % branches.size()];
      const std::int64_t now = repo.clock.now_ms() / 1000;
      switch (random() % 4) {
        case 0: {
          branches.push_back("b" + std::to_string(step));
          ASSERT_TRUE(repo.make_branch(branches.back(), branch));
          break;
        }
        case 1: {
          MergeRequest request;
          request.allow_empty = true;
          const auto merged = repo.merge(branches[random() % branches.size()], branch, request);
          if (merged) made.insert(merged->id);
          break;
        }
        case 2:
          made.insert(commit(repo, branch, now + static_cast<std::int64_t>(random() % 2'000) - 1'000));
          break;
        default:
          made.insert(commit(repo, branch));
      }
    }

    const auto commits = all_of(repo, 1 + static_cast<unsigned>(random() % 9));

    expect_children_first(commits);
    const auto ids = ids_of(commits);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()), made);
    EXPECT_EQ(ids_of(all_of(repo, 1'000)), ids);
    repo.reopen();
    EXPECT_EQ(ids_of(all_of(repo, 1'000)), ids) << "the order does not hang on what was asked before";
  }
}

}  // namespace
}  // namespace anabranch::versioning
