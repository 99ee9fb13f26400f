// What this proves: errors reach clients with S3's codes and statuses, and carry what they are about.
#include "s3/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::s3 {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(S3Errors, CarryCodeResourceAndRequestId) {
  const Error error{ErrorCode::no_such_key, "the key <x> is not there"};

  const auto response = error_response(error, "/bucket/<x>", "0123");

  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("<Code>NoSuchKey</Code>"));
  EXPECT_THAT(response.body, HasSubstr("the key &lt;x&gt; is not there"));
  EXPECT_THAT(response.body, HasSubstr("<Resource>/bucket/&lt;x&gt;</Resource>"));
  EXPECT_THAT(response.body, HasSubstr("<RequestId>0123</RequestId>"));
}

TEST(S3Errors, NameTheBucketOrTheKeyTheyAreAbout) {
  const Error no_bucket{ErrorCode::no_such_bucket, "none"};
  const Error damaged{ErrorCode::corruption, "damaged"};
  const Error denied{ErrorCode::access_denied, "no"};

  EXPECT_THAT(error_response(no_bucket, "/b/k", "1").body, HasSubstr("<BucketName>b</BucketName>"));
  EXPECT_THAT(error_response(damaged, "/b/a/<k>", "1").body, HasSubstr("<Key>a/&lt;k&gt;</Key>"));
  EXPECT_THAT(error_response(damaged, "/b", "1").body, Not(HasSubstr("<Key>")));
  EXPECT_THAT(error_response(denied, "/b/k", "1").body, Not(HasSubstr("<Key>")));
}

TEST(S3Errors, TellDetailsOfTheirOwn) {
  const S3Error error{416, "InvalidRange", "outside", 0, {{"ActualObjectSize", "0"}}};

  EXPECT_THAT(error_response(error, "/b/k", "1").body, HasSubstr("<ActualObjectSize>0</ActualObjectSize>"));
}

TEST(S3Errors, ALengthThatIsMissingHasAStatusOfItsOwn) {
  const auto failed = []() -> Result<void> {
    return s3_fail(ErrorCode::invalid_argument, "MissingContentLength", "none");
  }();

  EXPECT_EQ(to_s3_error(failed.error()).status, 411);
}

TEST(S3Errors, ACodeOfS3sOwnReplacesTheTables) {
  const auto failed = []() -> Result<void> {
    return s3_fail(ErrorCode::invalid_argument, "InvalidDigest", "not valid");
  }();

  const S3Error told = to_s3_error(failed.error());

  EXPECT_EQ(told.status, 400);
  EXPECT_EQ(told.code, "InvalidDigest");
  EXPECT_EQ(told.message, "not valid");
}

TEST(S3Errors, AKeyInAMessageIsNoCode) {
  const Error error{ErrorCode::no_such_key,
                    "there is no object 'Evil\x1F"
                    "Code\x1F'"};

  EXPECT_EQ(to_s3_error(error).code, "NoSuchKey");
}

TEST(S3Errors, NotModifiedHasNoBody) {
  const Error error{ErrorCode::not_modified, "same"};

  const auto response = error_response(error, "/b/k", "1");

  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.body.empty());
}

}  // namespace
}  // namespace anabranch::s3
