// What these prove: merges keep both sides' changes, say where they disagree, and cost what the source
// changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/versioning/tree_testing.h"

namespace anabranch::versioning {
namespace {

using tree_testing::kSmallSplit;
using tree_testing::make_entry;
using tree_testing::make_model;
using tree_testing::Model;
using tree_testing::TreeFixture;

class MergeTest : public testing::Test {
 protected:
  MergeResult merge(const MetarangeId& base, const MetarangeId& source, const MetarangeId& destination,
                    MergeStrategy strategy = MergeStrategy::none) {
    auto merged = fixture_.trees.merge(base, source, destination, strategy);
    EXPECT_TRUE(merged) << merged.error().message;
    return *std::move(merged);
  }

  TreeFixture fixture_{kSmallSplit};
  const MetarangeId base_ = fixture_.build(make_model(300));
  const MetarangeId left_ = fixture_.apply(base_, {{"data/part-1000010", make_entry("left")}}).metarange;
  const MetarangeId right_ = fixture_.apply(base_, {{"data/part-1000200", std::nullopt}}).metarange;
};

TEST_F(MergeTest, OfASourceThatIsTheBaseIsTheDestination) {
  EXPECT_EQ(merge(base_, base_, right_).metarange, right_);
  EXPECT_EQ(merge(base_, base_, right_).counts.total(), 0u);
}

TEST_F(MergeTest, IntoTheBaseIsTheSource) {
  EXPECT_EQ(merge(base_, left_, base_).metarange, left_);
  EXPECT_EQ(merge(base_, left_, base_).counts.changed, 1u);
}

TEST_F(MergeTest, OfEqualSidesIsEither) { EXPECT_EQ(merge(base_, left_, left_).metarange, left_); }

TEST_F(MergeTest, OfSeparateChangesHasBothWhicheverIsTheSource) {
  Model both = make_model(300);
  both["data/part-1000010"] = make_entry("left");
  both.erase("data/part-1000200");
  EXPECT_EQ(merge(base_, left_, right_).metarange, fixture_.build(both));
  EXPECT_EQ(merge(base_, right_, left_).metarange, fixture_.build(both));
}

TEST_F(MergeTest, ReadsOnlyRangesThatTheSourceChanged) {
  TreeFixture cold(kSmallSplit, 0);
  cold.files.files = fixture_.files.files;

  ASSERT_TRUE(cold.trees.merge(base_, left_, right_, MergeStrategy::none));

  // Of each of the three trees the metarange, and ranges around the one change.
  const std::set<std::string> reads(cold.files.reads.begin(), cold.files.reads.end());
  EXPECT_LE(reads.size(), 3u + 4u);
}

TEST_F(MergeTest, WithConflictsNamesThemAndWritesNothing) {
  const MetarangeId other = fixture_.apply(base_, {{"data/part-1000010", std::nullopt}}).metarange;
  fixture_.files.writes = 0;

  const auto refused = merge(base_, left_, other);

  EXPECT_EQ(refused.metarange, "");
  EXPECT_THAT(refused.conflicts, testing::ElementsAre("data/part-1000010"));
  EXPECT_EQ(merge(base_, other, left_).conflicts, refused.conflicts);
  EXPECT_EQ(fixture_.files.writes, 0u);
  EXPECT_EQ(merge(base_, left_, other, MergeStrategy::source_wins).metarange, left_);
  EXPECT_EQ(merge(base_, left_, other, MergeStrategy::dest_wins).metarange, other);
}

TEST_F(MergeTest, ReportsABoundedNumberOfConflicts) {
  Model left = make_model(1'500), right = left;
  const MetarangeId base = fixture_.build(left);
  for (auto& [path, entry] : left) entry = make_entry("left");
  for (auto& [path, entry] : right) entry = make_entry("right");
  EXPECT_EQ(merge(base, fixture_.build(left), fixture_.build(right)).conflicts.size(), kConflictsReportedMax);
}

TEST_F(MergeTest, OfTreesWithoutACommonBaseKeepsBoth) {
  const MetarangeId one = fixture_.build({{"a", make_entry("1")}, {"both", make_entry("2")}});
  const MetarangeId two = fixture_.build({{"b", make_entry("3")}, {"both", make_entry("2")}});
  const auto merged = merge("", one, two);
  EXPECT_THAT(fixture_.read(merged.metarange),
              testing::ElementsAre(testing::Key("a"), testing::Key("b"), testing::Key("both")));
}

/// Two bases, each with a change of its own, and sides that have both and one change more.
class CrissCrossMergeTest : public MergeTest {
 protected:
  MergeBases bases() {
    const auto below = [this](std::size_t) -> Result<MergeBases> {
      ++asked_;
      return MergeBases{{base_}, "base", {}};
    };
    return {{left_, right_}, "left right", below};
  }
  MergeResult merge_all(const TreeFixture& fixture, MergeStrategy strategy = MergeStrategy::none) {
    auto merged = fixture.trees.merge(bases(), source_, destination_, strategy);
    EXPECT_TRUE(merged) << merged.error().message;
    return *std::move(merged);
  }

  int asked_ = 0;
  const MetarangeId both_ = merge(base_, left_, right_).metarange;
  MetarangeId source_ = fixture_.apply(both_, {{"data/part-1000010", make_entry("later")}}).metarange;
  MetarangeId destination_ = fixture_.apply(both_, {{"data/part-1000200", make_entry("again")}}).metarange;
};

TEST_F(CrissCrossMergeTest, KeepsWhatEachSideDidLater) {
  Model expected = make_model(300);
  expected["data/part-1000010"] = make_entry("later");
  expected["data/part-1000200"] = make_entry("again");

  const auto merged = merge_all(fixture_);

  EXPECT_EQ(merged.metarange, fixture_.build(expected));
  EXPECT_EQ(merged.counts.total(), 1u);
}

TEST_F(CrissCrossMergeTest, ReadsOnlyRangesInWhichTheSidesDiffer) {
  TreeFixture cold(kSmallSplit, 0);
  cold.files.files = fixture_.files.files;

  ASSERT_FALSE(merge_all(cold).metarange.empty());

  // Of five trees the metarange, and of each at most the two ranges of the two paths, of thirty.
  const std::set<std::string> reads(cold.files.reads.begin(), cold.files.reads.end());
  EXPECT_LE(reads.size(), 5u + 10u);
}

TEST_F(CrissCrossMergeTest, DoesNotEvenReadWhatBothSidesTookFromTheOtherBase) {
  Model many = make_model(300);
  for (const auto& [path, entry] : make_model(3'000, "more/")) many[path] = entry;
  const MetarangeId import = fixture_.build(many);
  const MetarangeId all = merge(base_, import, right_).metarange;
  source_ = fixture_.apply(all, {{"data/part-1000020", make_entry("later")}}).metarange;
  destination_ = fixture_.apply(all, {{"data/part-1000030", make_entry("later")}}).metarange;
  TreeFixture cold(kSmallSplit, 0);
  cold.files.files = fixture_.files.files;

  const auto below = [&](std::size_t) -> Result<MergeBases> { return MergeBases{{base_}, "base", {}}; };
  const auto merged = cold.trees.merge(MergeBases{{import, right_}, "import right", below}, source_,
                                       destination_, MergeStrategy::none);

  ASSERT_TRUE(merged) << merged.error().message;
  // Of the 300 ranges of the import, those around the two paths, in five trees.
  const std::set<std::string> reads(cold.files.reads.begin(), cold.files.reads.end());
  EXPECT_LE(reads.size(), 5u + 10u);
  EXPECT_EQ(cold.read(merged->metarange).size(), 300u + 3'000u - 1u);
}

TEST_F(CrissCrossMergeTest, LooksBelowTheBasesOnlyWhereTheyDisagree) {
  source_ = fixture_.apply(both_, {{"data/part-1000050", make_entry("s")}}).metarange;
  destination_ = fixture_.apply(both_, {{"data/part-1000060", make_entry("d")}}).metarange;

  EXPECT_FALSE(merge_all(fixture_).metarange.empty());

  EXPECT_EQ(asked_, 0);
}

TEST_F(CrissCrossMergeTest, OfALongLadderEndsAndIsRight) {
  // 5,000 pairs of merges, each with both of the pair before it as its bases, and a path that all dispute.
  const MetarangeId one = fixture_.apply(base_, {{"x", make_entry("1")}}).metarange;
  const MetarangeId two = fixture_.apply(base_, {{"x", make_entry("2")}}).metarange;
  std::function<MergeBases(int)> pair = [&](int level) -> MergeBases {
    return {{one, two}, "pair " + std::to_string(level), [&pair, level](std::size_t) -> Result<MergeBases> {
              return level == 0 ? MergeBases{} : pair(level - 1);
            }};
  };
  const MetarangeId three = fixture_.apply(base_, {{"x", make_entry("3")}}).metarange;

  const auto refused = fixture_.trees.merge(pair(5'000), one, three, MergeStrategy::none);
  const auto agreed = fixture_.trees.merge(pair(5'000), three, three, MergeStrategy::none);

  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_THAT(refused->conflicts, testing::ElementsAre("x"));
  EXPECT_EQ(agreed->metarange, three);
}

}  // namespace
}  // namespace anabranch::versioning
