// What these prove: the cache holds what was used last, within its bound, and may be shared by threads.
#include "versioning/tree_cache.h"

#include <gtest/gtest.h>

#include <thread>

#include "unit/versioning/tree_testing.h"

namespace anabranch::versioning {
namespace {

using tree_testing::kSmallSplit;
using tree_testing::make_model;
using tree_testing::TreeFixture;

TEST(TreeCacheTest, WhatIsHeldIsNotReadAgain) {
  TreeFixture fixture(kSmallSplit);
  const MetarangeId tree = fixture.build(make_model(300));
  fixture.read(tree);
  EXPECT_TRUE(fixture.files.reads.empty());  // what was written is held already

  TreeCache fresh(64 << 20);
  const Trees trees(fixture.files, fresh, kSmallSplit);
  ASSERT_TRUE(trees.get(tree, "data/part-1000100").value());
  EXPECT_EQ(fixture.files.reads.size(), 2u);
  ASSERT_TRUE(trees.get(tree, "data/part-1000100").value());
  EXPECT_EQ(fixture.files.reads.size(), 2u);
}

TEST(TreeCacheTest, StaysWithinItsBoundAndKeepsWhatIsUsed) {
  constexpr std::size_t kBytesMax = 40'000;
  TreeFixture fixture(kSmallSplit);
  const MetarangeId tree = fixture.build(make_model(2'000));
  const auto ranges = fixture.ranges(tree);
  TreeCache cache(kBytesMax);
  const Trees trees(fixture.files, cache, kSmallSplit);
  fixture.files.reads.clear();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    ASSERT_TRUE(trees.get(tree, ranges[i].key_min).value());
    ASSERT_TRUE(trees.get(tree, ranges[0].key_min).value());
    EXPECT_LE(cache.size_bytes(), kBytesMax);
  }
  EXPECT_GT(cache.size_bytes(), kBytesMax / 2);
  EXPECT_EQ(fixture.files.reads.count(ranges[0].id), 1u);  // it was used all the time
  ASSERT_TRUE(trees.get(tree, ranges[1].key_min).value());
  EXPECT_EQ(fixture.files.reads.count(ranges[1].id), 2u);  // it had gone
}

TEST(TreeCacheTest, OneThatIsLargerThanTheBoundIsNotHeld) {
  TreeFixture fixture(kSmallSplit, 1'000);
  const MetarangeId tree = fixture.build(make_model(500));
  EXPECT_EQ(fixture.read(tree).size(), 500u);
  EXPECT_EQ(fixture.cache.size_bytes(), 0u);
}

TEST(TreeCacheTest, ThreadsMayShareIt) {
  TreeFixture fixture(kSmallSplit, 60'000);
  const auto model = make_model(1'000);
  const MetarangeId tree = fixture.build(model);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> right = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      std::size_t step = 0;
      for (const auto& [path, entry] : model) {
        if (++step % 4 != static_cast<std::size_t>(thread)) continue;
        const auto got = fixture.trees.get(tree, path);
        right += got && *got == entry ? 1 : 0;
      }
      right +=
          fixture.trees.apply(tree, *make_change_iterator({{model.begin()->first, std::nullopt}})) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, model.size() + 4);
}

}  // namespace
}  // namespace anabranch::versioning
