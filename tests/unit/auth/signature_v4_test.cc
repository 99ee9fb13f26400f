// What this proves: version 4 signatures come out as AWS documents them, and time and headers are held to the
// rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws_examples.h"
#include "base/hash.h"

namespace anabranch::auth {
namespace {

using testing::HasSubstr;

TEST(SignatureV4, AcceptsTheExamplesOfTheS3Reference) {
  for (const auto& request :
       {example_get(), example_put(), example_list(), example_lifecycle(), example_presigned()}) {
    const auto key = verify(request, kExampleSecret, kExampleTime);
    EXPECT_TRUE(key) << request.method << " " << request.path << "?" << request.query << ": "
                     << key.error().message;
  }
}

TEST(SignatureV4, SignsTheExamplesOfTheS3Reference) {
  SignedRequest get{
      "GET", "/test.txt", "", {{"Host", "examplebucket.s3.amazonaws.com"}, {"Range", "bytes=0-9"}}};
  const auto headers = sign_v4(get, kExampleEmptyHash, kExampleId, kExampleSecret, "us-east-1", kExampleTime);
  EXPECT_THAT(headers[0].second,
              HasSubstr("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));

  EXPECT_EQ(presign_v4("GET", "examplebucket.s3.amazonaws.com", "/test.txt", "", kExampleId, kExampleSecret,
                       "us-east-1", kExampleTime, 86400),
            example_presigned().query);
}

/// A case of AWS's published test suite ("aws-sig-v4-test-suite"), which signs for a service called
/// "service".
struct SuiteCase {
  const char* name;
  const char* method;
  const char* path;
  const char* query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> signed_headers;
  const char* body;
  const char* signature;
};
std::vector<SuiteCase> suite() {
  const std::pair<std::string, std::string> host{"Host", "example.amazonaws.com"},
      date{"X-Amz-Date", "20150830T123600Z"};
  const std::vector<std::string> two{"host", "x-amz-date"}, three{"host", "my-header1", "x-amz-date"};
  return {
      {"get-vanilla",
       "GET",
       "/",
       "",
       {host, date},
       two,
       "",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla-empty-query-key",
       "GET",
       "/",
       "Param1=value1",
       {host, date},
       two,
       "",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/",
       "Param2=value2&Param1=value1",
       {host, date},
       two,
       "",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/",
       "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
       "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
       {host, date},
       two,
       "",
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-unreserved",
       "GET",
       "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
       "",
       {host, date},
       two,
       "",
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-utf8",
       "GET",
       "/\u1234",
       "",
       {host, date},
       two,
       "",
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-header-key-duplicate",
       "GET",
       "/",
       "",
       {host, {"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}, date},
       three,
       "",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-order",
       "GET",
       "/",
       "",
       {host,
        {"My-Header1", "value4"},
        {"My-Header1", "value1"},
        {"My-Header1", "value3"},
        {"My-Header1", "value2"},
        date},
       three,
       "",
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
      {"get-header-value-trim",
       "GET",
       "/",
       "",
       {host, {"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}, date},
       {"host", "my-header1", "my-header2", "x-amz-date"},
       "",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-vanilla",
       "POST",
       "/",
       "",
       {host, date},
       two,
       "",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-header-key-sort",
       "POST",
       "/",
       "",
       {{"My-Header1", "value1"}, host, date},
       three,
       "",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       "",
       {{"Content-Type", "application/x-www-form-urlencoded"}, host, date},
       {"content-type", "host", "x-amz-date"},
       "Param1=value1",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
  };
}

TEST(SignatureV4, AcceptsThePublishedTestSuite) {
  constexpr TimeMs kSuiteTime = 1'440'938'160'000;  // 2015-08-30T12:36:00Z
  for (const auto& item : suite()) {
    const SignedRequest request{item.method, item.path, item.query, item.headers};
    SignatureFacts facts;
    facts.access_key_id = "AKIDEXAMPLE";
    facts.date = "20150830";
    facts.timestamp = "20150830T123600Z";
    facts.region = "us-east-1";
    facts.service = "service";
    facts.signed_headers = item.signed_headers;
    facts.payload_hash = to_hex(sha256(item.body));
    facts.signature = item.signature;

    EXPECT_TRUE(check_signature(request, facts, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", kSuiteTime))
        << item.name;
  }
}

SignedRequest chunked_example(const std::string& payload, bool trailer, const std::string& signature) {
  SignedRequest request{"PUT",
                        "/examplebucket/chunkObject.txt",
                        "",
                        {{"Host", "s3.amazonaws.com"},
                         {"x-amz-date", "20130524T000000Z"},
                         {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                         {"x-amz-content-sha256", payload},
                         {"Content-Encoding", "aws-chunked"},
                         {"x-amz-decoded-content-length", "66560"},
                         {"Content-Length", "66824"}}};
  if (trailer) {
    request.headers.back().first = "x-amz-trailer";
    request.headers.back().second = "x-amz-checksum-crc32c";
  }
  request.headers.emplace_back(
      "Authorization",
      std::string("AWS4-HMAC-SHA256 Credential=") + kExampleScope + ",SignedHeaders=content-encoding;" +
          (trailer ? "" : "content-length;") +
          "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class" +
          (trailer ? ";x-amz-trailer" : "") + ",Signature=" + signature);
  return request;
}

struct Chunks {
  std::string seed, first, second, last;
};
void expect_chunks(const SignedRequest& request, const Chunks& chunks) {
  const auto facts = parse_signature(request);
  ASSERT_TRUE(facts && *facts);
  const auto key = check_signature(request, **facts, kExampleSecret, kExampleTime);
  ASSERT_TRUE(key) << key.error().message;

  const auto signature = [&](const std::string& previous, std::size_t size) {
    return chunk_signature(*key, **facts, previous, to_hex(sha256(std::string(size, 'a'))));
  };
  EXPECT_EQ(signature(chunks.seed, 65536), chunks.first);
  EXPECT_EQ(signature(chunks.first, 1024), chunks.second);
  EXPECT_EQ(signature(chunks.second, 0), chunks.last);
}

TEST(SignatureV4, ChunksOfTheDocumentedUploadComeOutAsDocumented) {
  const Chunks chunks{"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
                      "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                      "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"};
  expect_chunks(chunked_example("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", false, chunks.seed), chunks);
}

TEST(SignatureV4, TrailersOfTheDocumentedUploadComeOutAsDocumented) {
  const Chunks chunks{"106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
                      "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                      "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                      "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"};
  const auto request = chunked_example("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, chunks.seed);
  expect_chunks(request, chunks);

  const auto facts = parse_signature(request);
  const std::string key = make_signing_key(kExampleSecret, "20130524", "us-east-1", "s3");
  EXPECT_EQ(trailer_signature(key, **facts, chunks.last, to_hex(sha256("x-amz-checksum-crc32c:sOO8/Q==\n"))),
            "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
}

/// `request` (Host only) with its own signature by header.
SignedRequest sign(SignedRequest request) {
  for (auto& header :
       sign_v4(request, kExampleEmptyHash, kExampleId, kExampleSecret, "eu-west-3", kExampleTime)) {
    request.headers.push_back(std::move(header));
  }
  return request;
}

TEST(SignatureV4, PathIsEncodedOnceWhateverItsSpellingOnTheWay) {
  const SignedRequest signed_request = sign({"GET", "/b/a%20b%2Bc%3Dd~%C3%A9//e", "", {{"Host", "h"}}});

  for (const char* path :
       {"/b/a%20b%2Bc%3Dd~%C3%A9//e", "/b/a b+c=d~\xC3\xA9//e", "/b/a%20b%2bc%3dd%7E%c3%a9//e"}) {
    SignedRequest request = signed_request;
    request.path = path;
    EXPECT_TRUE(verify(request, kExampleSecret, kExampleTime)) << path;
  }
  SignedRequest other = signed_request;
  other.path = "/b/a%20b%2Bc%3Dd~%C3%A9/e";  // S3 never folds slashes
  EXPECT_EQ(verify(other, kExampleSecret, kExampleTime).error().code, ErrorCode::signature_mismatch);
}

TEST(SignatureV4, PathSignedAsItWasSentIsAccepted) {
  // Signed over "/a+b=c" itself, not over "/a%2Bb%3Dc".
  SignatureFacts facts;
  facts.access_key_id = kExampleId;
  facts.date = "20130524";
  facts.timestamp = "20130524T000000Z";
  facts.region = "us-east-1";
  facts.service = "s3";
  facts.signed_headers = {"host"};
  facts.payload_hash = kExampleEmptyHash;
  const std::string canonical = std::string("GET\n/a+b=c\n\nhost:h\n\nhost\n") + kExampleEmptyHash;
  const std::string key = make_signing_key(kExampleSecret, facts.date, facts.region, facts.service);
  facts.signature = to_hex(hmac_sha256(
      key, "AWS4-HMAC-SHA256\n20130524T000000Z\n" + facts.scope() + "\n" + to_hex(sha256(canonical))));

  EXPECT_TRUE(check_signature({"GET", "/a+b=c", "", {{"Host", "h"}}}, facts, kExampleSecret, kExampleTime));
}

TEST(SignatureV4, QueryIsSortedAndOrderOnTheWayDoesNotMatter) {
  const SignedRequest signed_request =
      sign({"GET", "/b", "prefix=a%2Fb%20c&list-type=2&delimiter=%2F&a-b=1&a=2&a=1", {{"Host", "h"}}});

  SignedRequest request = signed_request;
  request.query = "a=1&a=2&&a-b=1&delimiter=/&list-type=2&prefix=a/b+c";
  EXPECT_TRUE(verify(request, kExampleSecret, kExampleTime));

  request.query = "a=1&a=2&a-b=1&delimiter=/&list-type=2&prefix=a/b%2Bc";
  EXPECT_FALSE(verify(request, kExampleSecret, kExampleTime)) << "a plus is a blank, not a plus";
  request.query = signed_request.query + "&=x";
  EXPECT_FALSE(verify(request, kExampleSecret, kExampleTime)) << "a parameter without a name counts too";
}

TEST(SignatureV4, HeaderThatWasSignedButIsMissingIsNamed) {
  SignedRequest request = example_get();
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Range"; });

  const auto result = verify(request, kExampleSecret, kExampleTime);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::signature_mismatch);
  EXPECT_THAT(result.error().message, HasSubstr("'range'"));
}

TEST(SignatureV4, AmzHeaderThatWasNotSignedIsRefusedAndNamed) {
  for (SignedRequest request : {example_get(), example_presigned()}) {
    request.headers.emplace_back("X-Amz-Acl", "public-read");

    const auto result = verify(request, kExampleSecret, kExampleTime);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::access_denied);
    EXPECT_THAT(result.error().message, HasSubstr("x-amz-acl"));
  }
}

TEST(SignatureV4, WrongSecretIsAMismatchThatTellsNoSecret) {
  const auto result = verify(example_get(), "not-the-secret", kExampleTime);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::signature_mismatch);
  EXPECT_THAT(result.error().message, HasSubstr(kExampleId));
  EXPECT_THAT(result.error().message, testing::Not(HasSubstr("not-the-secret")));
}

ErrorCode code_at(const SignedRequest& request, TimeMs now) {
  const auto result = verify(request, kExampleSecret, now);
  return result ? ErrorCode::internal : result.error().code;
}

TEST(SignatureV4, ClocksMayDifferByFifteenMinutesAndNotMore) {
  EXPECT_TRUE(verify(example_get(), kExampleSecret, kExampleTime + kClockSkewMaxMs));
  EXPECT_TRUE(verify(example_get(), kExampleSecret, kExampleTime - kClockSkewMaxMs));

  EXPECT_EQ(code_at(example_get(), kExampleTime + kClockSkewMaxMs + 1), ErrorCode::clock_skew);
  EXPECT_EQ(code_at(example_get(), kExampleTime - kClockSkewMaxMs - 1), ErrorCode::clock_skew);
}

TEST(SignatureV4, PresignedRequestIsGoodFromItsDateToItsExpiry) {
  constexpr TimeMs kDayMs = 86'400'000;
  EXPECT_TRUE(verify(example_presigned(), kExampleSecret, kExampleTime - kClockSkewMaxMs));
  EXPECT_TRUE(verify(example_presigned(), kExampleSecret, kExampleTime + kDayMs));

  EXPECT_EQ(code_at(example_presigned(), kExampleTime + kDayMs + 1), ErrorCode::expired);
  EXPECT_EQ(code_at(example_presigned(), kExampleTime - kClockSkewMaxMs - 1), ErrorCode::clock_skew);
}

TEST(SignatureV4, DateHeaderServesWhereThereIsNoAmzDate) {
  const std::string canonical =
      std::string("GET\n/\n\ndate:Fri, 24 May 2013 00:00:00 GMT\nhost:h\n\ndate;host\n") + kExampleEmptyHash;
  const std::string key = make_signing_key(kExampleSecret, "20130524", "us-east-1", "s3");
  const std::string signature =
      to_hex(hmac_sha256(key, "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n" +
                                  to_hex(sha256(canonical))));
  const SignedRequest request{"GET",
                              "",
                              "",
                              {{"host", "h"},
                               {"DATE", "Fri, 24 May 2013 00:00:00 GMT"},
                               {"authorization", std::string("AWS4-HMAC-SHA256 Credential=") + kExampleScope +
                                                     ", SignedHeaders=date;host, Signature=" + signature}}};

  EXPECT_TRUE(verify(request, kExampleSecret, kExampleTime));
}

TEST(SignatureV4, WhatWeSignWeAccept) {
  EXPECT_TRUE(verify(sign({"PUT",
                           "/b/k%20%E2%82%AC",
                           "partNumber=1&uploadId=x%2By",
                           {{"Host", "127.0.0.1:9000"},
                            {"Content-Length", "5"},
                            {"User-Agent", "any"},
                            {"x-amz-meta-note", "  two   blanks "}}}),
                     kExampleSecret, kExampleTime));

  SignedRequest presigned{"PUT", "/b/k%20%E2%82%AC", "", {{"Host", "127.0.0.1:9000"}}};
  presigned.query = presign_v4("PUT", "127.0.0.1:9000", presigned.path, "versionId=7&X-Amz-Zebra=1",
                               kExampleId, kExampleSecret, "us-east-1", kExampleTime, 60);
  EXPECT_THAT(presigned.query, testing::StartsWith("X-Amz-Algorithm="));
  EXPECT_TRUE(verify(presigned, kExampleSecret, kExampleTime));
}

TEST(SignatureV4, PresigningBringsTheExpiryIntoBounds) {
  for (const auto& [asked, given] :
       {std::pair<std::int64_t, std::int64_t>{0, 1}, {-5, 1}, {604'801, 604'800}}) {
    const SignedRequest request{
        "GET",
        "/k",
        presign_v4("GET", "h", "/k", "", kExampleId, kExampleSecret, "us-east-1", kExampleTime, asked),
        {{"Host", "h"}}};
    const auto facts = parse_signature(request);
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ((*facts)->expires_seconds, given);
  }
}

}  // namespace
}  // namespace anabranch::auth
