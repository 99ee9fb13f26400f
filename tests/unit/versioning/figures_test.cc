// What this proves: figures and diff summaries agree with counting everything, also after what was counted
// has changed.
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RepositoryFigures figures_of(OneRepository& repo) {
  const auto figures = repo.repositories->figures(repo.name);
  EXPECT_TRUE(figures) << figures.error().message;
  return figures.value_or(RepositoryFigures{});
}

std::string text(const DiffTally& tally) {
  return "+" + std::to_string(tally.added) + " -" + std::to_string(tally.removed) + " ~" +
         std::to_string(tally.changed) + " !" + std::to_string(tally.conflicts) + " +" +
         std::to_string(tally.added_bytes) + " -" + std::to_string(tally.removed_bytes);
}
std::vector<std::string> text(const DiffSummary& summary) {
  std::vector<std::string> rows;
  for (const auto& row : summary.rows)
    rows.push_back(row.path + (row.is_prefix ? "* " : " ") + text(row.tally));
  return rows;
}

TEST(Figures, FollowTheHeadAndTheNamespace) {
  OneRepository repo;
  repo.put_plain("data", "elsewhere", "not of the namespace");
  EXPECT_EQ(figures_of(repo).head.objects, 0U);
  EXPECT_EQ(figures_of(repo).name_space.objects, 1U) << "the dummy";

  ASSERT_TRUE(repo.put("main", "a", "12345"));
  ASSERT_TRUE(repo.put("main", "b/c", "123"));
  EXPECT_EQ(figures_of(repo).head.objects, 0U) << "uncommitted";
  EXPECT_EQ(figures_of(repo).name_space.data_objects, 2U);
  EXPECT_EQ(figures_of(repo).name_space.data_bytes, 8U);
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.make_branch("other"));
  ASSERT_TRUE(block_on(repo.repositories->create_tag(repo.name, "v1", "main", false)));

  const auto figures = figures_of(repo);

  EXPECT_EQ(figures.branches, 2U);
  EXPECT_EQ(figures.tags, 1U);
  EXPECT_EQ(figures.head.objects, 2U);
  EXPECT_EQ(figures.head.bytes, 8U);
  EXPECT_TRUE(figures.head.exact);
  EXPECT_TRUE(figures.name_space.exact);
  EXPECT_EQ(figures.name_space.objects,
            figures.name_space.data_objects + figures.name_space.metadata_objects);
  EXPECT_EQ(figures.name_space.metadata_objects, 3U) << "the dummy, a range, a metarange";
  EXPECT_EQ(error_of(repo.repositories->figures("nothing")), "no_such_repository");
}

TEST(Figures, AreCountedAnewOnceTheyAreOldThoughNothingSeemsToHaveChanged) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "a", "12345"));
  const auto before = figures_of(repo).name_space;
  repo.put_plain("data", "elsewhere", "12345");
  EXPECT_EQ(figures_of(repo).name_space.objects, before.objects);
  repo.clock.advance(61'000);

  EXPECT_EQ(figures_of(repo).name_space.objects, before.objects);
}

TEST(Figures, RepositoriesOfABucketAreFound) {
  OneRepository repo;
  Repository wanted;
  wanted.id = "another";
  wanted.storage_namespace = "s3://data/another";
  ASSERT_TRUE(block_on(repo.repositories->create(wanted, "tester")));

  const auto found = repo.repositories->in_bucket("data");

  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).id, "another");
  EXPECT_EQ(found->at(1).id, "repo");
  EXPECT_THAT(repo.repositories->in_bucket("nothing").value(), IsEmpty());
  EXPECT_EQ(repo.repositories->count().value(), 2U);
}

TEST(Figures, OfAllBucketsAreTheSumOfEach) {
  OneRepository repo;
  repo.make_bucket("more");
  repo.put_plain("more", "a", "123");
  repo.put_plain("more", "b", "1");
  const auto one = repo.objects->usage("data"), two = repo.objects->usage("more");

  const auto all = repo.objects->usage_of_all();

  ASSERT_TRUE(one && two && all);
  EXPECT_EQ(two->objects, 2);
  EXPECT_EQ(all->objects, one->objects + two->objects);
  EXPECT_EQ(all->bytes, one->bytes + two->bytes);
}

TEST(DiffSummary, CountsUnderEachFolderWithBytes) {
  OneRepository repo;
  for (const auto* path : {"a/1", "a/2", "b/x/1", "b/y", "top"}) ASSERT_TRUE(repo.put("main", path, "12345"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.make_branch("other"));
  ASSERT_TRUE(repo.put("other", "a/1", "1234567"));
  ASSERT_TRUE(repo.put("other", "a/3", "1"));
  ASSERT_TRUE(repo.erase("other", "b/x/1"));
  ASSERT_TRUE(repo.erase("other", "top"));
  const DiffSummaryRequest by_folder{"", "/"};

  const auto uncommitted = repo.repositories->summarize_branch_diff(repo.name, "other", by_folder);
  ASSERT_TRUE(repo.commit("other"));
  const auto committed =
      repo.repositories->summarize_refs_diff(repo.name, "main", "other", DiffKind::three_dot, by_folder);

  for (const auto& summary : {uncommitted, committed}) {
    ASSERT_TRUE(summary);
    EXPECT_THAT(text(*summary),
                ElementsAre("a/* +1 -0 ~1 !0 +8 -5", "b/* +0 -1 ~0 !0 +0 -5", "top +0 -1 ~0 !0 +0 -5"));
    EXPECT_EQ(text(summary->total), "+1 -2 ~1 !0 +8 -15");
    EXPECT_FALSE(summary->truncated);
  }
  const auto inside =
      repo.repositories->summarize_refs_diff(repo.name, "main", "other", DiffKind::two_dot, {"b/", "/"});
  ASSERT_TRUE(inside);
  EXPECT_THAT(text(*inside), ElementsAre("b/x/* +0 -1 ~0 !0 +0 -5"));
  const auto flat =
      repo.repositories->summarize_refs_diff(repo.name, "main", "other", DiffKind::two_dot, {"a", ""});
  ASSERT_TRUE(flat);
  EXPECT_THAT(text(*flat), ElementsAre("a/1 +0 -0 ~1 !0 +7 -5", "a/3 +1 -0 ~0 !0 +1 -0"));
}

TEST(DiffSummary, ConflictsCountNoBytes) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "same", "1"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.make_branch("other"));
  ASSERT_TRUE(repo.put("main", "same", "22"));
  ASSERT_TRUE(repo.commit("main"));
  ASSERT_TRUE(repo.put("other", "same", "333"));
  ASSERT_TRUE(repo.commit("other"));

  const auto summary =
      repo.repositories->summarize_refs_diff(repo.name, "main", "other", DiffKind::three_dot, {"", "/"});

  ASSERT_TRUE(summary);
  EXPECT_THAT(text(*summary), ElementsAre("same +0 -0 ~0 !1 +0 -0"));
}

TEST(DiffSummary, RowsAreBoundedTotalsGoOn) {
  OneRepository repo;
  for (std::size_t i = 0; i <= kDiffRowsMax; ++i) ASSERT_TRUE(repo.put("main", "p" + std::to_string(i), "1"));

  const auto flat = repo.repositories->summarize_branch_diff(repo.name, "main", {"", ""});

  ASSERT_TRUE(flat);
  EXPECT_EQ(flat->rows.size(), kDiffRowsMax);
  EXPECT_EQ(flat->total.added, kDiffRowsMax + 1);
  EXPECT_TRUE(flat->truncated);
}

}  // namespace
}  // namespace anabranch::versioning
