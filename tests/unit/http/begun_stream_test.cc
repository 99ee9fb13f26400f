// What this proves: a begun stream gives all its bytes once, and what fails at once is told before any
// status.
#include "http/begun_stream.h"

#include <gtest/gtest.h>

#include <deque>

namespace anabranch::http {
namespace {

/// Gives these pieces in turn; an empty optional is a failure.
class Scripted final : public ByteSource {
 public:
  explicit Scripted(std::deque<std::optional<std::string>> pieces) : pieces_(std::move(pieces)) {}
  Task<Result<ByteView>> next() override {
    if (pieces_.empty()) co_return ByteView{};
    const auto piece = std::move(pieces_.front());
    pieces_.pop_front();
    if (!piece) co_return fail(ErrorCode::corruption, "damaged");
    held_ = *piece;
    co_return as_bytes(held_);
  }

 private:
  std::deque<std::optional<std::string>> pieces_;
  std::string held_;
};

Result<std::unique_ptr<ByteSource>> begin(std::deque<std::optional<std::string>> pieces) {
  return block_on(begin_stream(std::make_unique<Scripted>(std::move(pieces))));
}

TEST(BegunStream, GivesEachByteOnce) {
  const auto stream = begin({"first ", "second ", "third"});

  ASSERT_TRUE(stream);
  EXPECT_EQ(block_on(read_all(**stream, GiB)).value(), "first second third");
}

TEST(BegunStream, AnEmptyOneEnds) {
  const auto stream = begin({});

  ASSERT_TRUE(stream);
  EXPECT_EQ(block_on(read_all(**stream, GiB)).value(), "");
}

TEST(BegunStream, WhatFailsAtOnceIsNoStream) {
  const auto stream = begin({std::nullopt, "never"});

  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, ErrorCode::corruption);
}

TEST(BegunStream, WhatFailsLaterFailsLater) {
  const auto stream = begin({"first", std::nullopt});

  ASSERT_TRUE(stream);
  EXPECT_EQ(block_on(read_all(**stream, GiB)).error().code, ErrorCode::corruption);
}

}  // namespace
}  // namespace anabranch::http
