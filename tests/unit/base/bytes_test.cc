// What this proves: blob ids survive their encodings, in order; sources end, and read_all holds its limit.
#include "base/bytes.h"

#include <gtest/gtest.h>

#include <random>

#include "support/seed.h"

namespace anabranch {
namespace {

TEST(BlobId, EncodesBigEndianAndBack) {
  const BlobId id{0x0102030405060708ULL, 0xF1F2F3F4F5F6F7F8ULL};

  EXPECT_EQ(id.encode(), std::string("\x01\x02\x03\x04\x05\x06\x07\x08\xF1\xF2\xF3\xF4\xF5\xF6\xF7\xF8"));
  EXPECT_EQ(id.to_string(), "0102030405060708f1f2f3f4f5f6f7f8");
  EXPECT_EQ(BlobId::decode(id.encode()), id);
}

TEST(BlobId, EncodingsSortAsTheIdsDo) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 1000; ++i) {
    const BlobId a{random() % 4, random()};
    const BlobId b{random() % 4, random()};
    EXPECT_EQ(a < b, a.encode() < b.encode());
  }
}

TEST(BlobIdDeathTest, DecodeRefusesAnotherLength) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(BlobId::decode("short"), "size 5");
}

TEST(ByteSource, StringSourceGivesItsBytesOnceAndThenStaysAtItsEnd) {
  const auto source = make_source("bytes");

  EXPECT_EQ(as_text(block_on(source->next()).value()), "bytes");
  EXPECT_TRUE(block_on(source->next())->empty());
  EXPECT_TRUE(block_on(source->next())->empty());
}

/// "x" `count` times, one byte at a time, then an error if one is given.
class Dripping final : public ByteSource {
 public:
  explicit Dripping(int count, std::optional<ErrorCode> error = {}) : count_(count), error_(error) {}
  Task<Result<ByteView>> next() override {
    if (count_-- > 0) co_return as_bytes("x");
    if (error_) co_return fail(*error_, "the source broke");
    co_return ByteView{};
  }

 private:
  int count_;
  std::optional<ErrorCode> error_;
};

TEST(ReadAll, JoinsThePiecesUpToTheLimitItself) {
  Dripping source(1000);

  EXPECT_EQ(block_on(read_all(source, 1000)).value(), std::string(1000, 'x'));
}

TEST(ReadAll, RefusesOneBytePastTheLimit) {
  Dripping source(1001);

  EXPECT_EQ(block_on(read_all(source, 1000)).error().code, ErrorCode::entity_too_large);
}

TEST(ReadAll, OfAnEmptySourceIsEmptyEvenWithoutRoom) {
  const auto source = make_source("");

  EXPECT_EQ(block_on(read_all(*source, 0)).value(), "");
}

TEST(ReadAll, PassesTheSourcesErrorOn) {
  Dripping source(3, ErrorCode::bad_digest);

  const auto result = block_on(read_all(source, 1000));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::bad_digest);
  EXPECT_EQ(result.error().message, "the source broke");
}

}  // namespace
}  // namespace anabranch
