// What this proves: times are read as RFC 3339 has them, and what is none is refused.
#include "rest/time.h"

#include <gtest/gtest.h>

namespace anabranch::rest {
namespace {

TEST(ParseTime, ReadsWhatRfc3339Has) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("2026-11-22T10:11:12Z"), 1'795'342'272);
  EXPECT_EQ(parse_time("2026-11-22t10:11:12z"), 1'795'342'272);
  EXPECT_EQ(parse_time("2026-11-22T10:11:12.987654321Z"), 1'795'342'272);
  EXPECT_EQ(parse_time("2026-11-22T12:11:12+02:00"), 1'795'342'272);
  EXPECT_EQ(parse_time("2026-11-22T12:11:12 02:00"), 1'795'342'272) << "a plus that a query made a blank";
  EXPECT_EQ(parse_time("2026-11-22T04:41:12-05:30"), 1'795'342'272);
  EXPECT_EQ(parse_time("2026-11-22T10:11:12"), 1'795'342'272);
  EXPECT_EQ(parse_time("2024-02-29T00:00:00Z"), 1'709'164'800);
  EXPECT_EQ(parse_time("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z"), 1'483'228'800);
}

TEST(ParseTime, RefusesAnythingElseAndNamesIt) {
  for (const char* wrong : {"",
                            "junk",
                            "2026-01-01",
                            "2026-01-01T00:00:00junk",
                            "2026-01-01T00:00:00Zjunk",
                            "2026-02-31T00:00:00Z",
                            "2026-02-29T00:00:00Z",
                            "2026-00-01T00:00:00Z",
                            "2026-13-01T00:00:00Z",
                            "2026-01-00T00:00:00Z",
                            "2026-01-01T24:00:00Z",
                            "2026-01-01T00:60:00Z",
                            "2026-01-01T00:00:61Z",
                            "2026-01-01T00:00:00+99:99",
                            "2026-01-01T00:00:00+24:00",
                            "2026-01-01T00:00:00+01",
                            "2026-01-01T00:00:00+0100",
                            "2026-01-01T00:00:00.Z",
                            "2026-1-1T00:00:00Z",
                            "26-01-01T00:00:00Z",
                            " 2026-01-01T00:00:00Z",
                            "2026-01-01T00:00Z",
                            "1767225600",
                            "+026-01-01T00:00:00Z",
                            "2026-01-01T00:00:00Z+01:00"}) {
    const auto parsed = parse_time(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(parsed.error().message.find(wrong), std::string::npos);
  }
}

}  // namespace
}  // namespace anabranch::rest
