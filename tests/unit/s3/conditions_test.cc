// What this proves: conditional reads follow RFC 9110's order and S3's codes.
#include "s3/conditions.h"

#include <gtest/gtest.h>

namespace anabranch::s3 {
namespace {

constexpr TimeMs kModified = 1'700'000'000'500;  // Tue, 14 Nov 2023 22:13:20 GMT and a half

service::ObjectInfo object() {
  service::ObjectInfo info;
  info.etag = "abc";
  info.last_modified_ms = kModified;
  return info;
}

ErrorCode outcome(const http::Headers& headers, std::string_view prefix = "") {
  const auto checked = check_read_conditions(headers, prefix, object());
  return checked ? ErrorCode::internal : checked.error().code;  // internal stands for "go on"
}

http::Headers headers(std::initializer_list<std::pair<const char*, const char*>> fields) {
  http::Headers made;
  for (const auto& [name, value] : fields) made.add(name, value);
  return made;
}

constexpr const char* kBefore = "Tue, 14 Nov 2023 22:13:19 GMT";
constexpr const char* kSame = "Tue, 14 Nov 2023 22:13:20 GMT";

TEST(ReadConditions, IfMatchTakesAnyOfItsETags) {
  EXPECT_EQ(outcome(headers({{"If-Match", "\"x\", \"abc\""}})), ErrorCode::internal);
  EXPECT_EQ(outcome(headers({{"If-Match", "*"}})), ErrorCode::internal);
  EXPECT_EQ(outcome(headers({{"If-Match", "\"x\""}})), ErrorCode::precondition_failed);
}

TEST(ReadConditions, IfNoneMatchIsNotModified) {
  EXPECT_EQ(outcome(headers({{"If-None-Match", "\"abc\""}})), ErrorCode::not_modified);
  EXPECT_EQ(outcome(headers({{"If-None-Match", "abc"}})), ErrorCode::not_modified);
  EXPECT_EQ(outcome(headers({{"If-None-Match", "\"x\""}})), ErrorCode::internal);
}

TEST(ReadConditions, DatesCompareWholeSeconds) {
  EXPECT_EQ(outcome(headers({{"If-Modified-Since", kSame}})), ErrorCode::not_modified);
  EXPECT_EQ(outcome(headers({{"If-Modified-Since", kBefore}})), ErrorCode::internal);
  EXPECT_EQ(outcome(headers({{"If-Unmodified-Since", kSame}})), ErrorCode::internal);
  EXPECT_EQ(outcome(headers({{"If-Unmodified-Since", kBefore}})), ErrorCode::precondition_failed);
}

TEST(ReadConditions, ETagsBeatDates) {
  EXPECT_EQ(outcome(headers({{"If-Match", "\"abc\""}, {"If-Unmodified-Since", kBefore}})),
            ErrorCode::internal);
  EXPECT_EQ(outcome(headers({{"If-None-Match", "\"x\""}, {"If-Modified-Since", kSame}})),
            ErrorCode::internal);
}

TEST(ReadConditions, CopySourcesFailInsteadOfBeingNotModified) {
  EXPECT_EQ(outcome(headers({{"x-amz-copy-source-if-none-match", "abc"}}), "x-amz-copy-source-"),
            ErrorCode::precondition_failed);
  EXPECT_EQ(outcome(headers({{"x-amz-copy-source-if-match", "abc"}}), "x-amz-copy-source-"),
            ErrorCode::internal);
}

TEST(ReadConditions, ADateThatIsNoneIsIgnored) {
  EXPECT_EQ(outcome(headers({{"If-Modified-Since", "yesterday"}})), ErrorCode::internal);
}

TEST(ReadConditions, ADateThatIsNoneIsPassedOverByReadsAndRefusedByCopies) {
  for (const char* name : {"if-modified-since", "if-unmodified-since"}) {
    const std::string of_copy = std::string("x-amz-copy-source-") + name;

    EXPECT_EQ(outcome(headers({{name, "yesterday"}})), ErrorCode::internal);
    EXPECT_EQ(outcome(headers({{of_copy.c_str(), "yesterday"}}), "x-amz-copy-source-"),
              ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace anabranch::s3
