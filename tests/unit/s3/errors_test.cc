// What this proves: errors reach clients with S3's codes and statuses, and carry what they are about.
#include "s3/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::s3 {
namespace {

using testing::HasSubstr;

TEST(S3Errors, CarryCodeResourceAndRequestId) {
  const Error error{ErrorCode::no_such_key, "the key <x> is not there"};

  const auto response = error_response(error, "/bucket/<x>", "0123");

  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("<Code>NoSuchKey</Code>"));
  EXPECT_THAT(response.body, HasSubstr("the key &lt;x&gt; is not there"));
  EXPECT_THAT(response.body, HasSubstr("<Resource>/bucket/&lt;x&gt;</Resource>"));
  EXPECT_THAT(response.body, HasSubstr("<RequestId>0123</RequestId>"));
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

TEST(S3Errors, NotModifiedHasNoBody) {
  const Error error{ErrorCode::not_modified, "same"};

  const auto response = error_response(error, "/b/k", "1");

  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.body.empty());
}

}  // namespace
}  // namespace anabranch::s3
