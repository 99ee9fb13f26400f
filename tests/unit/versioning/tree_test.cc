// What these prove: trees give back what was put in, whatever the way there gives the tree of a fresh build,
// and only ranges that a call must see are read and written.
#include "versioning/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/hash.h"
#include "unit/versioning/tree_testing.h"

namespace anabranch::versioning {
namespace {

using tree_testing::kSmallSplit;
using tree_testing::make_entry;
using tree_testing::make_model;
using tree_testing::Model;
using tree_testing::ModelEntries;
using tree_testing::TreeFixture;

TEST(TreesTest, GivesBackWhatWasBuilt) {
  TreeFixture fixture(kSmallSplit);
  const Model model = make_model(200);

  const MetarangeId tree = fixture.build(model);

  EXPECT_EQ(fixture.read(tree), model);
  EXPECT_GT(fixture.ranges(tree).size(), 10u);
  for (const auto& [path, entry] : model) EXPECT_EQ(fixture.trees.get(tree, path).value(), entry);
  for (const char* path : {"", "data", "data/part-1000000x", "data/part-2", "zzz"}) {
    EXPECT_EQ(fixture.trees.get(tree, path).value(), std::nullopt) << path;
  }
}

TEST(TreesTest, TheTreeWithoutEntriesHasTheEmptyId) {
  TreeFixture fixture;
  EXPECT_EQ(fixture.build({}), "");
  EXPECT_TRUE(fixture.read("").empty());
  EXPECT_EQ(fixture.trees.get("", "a").value(), std::nullopt);
  EXPECT_TRUE(fixture.ranges("").empty());

  const MetarangeId tree = fixture.build({{"a", make_entry("1")}});
  EXPECT_EQ(fixture.apply(tree, {{"a", std::nullopt}}).metarange, "");
}

TEST(TreesTest, EntriesBeginAtAnyPathAndSeekForward) {
  TreeFixture fixture(kSmallSplit);
  const Model model = make_model(100);
  const MetarangeId tree = fixture.build(model);

  EXPECT_EQ(fixture.read(tree, "data/part-1000050"), Model(model.find("data/part-1000050"), model.end()));
  EXPECT_EQ(fixture.read(tree, "data/part-1000050!"), Model(model.find("data/part-1000051"), model.end()));
  EXPECT_TRUE(fixture.read(tree, "e").empty());

  const auto entries = fixture.trees.entries(tree, "data/").value();
  ASSERT_TRUE(entries->next().value());
  EXPECT_EQ(entries->path(), "data/part-1000000");
  entries->seek("data/part-1000070");
  ASSERT_TRUE(entries->next().value());
  EXPECT_EQ(entries->path(), "data/part-1000070");
  entries->seek("data/part-1000070");
  ASSERT_TRUE(entries->next().value());
  EXPECT_EQ(entries->path(), "data/part-1000070");
  ASSERT_TRUE(entries->next().value());
  EXPECT_EQ(entries->path(), "data/part-1000071");
  entries->seek("e");
  EXPECT_FALSE(entries->next().value());
  EXPECT_FALSE(entries->next().value());
}

TEST(TreesTest, ASeekReadsOnlyTheRangeItEndsIn) {
  TreeFixture fixture(kSmallSplit, 0);
  const MetarangeId tree = fixture.build(make_model(100));
  const auto ranges = fixture.ranges(tree);
  fixture.files.reads.clear();

  const auto entries = fixture.trees.entries(tree, ranges[3].key_min).value();
  ASSERT_TRUE(entries->next().value());
  entries->seek(ranges[9].key_max);
  ASSERT_TRUE(entries->next().value());
  EXPECT_EQ(entries->path(), ranges[9].key_max);

  EXPECT_THAT(fixture.files.reads, testing::UnorderedElementsAre(tree, ranges[3].id, ranges[9].id));
}

TEST(TreesTest, RangesSayWhatTheyHold) {
  TreeFixture fixture(kSmallSplit);
  const Model model = make_model(100);
  std::uint64_t count = 0;
  std::string last;
  for (const auto& range : fixture.ranges(fixture.build(model))) {
    EXPECT_GT(range.key_min, last);
    EXPECT_GT(range.estimated_size_bytes, 0u);
    EXPECT_EQ(std::distance(model.find(range.key_min), model.find(range.key_max)) + 1,
              static_cast<std::ptrdiff_t>(range.count));
    last = range.key_max;
    count += range.count;
  }
  EXPECT_EQ(count, model.size());
  EXPECT_EQ(last, model.rbegin()->first);
}

TEST(TreesTest, RangesEndWhereTheHashSaysAfterEntriesMin) {
  TreeFixture fixture(kSmallSplit);
  const Model model = make_model(500);
  const auto ranges = fixture.ranges(fixture.build(model));
  for (const auto& range : ranges) {
    std::uint64_t count = 0;
    for (auto it = model.find(range.key_min); it->first != range.key_max; ++it) {
      ++count;
      EXPECT_FALSE(count >= kSmallSplit.entries_min && fnv1a_64(it->first) % kSmallSplit.hash_modulus == 0);
    }
    if (range.id == ranges.back().id) break;
    EXPECT_GE(range.count, kSmallSplit.entries_min);
    EXPECT_EQ(fnv1a_64(range.key_max) % kSmallSplit.hash_modulus, 0u);
  }
}

TEST(TreesTest, RangesEndAtTheirLimitOfBytes) {
  TreeFixture fixture(SplitParameters{0, ~std::uint64_t{0}, 10'000});
  const auto ranges = fixture.ranges(fixture.build(make_model(1'000)));
  ASSERT_GT(ranges.size(), 3u);
  for (std::size_t i = 0; i + 1 < ranges.size(); ++i) {
    EXPECT_GE(ranges[i].estimated_size_bytes, 10'000u);
    EXPECT_LT(ranges[i].estimated_size_bytes, 10'500u);  // one entry more at most
  }
}

TEST(TreesTest, BuildRefusesEntriesOutOfOrder) {
  class Backwards final : public EntryIterator {
   public:
    Result<bool> next() override { return paths_.size() > 1 ? (paths_.pop_back(), true) : false; }
    void seek(std::string_view) override {}
    const std::string& path() const override { return paths_.back(); }
    const Entry& entry() const override { return entry_; }

   private:
    std::vector<std::string> paths_ = {"a", "b", "c"};
    Entry entry_;
  } backwards;
  TreeFixture fixture;
  EXPECT_EQ(fixture.trees.build(backwards, {}).error().code, ErrorCode::invalid_argument);
}

TEST(TreesTest, APathThatIsTooLongIsRefused) {
  TreeFixture fixture;
  const Model model = {{std::string(20'000, 'p'), make_entry("1")}};
  ModelEntries entries(model);
  EXPECT_EQ(fixture.trees.build(entries, {}).error().code, ErrorCode::invalid_argument);
}

TEST(TreesTest, BuildTellsItsProgressAndStopsWhenAsked) {
  TreeFixture fixture;
  const Model model = make_model(2'500);
  std::vector<std::uint64_t> told;
  ModelEntries all(model);
  ASSERT_TRUE(fixture.trees.build(all, [&](std::uint64_t count) { return told.push_back(count), true; }));
  EXPECT_THAT(told, testing::ElementsAre(1'000, 2'000, 2'500));

  ModelEntries some(model);
  const auto cancelled = fixture.trees.build(some, [](std::uint64_t count) { return count < 2'000; });
  EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
}

TEST(TreesTest, ApplyCountsAndSharesWhatItDidNotTouch) {
  TreeFixture fixture(kSmallSplit);
  Model model = make_model(300);
  const MetarangeId base = fixture.build(model);
  const auto before = fixture.ranges(base);

  const auto applied = fixture.apply(base, {{"data/part-1000100", make_entry("changed")},
                                            {"data/part-1000101", std::nullopt},
                                            {"data/part-1000101x", make_entry("added")}});

  model["data/part-1000100"] = make_entry("changed");
  model.erase("data/part-1000101");
  model["data/part-1000101x"] = make_entry("added");
  EXPECT_EQ(fixture.read(applied.metarange), model);
  EXPECT_EQ(applied.counts.changed, 1u);
  EXPECT_EQ(applied.counts.removed, 1u);
  EXPECT_EQ(applied.counts.added, 1u);
  EXPECT_EQ(applied.metarange, TreeFixture(kSmallSplit).build(model));
  std::size_t shared = 0;
  for (const auto& range : fixture.ranges(applied.metarange)) {
    shared += static_cast<std::size_t>(std::count(before.begin(), before.end(), range));
  }
  EXPECT_GE(shared + 4, before.size());
  EXPECT_LE(applied.ranges_written, 4u);
}

TEST(TreesTest, ApplyReadsAndWritesOnlyRangesThatChange) {
  TreeFixture fixture(kSmallSplit, 0);
  const MetarangeId base = fixture.build(make_model(300));
  const auto ranges = fixture.ranges(base);
  const RangeInfo touched = ranges[5];
  fixture.files.reads.clear();
  fixture.files.writes = 0;

  const auto applied = fixture.apply(base, {{touched.key_min, make_entry("changed")}});

  EXPECT_EQ(applied.ranges_written, 1u);
  EXPECT_EQ(fixture.files.writes, 2u);  // it and the metarange
  const std::set<std::string> reads(fixture.files.reads.begin(), fixture.files.reads.end());
  EXPECT_THAT(reads, testing::UnorderedElementsAre(base, touched.id));
}

TEST(TreesTest, ChangesThatChangeNothingWriteNothing) {
  TreeFixture fixture(kSmallSplit);
  const Model model = make_model(50);
  const MetarangeId base = fixture.build(model);
  fixture.files.writes = 0;
  Entry moved = model.at("data/part-1000007");
  moved.address = "data/elsewhere";  // the same content at another place
  moved.last_modified_ms += 1;

  const auto applied = fixture.apply(
      base, {{"data/nothing", std::nullopt}, {"data/part-1000007", moved}, {"z", std::nullopt}});

  EXPECT_EQ(applied.metarange, base);
  EXPECT_EQ(applied.counts.total(), 0u);
  EXPECT_EQ(applied.ranges_written, 0u);
  EXPECT_EQ(fixture.files.writes, 0u);
}

TEST(TreesTest, ApplyRefusesChangesOutOfOrder) {
  TreeFixture fixture;
  for (const char* second : {"a", "b"}) {
    const auto applied =
        fixture.trees.apply("", *make_change_iterator({{"b", make_entry("1")}, {second, make_entry("2")}}));
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::invalid_argument);
  }
}

TEST(TreesTest, DeletingABoundaryJoinsRangesAsAFreshBuildWould) {
  TreeFixture fixture(kSmallSplit);
  const Model model = make_model(200);
  const MetarangeId base = fixture.build(model);
  for (const auto& range : fixture.ranges(base)) {
    Model expected = model;
    expected.erase(range.key_max);
    EXPECT_EQ(fixture.apply(base, {{range.key_max, std::nullopt}}).metarange, fixture.build(expected));
  }
}

TEST(TreesTest, EntriesBehindTheLastRangeJoinItUnlessItEndedByTheRule) {
  TreeFixture fixture(kSmallSplit);
  Model model;
  MetarangeId tree;
  for (const auto& [path, entry] : make_model(100)) {  // one by one: every way in which a tree can end
    tree = fixture.apply(tree, {{path, entry}}).metarange;
    model.emplace(path, entry);
    ASSERT_EQ(tree, TreeFixture(kSmallSplit).build(model)) << path;
  }
}

TEST(TreesTest, AFailedWriteFailsTheCall) {
  TreeFixture fixture;
  fixture.files.fails_writes = true;
  const Model model = make_model(3);
  ModelEntries entries(model);
  EXPECT_EQ(fixture.trees.build(entries, {}).error().code, ErrorCode::no_space);
}

TEST(TreesTest, AMissingFileIsNamed) {
  TreeFixture fixture(kSmallSplit, 0);
  const MetarangeId tree = fixture.build(make_model(100));
  const auto range = fixture.ranges(tree)[2];
  fixture.files.files.erase(range.id);

  const auto got = fixture.trees.get(tree, range.key_min);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::not_found);
  EXPECT_THAT(got.error().message, testing::HasSubstr(range.id));
  EXPECT_EQ(fixture.trees.get("../../etc/passwd", "a").error().code, ErrorCode::not_found);
}

TEST(TreesTest, AFileUnderAnothersNameIsRefused) {
  TreeFixture fixture(kSmallSplit, 0);
  const MetarangeId tree = fixture.build(make_model(100));
  const MetarangeId other = fixture.build(make_model(100, "other/"));
  const auto range = fixture.ranges(tree)[2];
  fixture.files.files[range.id] = fixture.files.files.at(fixture.ranges(other)[2].id);
  EXPECT_EQ(fixture.trees.get(tree, range.key_min).error().code, ErrorCode::corruption);

  fixture.files.files[tree] = fixture.files.files.at(other);
  EXPECT_EQ(fixture.trees.get(tree, "a").error().code, ErrorCode::corruption);
  fixture.files.files[tree] = fixture.files.files.at(fixture.ranges(other)[2].id);
  EXPECT_EQ(fixture.trees.get(tree, "a").error().code, ErrorCode::corruption);
}

TEST(TreesTest, AnErrorMidwayCanBeRetried) {
  TreeFixture fixture(kSmallSplit, 0);
  const Model model = make_model(100);
  const MetarangeId tree = fixture.build(model);
  const auto range = fixture.ranges(tree)[1];
  const std::string bytes = fixture.files.files.at(range.id);
  fixture.files.files.erase(range.id);

  const auto entries = fixture.trees.entries(tree, "").value();
  Result<bool> found = false;
  std::string last;
  while ((found = entries->next()) && *found) last = entries->path();
  ASSERT_FALSE(found);
  fixture.files.files[range.id] = bytes;
  ASSERT_TRUE(entries->next().value());
  EXPECT_EQ(entries->path(), range.key_min);
}

TEST(ReplaceTest, ReplacesWhatLiesUnderThePrefixesAndSharesTheRest) {
  TreeFixture fixture(kSmallSplit);
  Model model = make_model(100, "a/");
  model.merge(make_model(100, "b/"));
  model.merge(make_model(100, "c/"));
  const MetarangeId base = fixture.build(model);
  const Model imported = {{"a/new", make_entry("1")},
                          {"b/part-1000007", make_entry("2")},
                          {"b/part-1000008", model.at("b/part-1000008")}};
  ModelEntries entries(imported);

  const auto replaced = fixture.trees.replace(base, {"a/", "b/", "d/"}, entries, {});

  Model expected = make_model(100, "c/");
  expected.insert(imported.begin(), imported.end());
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(fixture.read(replaced->metarange), expected);
  EXPECT_EQ(replaced->metarange, fixture.build(expected));
  EXPECT_EQ(replaced->counts.added, 1u);
  EXPECT_EQ(replaced->counts.changed, 1u);
  EXPECT_EQ(replaced->counts.removed, 198u);
}

TEST(ReplaceTest, RefusesOverlappingPrefixesAndEntriesOutsideThem) {
  TreeFixture fixture;
  const auto replace = [&](const std::vector<std::string>& prefixes, const Model& model) {
    ModelEntries entries(model);
    return fixture.trees.replace("", prefixes, entries, {});
  };
  const Model model = {{"a/1", make_entry("1")}};
  EXPECT_EQ(replace({"a/", "a/b"}, model).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(replace({"b/", "a/"}, model).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(replace({"a/", "a/"}, model).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(replace({"b/"}, model).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(replace({"a"}, model)->metarange, fixture.build(model));
  EXPECT_EQ(replace({""}, model)->metarange, fixture.build(model));
}

TEST(ReplaceTest, TellsItsProgressAndStopsWhenAsked) {
  TreeFixture fixture;
  const Model model = make_model(1'500);
  ModelEntries entries(model);
  EXPECT_EQ(fixture.trees.replace("", {"data/"}, entries, [](std::uint64_t) { return false; }).error().code,
            ErrorCode::cancelled);
}

}  // namespace
}  // namespace anabranch::versioning
