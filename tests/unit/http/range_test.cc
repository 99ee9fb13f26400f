// What this proves: a Range header means what RFC 9110 says, whatever the numbers; If-Range needs the very
// same representation.
#include "http/range.h"

#include <gtest/gtest.h>

namespace anabranch::http {
namespace {

constexpr std::uint64_t kWhole = 10;

/// "0+10" for a range, "whole" where the header is passed over, else the error's name.
std::string meaning(std::string_view header, std::uint64_t whole_bytes = kWhole) {
  const auto range = parse_range(header, whole_bytes);
  if (!range) return std::string(to_string(range.error().code));
  if (!*range) return "whole";
  return std::to_string((*range)->offset_bytes) + "+" + std::to_string((*range)->size_bytes);
}

TEST(Range, NamesBytesFromOneEndOrBoth) {
  EXPECT_EQ(meaning("bytes=0-9"), "0+10");
  EXPECT_EQ(meaning("bytes=3-3"), "3+1");
  EXPECT_EQ(meaning("bytes=5-"), "5+5");
  EXPECT_EQ(meaning("bytes=5-100"), "5+5");
  EXPECT_EQ(meaning("bytes=-3"), "7+3");
  EXPECT_EQ(meaning("bytes=-100"), "0+10");
  EXPECT_EQ(meaning("Bytes= 3-4 "), "3+2");
}

TEST(Range, NumbersMayBeLargerThanAnyObject) {
  EXPECT_EQ(meaning("bytes=5-18446744073709551616"), "5+5");
  EXPECT_EQ(meaning("bytes=5-18446744073709551615"), "5+5");
  EXPECT_EQ(meaning("bytes=-99999999999999999999"), "0+10");
  EXPECT_EQ(meaning("bytes=99999999999999999999-"), "invalid_range");
}

TEST(Range, OutsideIsAnError) {
  EXPECT_EQ(meaning("bytes=10-"), "invalid_range");
  EXPECT_EQ(meaning("bytes=10-11"), "invalid_range");
  EXPECT_EQ(meaning("bytes=-0"), "invalid_range");
}

TEST(Range, OfAnEmptyObjectOnlyItsLastBytesAreThere) {
  EXPECT_EQ(meaning("bytes=-8", 0), "whole");
  EXPECT_EQ(meaning("bytes=0-", 0), "invalid_range");
  EXPECT_EQ(meaning("bytes=0-0", 0), "invalid_range");
  EXPECT_EQ(meaning("bytes=-0", 0), "invalid_range");
}

TEST(Range, WhatIsNoneIsPassedOver) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-2,4-5",
                             "bytes=1-2x", "bytes=+1-2", "rows=1-2", "bytes=1 -2"}) {
    EXPECT_EQ(meaning(header), "whole") << header;
  }
}

constexpr std::int64_t kModifiedMs = 1'700'000'000'500;  // Tue, 14 Nov 2023 22:13:20 GMT and a half

TEST(IfRange, HoldsForTheSameStrongETag) {
  EXPECT_TRUE(if_range_holds("\"abc\"", "abc", kModifiedMs));
  EXPECT_TRUE(if_range_holds("abc", "abc", kModifiedMs));
  EXPECT_FALSE(if_range_holds("\"abd\"", "abc", kModifiedMs));
  EXPECT_FALSE(if_range_holds("W/\"abc\"", "abc", kModifiedMs)) << "weak: bytes may differ";
  EXPECT_FALSE(if_range_holds("\"abc\", \"abd\"", "abc", kModifiedMs)) << "not a list";
  EXPECT_FALSE(if_range_holds("", "abc", kModifiedMs));
}

TEST(IfRange, HoldsForTheVerySecondOfTheLastChange) {
  EXPECT_TRUE(if_range_holds("Tue, 14 Nov 2023 22:13:20 GMT", "abc", kModifiedMs));
  EXPECT_FALSE(if_range_holds("Tue, 14 Nov 2023 22:13:19 GMT", "abc", kModifiedMs));
  EXPECT_FALSE(if_range_holds("Tue, 14 Nov 2023 22:13:21 GMT", "abc", kModifiedMs)) << "exact, not later";
}

}  // namespace
}  // namespace anabranch::http
