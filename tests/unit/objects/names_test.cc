// What this proves: names that AWS S3 takes are taken, names that it refuses are refused.
#include <gtest/gtest.h>

#include <string>

#include "objects/object_store.h"

namespace anabranch::objects {
namespace {

TEST(BucketNames, OfTheRuleAreTaken) {
  for (const char* name : {"abc", "a-b", "sample-data", "my.bucket.1", "123", "1.2.3", "1.2.3.4a"}) {
    EXPECT_TRUE(check_bucket_name(name)) << name;
  }
  EXPECT_TRUE(check_bucket_name(std::string(63, 'a')));
}

TEST(BucketNames, AgainstTheRuleAreRefused) {
  for (const char* name :
       {"",         "ab",        "Abc",  "a_b",       "-abc",    "abc-",       ".abc",        "abc.",
        "a..b",     "a.-b",      "a-.b", "1.2.3.4",   "xn--abc", "sthree-abc", "abc-s3alias", "abc--ol-s3",
        "abc.mrap", "abc--x-s3", "a/b",  "b\xC3\xA4r"}) {
    const auto checked = check_bucket_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_name) << name;
  }
  EXPECT_FALSE(check_bucket_name(std::string(64, 'a')));
}

TEST(Keys, OfUtf8AreTaken) {
  for (const std::string key : {"a", "/", "//", "a/b/../c", " ", "\x01", "\xC3\xA4", "\xE2\x82\xAC",
                                "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(check_key(key)) << key;
  }
  EXPECT_TRUE(check_key(std::string(1024, 'k')));
}

TEST(Keys, ThatAreNoUtf8OrHoldNulAreRefused) {
  // Truncated, overlong, surrogate, past U+10FFFF, a lone continuation.
  for (const std::string& key : {std::string("\xC3"), std::string("\xC0\x80"), std::string("\xE0\x80\x80"),
                                 std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80"),
                                 std::string("\x80"), std::string("a\0b", 3), std::string()}) {
    const auto checked = check_key(key);
    ASSERT_FALSE(checked) << to_hex(key);
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
  }
}

TEST(Keys, Over1024BytesAreTooLong) {
  const auto checked = check_key(std::string(1025, 'k'));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::key_too_long);
}

}  // namespace
}  // namespace anabranch::objects
