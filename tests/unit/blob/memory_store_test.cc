// What this proves: the memory blob store leaves nothing behind. Its contract is tested with kv's, as a pair.
#include "blob/memory_store.h"

#include <gtest/gtest.h>

namespace anabranch::blob {
namespace {

TEST(BlobMemoryStore, ForgetsABlobThatNobodyPublished) {
  MemoryStore store;
  {
    const auto writer = store.create(std::nullopt);
    ASSERT_TRUE(block_on(writer->append(as_bytes("bytes"))));
    ASSERT_TRUE(block_on(writer->finish()));
    EXPECT_EQ(store.unpublished_count(), 1u);
  }
  EXPECT_EQ(store.unpublished_count(), 0u);
}

TEST(BlobMemoryStore, CountsPublishedBytesUntilTheLastRelease) {
  MemoryStore store;
  const auto writer = store.create(5);
  ASSERT_TRUE(block_on(writer->append(as_bytes("bytes"))));
  ASSERT_TRUE(block_on(writer->finish()));
  ASSERT_TRUE(store.change_references({writer->id()}, {}, {}));
  EXPECT_EQ(store.published_count(), 1u);
  EXPECT_EQ(store.published_bytes(), 5u);

  ASSERT_TRUE(store.change_references({}, {}, {writer->id()}));
  EXPECT_EQ(store.published_count(), 0u);
}

}  // namespace
}  // namespace anabranch::blob
