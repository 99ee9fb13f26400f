// What this proves: version 2 signatures come out as AWS documents them, by header and by query.
// Source: S3 developer guide, "Authentication examples" (signature version 2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws_examples.h"
#include "base/hash.h"

namespace anabranch::auth {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct DocumentedCase {
  const char* name;
  SignedRequest request;
  TimeMs time;
  const char* signature;
};
std::vector<DocumentedCase> documented() {
  const auto date = [](const char* text) { return std::pair<std::string, std::string>("Date", text); };
  const std::string bucket = "johnsmith";
  return {
      {"object get",
       {"GET", "/photos/puppy.jpg", "", {date("Tue, 27 Mar 2007 19:36:42 +0000")}, bucket},
       1'175'024'202'000,
       "bWq2s1WEIj+Ydj0vQ697zp+IXMU="},
      {"object put",
       {"PUT",
        "/photos/puppy.jpg",
        "",
        {{"Content-Type", "image/jpeg"},
         {"Content-Length", "94328"},
         date("Tue, 27 Mar 2007 21:15:45 +0000")},
        bucket},
       1'175'030'145'000,
       "MyyxeRY7whkBe+bq8fHCL/2kKUg="},
      {"list",
       {"GET",
        "/",
        "prefix=photos&max-keys=50&marker=puppy",
        {date("Tue, 27 Mar 2007 19:42:41 +0000")},
        bucket},
       1'175'024'561'000,
       "htDYFYduRNen8P9ZfE/s9SuKy0U="},
      {"fetch of the acl",
       {"GET", "/", "acl", {date("Tue, 27 Mar 2007 19:44:46 +0000")}, bucket},
       1'175'024'686'000,
       "c2WLPFtWHVgbEmeEG93a4cG37dM="},
      {"delete",
       {"DELETE", "/johnsmith/photos/puppy.jpg", "", {date("Tue, 27 Mar 2007 21:20:26 +0000")}},
       1'175'030'426'000,
       "lx3byBScXR6KzyMaifNkardMwNk="},
      {"delete dated by x-amz-date",
       {"DELETE",
        "/johnsmith/photos/puppy.jpg",
        "",
        {date("Tue, 27 Mar 2007 21:20:27 +0000"), {"x-amz-date", "Tue, 27 Mar 2007 21:20:26 +0000"}}},
       1'175'030'426'000,
       "R4dJ53KECjStyBO5iTBJZ4XVOaI="},
      {"upload with metadata",
       {"PUT",
        "/db-backup.dat.gz",
        "",
        {{"Host", "static.johnsmith.net:8080"},
         date("Tue, 27 Mar 2007 21:06:08 +0000"),
         {"x-amz-acl", "public-read"},
         {"content-type", "application/x-download"},
         {"Content-MD5", "4gJE4saaMU4BqNR0kLY+lw=="},
         {"X-Amz-Meta-ReviewedBy", "joe@johnsmith.net"},
         {"X-Amz-Meta-ReviewedBy", "jane@johnsmith.net"},
         {"X-Amz-Meta-FileChecksum", "0x02661779"},
         {"X-Amz-Meta-ChecksumAlgorithm", "crc32"}},
        "static.johnsmith.net"},
       1'175'029'568'000,
       "ilyl83RwaSoYIEdixDQcA4OnAnc="},
      {"list of all buckets",
       {"GET", "/", "", {date("Wed, 28 Mar 2007 01:29:59 +0000")}},
       1'175'045'399'000,
       "qGdzdERIC03wnaRNKh6OqZehG9s="},
      {"unicode key",
       {"GET", "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re", "", {date("Wed, 28 Mar 2007 01:49:49 +0000")}},
       1'175'046'589'000,
       "DNEZGsoieTZ92F3bUfSPQcbGmlM="},
  };
}

TEST(SignatureV2, AcceptsTheExamplesOfTheDeveloperGuide) {
  for (auto item : documented()) {
    item.request.headers.emplace_back("Authorization",
                                      std::string("AWS ") + kExampleId + ":" + item.signature);

    const auto result = verify(item.request, kExampleSecret, item.time);
    EXPECT_TRUE(result) << item.name << ": " << result.error().message;

    const auto wrong = verify(item.request, "another secret", item.time);
    EXPECT_EQ(wrong.error().code, ErrorCode::signature_mismatch) << item.name;
  }
}

SignedRequest documented_presigned() {
  return {"GET",
          "/photos/puppy.jpg",
          std::string("AWSAccessKeyId=") + kExampleId +
              "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620",
          {{"Host", "johnsmith.s3.amazonaws.com"}},
          "johnsmith"};
}

TEST(SignatureV2, PresignedExampleIsGoodUntilItExpires) {
  constexpr TimeMs kExpiryMs = 1'175'139'620'000;
  EXPECT_TRUE(verify(documented_presigned(), kExampleSecret, kExpiryMs - 1));
  EXPECT_EQ(verify(documented_presigned(), kExampleSecret, kExpiryMs).error().code, ErrorCode::expired);
}

/// A presigned query whose string to sign is `to_sign`.
std::string presigned_query(const std::string& to_sign, const std::string& further) {
  std::string query = std::string("AWSAccessKeyId=") + kExampleId + "&Expires=1369353660&Signature=";
  for (const char c : to_base64(hmac_sha1(kExampleSecret, to_sign))) {
    query += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
  }
  return query + further;
}

TEST(SignatureV2, SubResourcesAndResponseOverridesAreSignedDecodedAndSorted) {
  const SignedRequest request{
      "GET",
      "/b/k",
      presigned_query("GET\n\n\n1369353660\n/b/k?acl&response-content-type=text/plain&versionId=3",
                      "&versionId=3&prefix=free&response-content-type=text%2Fplain&acl"),
      {{"Host", "h"}}};
  EXPECT_TRUE(verify(request, kExampleSecret, kExampleTime));

  SignedRequest changed = request;
  changed.query.replace(changed.query.find("text%2Fplain"), 12, "text%2Fhtml");
  EXPECT_EQ(verify(changed, kExampleSecret, kExampleTime).error().code, ErrorCode::signature_mismatch);
}

TEST(SignatureV2, AnEmptySubResourceMayBeSignedWithoutItsEqualsSign) {
  const std::string date = "Tue, 27 Mar 2007 19:36:42 +0000";
  SignedRequest request{"GET", "/b/", "location=", {{"Host", "h"}, {"Date", date}}};
  request.headers.emplace_back(
      "Authorization", std::string("AWS ") + kExampleId + ":" +
                           to_base64(hmac_sha1(kExampleSecret, "GET\n\n\n" + date + "\n/b/?location")));
  constexpr TimeMs kTime = 1'175'024'202'000;
  EXPECT_TRUE(verify(request, kExampleSecret, kTime));

  request.query = "location=eu";
  EXPECT_EQ(verify(request, kExampleSecret, kTime).error().code, ErrorCode::signature_mismatch);
}

TEST(SignatureV2, ABucketMayBeSignedWithASlashBehindIt) {
  const std::string date = "Tue, 27 Mar 2007 19:36:42 +0000";
  constexpr TimeMs kTime = 1'175'024'202'000;
  const auto request = [&](const std::string& path, const std::string& resource) {
    return SignedRequest{
        "PUT",
        path,
        "",
        {{"Host", "h"},
         {"Date", date},
         {"Authorization", std::string("AWS ") + kExampleId + ":" +
                               to_base64(hmac_sha1(kExampleSecret, "PUT\n\n\n" + date + "\n" + resource))}}};
  };
  EXPECT_TRUE(verify(request("/b", "/b"), kExampleSecret, kTime));
  EXPECT_TRUE(verify(request("/b", "/b/"), kExampleSecret, kTime)) << "botocore";
  EXPECT_EQ(verify(request("/b/k", "/b/k/"), kExampleSecret, kTime).error().code,
            ErrorCode::signature_mismatch);
}

TEST(SignatureV2, HeadersThatSdksMoveIntoThePresignedQueryCount) {
  const SignedRequest request{
      "PUT",
      "/b/k",
      presigned_query("PUT\n\nimage/png\n1369353660\nx-amz-acl:private\nx-amz-meta-a:1\n/b/k",
                      "&content-type=image%2Fpng&x-amz-meta-a=1"),
      {{"Host", "h"}, {"X-Amz-Acl", "private"}}};
  EXPECT_TRUE(verify(request, kExampleSecret, kExampleTime));

  SignedRequest added = request;
  added.headers.emplace_back("x-amz-meta-b", "2");
  EXPECT_EQ(verify(added, kExampleSecret, kExampleTime).error().code, ErrorCode::signature_mismatch);
}

TEST(SignatureV2, HeaderSignatureNeedsADateNearTheServers) {
  SignedRequest request = documented().front().request;
  request.headers.emplace_back("Authorization",
                               std::string("AWS ") + kExampleId + ":" + documented().front().signature);
  const TimeMs time = documented().front().time;

  EXPECT_EQ(verify(request, kExampleSecret, time + kClockSkewMaxMs + 1).error().code, ErrorCode::clock_skew);
  request.headers[0].second = "yesterday";
  EXPECT_EQ(verify(request, kExampleSecret, time).error().code, ErrorCode::unauthenticated);
  request.headers.erase(request.headers.begin());
  EXPECT_EQ(verify(request, kExampleSecret, time).error().code, ErrorCode::unauthenticated);
}

}  // namespace
}  // namespace anabranch::auth
