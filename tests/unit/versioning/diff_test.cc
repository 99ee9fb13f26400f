// What these prove: differences are told by content, and what trees share is not read.
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

TEST(DiffTest, SharedRangesAreNeverRead) {
  TreeFixture fixture(kSmallSplit, 0);
  const MetarangeId left = fixture.build(make_model(500));
  const auto ranges = fixture.ranges(left);
  const std::string path = ranges[7].key_min;
  const MetarangeId right = fixture.apply(left, {{path, make_entry("other")}}).metarange;
  std::set<std::string> shared;
  for (const auto& range : fixture.ranges(right)) {
    if (std::find(ranges.begin(), ranges.end(), range) != ranges.end()) shared.insert(range.id);
  }
  ASSERT_GT(shared.size(), 20u);
  fixture.files.reads.clear();

  const auto differences = fixture.collect(fixture.trees.diff(left, right));

  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].path, path);
  EXPECT_EQ(differences[0].type, DifferenceType::changed);
  for (const auto& read : fixture.files.reads) EXPECT_FALSE(shared.contains(read));
  EXPECT_EQ(fixture.files.reads.size(), 4u);  // two metaranges and two ranges
}

TEST(DiffTest, ASeekIntoASharedRangeReadsNothing) {
  TreeFixture fixture(kSmallSplit, 0);
  const MetarangeId left = fixture.build(make_model(500));
  const auto ranges = fixture.ranges(left);
  const MetarangeId right = fixture.apply(left, {{ranges[20].key_min, make_entry("other")}}).metarange;
  fixture.files.reads.clear();

  const auto diff = fixture.trees.diff(left, right).value();
  diff->seek(ranges[3].key_min + "!");
  ASSERT_TRUE(diff->next().value());

  EXPECT_EQ(diff->difference().path, ranges[20].key_min);
  EXPECT_EQ(fixture.files.reads.size(), 4u);
}

TEST(DiffTest, EqualContentAtAnotherAddressIsEqual) {
  TreeFixture fixture;
  Model model = make_model(3);
  const MetarangeId left = fixture.build(model);
  model.begin()->second.address = "data/elsewhere";
  model.begin()->second.last_modified_ms = 1;
  const MetarangeId right = fixture.build(model);

  EXPECT_NE(left, right);
  EXPECT_TRUE(fixture.collect(fixture.trees.diff(left, right)).empty());
}

TEST(DiffTest, TreesUnderOtherSplitParametersCompare) {
  TreeFixture fixture(kSmallSplit);
  Model model = make_model(300);
  const MetarangeId left = fixture.build(model);
  model.erase("data/part-1000123");
  const Trees coarse(fixture.files, fixture.cache, SplitParameters::lakefs());
  tree_testing::ModelEntries entries(model);
  const MetarangeId right = coarse.build(entries, {})->metarange;

  const auto differences = fixture.collect(fixture.trees.diff(left, right));

  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].type, DifferenceType::removed);
  EXPECT_EQ(differences[0].path, "data/part-1000123");
}

TEST(ThreeWayDiffTest, TellsChangesOfTheSourceAndConflicts) {
  TreeFixture fixture(kSmallSplit);
  const Entry one = make_entry("1"), two = make_entry("2"), three = make_entry("3");
  // path: base, source, destination
  const Model base = {{"both same", one},        {"both removed", one}, {"conflict", one},
                      {"dest only", one},        {"removed", one},      {"removed there", one},
                      {"removed, changed", one}, {"source only", one}};
  const Model source = {{"added", two},    {"added both", two}, {"added same", two},    {"both same", two},
                        {"conflict", two}, {"dest only", one},  {"removed there", two}, {"source only", two}};
  const Model destination = {{"added both", three}, {"added same", two},       {"both same", two},
                             {"conflict", three},   {"dest only", two},        {"dest added", two},
                             {"removed", one},      {"removed, changed", two}, {"source only", one}};

  const auto differences = fixture.collect(
      fixture.trees.diff_three_way(fixture.build(base), fixture.build(source), fixture.build(destination)));

  std::map<std::string, DifferenceType> types;
  for (const auto& difference : differences) types[difference.path] = difference.type;
  EXPECT_THAT(types,
              testing::UnorderedElementsAre(testing::Pair("added", DifferenceType::added),
                                            testing::Pair("added both", DifferenceType::conflict),
                                            testing::Pair("conflict", DifferenceType::conflict),
                                            testing::Pair("removed", DifferenceType::removed),
                                            testing::Pair("removed there", DifferenceType::conflict),
                                            testing::Pair("removed, changed", DifferenceType::conflict),
                                            testing::Pair("source only", DifferenceType::changed)));
  for (const auto& difference : differences) {
    const auto at = [&](const Model& model) {
      return model.contains(difference.path) ? std::optional(model.at(difference.path)) : std::nullopt;
    };
    EXPECT_EQ(difference.left, at(destination));
    EXPECT_EQ(difference.right, at(source));
  }
}

}  // namespace
}  // namespace anabranch::versioning
