// What this proves: the words of the contract that no backend implements.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kv/store.h"

namespace anabranch::kv {
namespace {

TEST(PrefixEnd, IsTheSmallestKeyAfterThePrefix) {
  EXPECT_EQ(prefix_end("a/"), "a0");
  EXPECT_EQ(prefix_end("a\xff\xff"), "b");
  EXPECT_EQ(prefix_end("\xff"), "");
  EXPECT_EQ(prefix_end(""), "");
}

TEST(Counter, DecodesWhatItEncodes) {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(decode_counter(encode_counter(value)), value);
  }
  EXPECT_EQ(encode_counter(0x0102), std::string("\x02\x01\0\0\0\0\0\0", 8));
}

TEST(Batch, MergeAppendsEverything) {
  Batch left, right;
  left.put("a", "1");
  right.erase("a");
  right.require_absent("b");
  right.share(BlobId{1, 2});
  left.merge(std::move(right));

  EXPECT_EQ(left.changes().size(), 2u);
  EXPECT_EQ(left.conditions().size(), 1u);
  EXPECT_EQ(left.blob_changes().size(), 1u);
  EXPECT_FALSE(left.empty());
}

}  // namespace
}  // namespace anabranch::kv
