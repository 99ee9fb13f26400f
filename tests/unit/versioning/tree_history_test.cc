// What these prove, on random trees under random rules of splitting: however a tree came about, it is the
// tree that a fresh build of its entries gives; and differences and merges are those of two-line models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/seed.h"
#include "unit/versioning/tree_testing.h"

namespace anabranch::versioning {
namespace {

using tree_testing::make_entry;
using tree_testing::Model;
using tree_testing::ModelEntries;
using tree_testing::TreeFixture;

/// Random trees under random rules: however a tree came about, it is the tree that a fresh build of its
/// entries gives.
class TreeHistory : public testing::Test {
 protected:
  const std::uint64_t seed_ = testing_support::seed();
  testing::ScopedTrace trace_{__FILE__, __LINE__, "TEST_SEED=" + std::to_string(seed_)};
  std::mt19937_64 random_{seed_};

  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string path() {
    static constexpr const char* kFolders[] = {"a/", "b/", "b/c/", "d/", ""};
    return kFolders[below(5)] + std::to_string(below(40));
  }
  Entry entry() {
    return make_entry(std::string(below(4) == 0 ? below(300) : 3, static_cast<char>('a' + below(3))));
  }
  SplitParameters split() {
    static constexpr std::uint64_t kBytesMax[] = {700, 1'500, 1 << 20};
    return {below(4), 1 + below(4), kBytesMax[below(3)]};
  }
  Model model(std::size_t size_max) {
    Model model;
    for (std::size_t i = below(size_max + 1); i > 0; --i) model[path()] = entry();
    return model;
  }
  std::map<std::string, std::optional<Entry>> changes() {
    std::map<std::string, std::optional<Entry>> changes;
    for (std::size_t i = 1 + below(below(5) == 0 ? 60 : 4); i > 0; --i) {
      changes[path()] = below(2) == 0 ? std::optional(entry()) : std::nullopt;
    }
    return changes;
  }
};

DiffCounts counts_between(const Model& before, const Model& after) {
  DiffCounts counts;
  for (const auto& [path, entry] : after) {
    const auto old = before.find(path);
    if (old == before.end()) {
      ++counts.added;
    } else if (old->second.identity() != entry.identity()) {
      ++counts.changed;
    }
  }
  for (const auto& [path, entry] : before) counts.removed += after.contains(path) ? 0 : 1;
  return counts;
}

void expect_equal(const DiffCounts& left, const DiffCounts& right) {
  EXPECT_EQ(left.added, right.added);
  EXPECT_EQ(left.removed, right.removed);
  EXPECT_EQ(left.changed, right.changed);
}

TEST_F(TreeHistory, ChainsOfAppliesAndReplacementsEqualFreshBuilds) {
  for (int round = 0; round < 60; ++round) {
    TreeFixture fixture(split(), below(3) * 4'000);
    Model model = this->model(120);
    MetarangeId tree = fixture.build(model);
    for (int step = 0; step < 12; ++step) {
      const Model before = model;
      if (below(4) == 0) {
        const std::vector<std::string> prefixes =
            below(2) == 0 ? std::vector<std::string>{"a/", "b/c/"} : std::vector<std::string>{"1", "b/"};
        const auto is_under = [&](const std::string& path) {
          return std::any_of(prefixes.begin(), prefixes.end(),
                             [&](auto& prefix) { return path.starts_with(prefix); });
        };
        Model imported = this->model(60);
        std::erase_if(imported, [&](const auto& item) { return !is_under(item.first); });
        std::erase_if(model, [&](const auto& item) { return is_under(item.first); });
        model.insert(imported.begin(), imported.end());
        ModelEntries entries(imported);
        const auto replaced = fixture.trees.replace(tree, prefixes, entries, {});
        ASSERT_TRUE(replaced) << replaced.error().message;
        expect_equal(replaced->counts, counts_between(before, model));
        tree = replaced->metarange;
      } else {
        std::vector<Change> stream;
        for (auto& [path, entry] : changes()) {
          stream.push_back({path, entry});
          if (entry) model[path] = *entry;
          if (!entry) model.erase(path);
        }
        const auto applied = fixture.apply(tree, stream);
        expect_equal(applied.counts, counts_between(before, model));
        tree = applied.metarange;
      }
      ASSERT_EQ(fixture.read(tree), model) << "round " << round << " step " << step;
      ASSERT_EQ(tree, fixture.build(model)) << "round " << round << " step " << step;
    }
  }
}

TEST_F(TreeHistory, MergesEqualTheModelsMerge) {
  for (int round = 0; round < 150; ++round) {
    TreeFixture fixture(split());
    const auto changed = [&](Model model) {
      for (auto& [path, entry] : changes()) {
        if (entry) model[path] = *entry;
        if (!entry) model.erase(path);
      }
      return model;
    };
    const Model base = model(120);
    const Model source = changed(base), destination = changed(base);
    const auto identity = [](const Model& model, const std::string& path) {
      const auto found = model.find(path);
      return found == model.end() ? std::string() : found->second.identity();
    };
    std::set<std::string> paths;
    for (const auto* model : {&base, &source, &destination}) {
      for (const auto& [path, entry] : *model) paths.insert(path);
    }
    std::vector<std::string> conflicts;
    Model merged = destination, source_wins = destination;
    for (const auto& path : paths) {
      const std::string b = identity(base, path), s = identity(source, path), d = identity(destination, path);
      if (s == b || s == d) continue;
      const auto take = [&](Model& into) {
        into.erase(path);
        if (!s.empty()) into[path] = source.at(path);
      };
      take(source_wins);
      if (d == b) {
        take(merged);
      } else {
        conflicts.push_back(path);
      }
    }
    const MetarangeId ids[] = {fixture.build(base), fixture.build(source), fixture.build(destination)};
    const auto merge = [&](MergeStrategy strategy) {
      return fixture.trees.merge(ids[0], ids[1], ids[2], strategy).value();
    };

    const auto plain = merge(MergeStrategy::none);
    EXPECT_EQ(plain.conflicts, conflicts);
    EXPECT_EQ(plain.metarange, conflicts.empty() ? fixture.build(merged) : "");
    EXPECT_EQ(merge(MergeStrategy::dest_wins).metarange, fixture.build(merged));
    EXPECT_EQ(merge(MergeStrategy::source_wins).metarange, fixture.build(source_wins));
    expect_equal(merge(MergeStrategy::source_wins).counts, counts_between(destination, source_wins));
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

TEST_F(TreeHistory, DifferencesTellOneTreeFromTheOther) {
  for (int round = 0; round < 150; ++round) {
    TreeFixture fixture(split());
    const Model left = model(120);
    Model right = below(3) == 0 ? model(120) : left;
    for (auto& [path, entry] : changes()) {
      if (entry) right[path] = *entry;
      if (!entry) right.erase(path);
    }
    const MetarangeId left_tree = fixture.build(left), right_tree = fixture.build(right);

    const auto forward = fixture.collect(fixture.trees.diff(left_tree, right_tree));
    const auto backward = fixture.collect(fixture.trees.diff(right_tree, left_tree));

    Model patched = left;
    DiffCounts counts;
    for (const auto& difference : forward) {
      counts.added += difference.type == DifferenceType::added ? 1 : 0;
      counts.removed += difference.type == DifferenceType::removed ? 1 : 0;
      counts.changed += difference.type == DifferenceType::changed ? 1 : 0;
      EXPECT_EQ(difference.left.has_value(), difference.type != DifferenceType::added);
      EXPECT_EQ(difference.right.has_value(), difference.type != DifferenceType::removed);
      if (difference.left) {
        EXPECT_EQ(*difference.left, left.at(difference.path));
      }
      patched.erase(difference.path);
      if (difference.right) patched[difference.path] = *difference.right;
    }
    EXPECT_EQ(patched, right);
    expect_equal(counts, counts_between(left, right));
    ASSERT_EQ(forward.size(), backward.size());
    for (std::size_t i = 0; i < forward.size(); ++i) {
      EXPECT_EQ(forward[i].path, backward[i].path);
      EXPECT_EQ(forward[i].left, backward[i].right);
      EXPECT_EQ(forward[i].right, backward[i].left);
    }
    EXPECT_TRUE(fixture.collect(fixture.trees.diff(left_tree, left_tree)).empty());

    // A seek gives what the walk from there would.
    const std::string from = path();
    auto sought = fixture.trees.diff(left_tree, right_tree).value();
    if (below(2) == 0 && !forward.empty() && forward[0].path < from) {
      ASSERT_TRUE(sought->next().value());
    }
    sought->seek(from);
    for (const auto& difference : forward) {
      if (difference.path < from) continue;
      ASSERT_TRUE(sought->next().value());
      EXPECT_EQ(sought->difference().path, difference.path);
    }
    EXPECT_FALSE(sought->next().value());
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

}  // namespace
}  // namespace anabranch::versioning
