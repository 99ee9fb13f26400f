// What this proves: what a request asks for in its headers is done, or the request is refused with S3's code
// and touches nothing; headers in a presigned URL's query count; bodies are what was signed.
#include "auth/signature_v4.h"
#include "gateway_fixture.h"

namespace anabranch::s3 {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

class Promises : public GatewayTest {
 protected:
  std::string code_of_put(const Fields& headers, const std::string& path = "/plain/k") {
    return outcome(ask({.method = "PUT", .path = path, .headers = headers, .body = "other"}));
  }
  service::ObjectInfo info(const std::string& key) {
    auto found = run(objects_.head_object(root_, "plain", key));
    EXPECT_TRUE(found) << key;
    return found.value_or(service::ObjectInfo{});
  }
};

constexpr const char* kOwner = "0b1ec7000000000000000000000000000000000000000000000000000000abcd";

TEST_F(Promises, WhatIsNotDoneIsRefusedOnEveryWayToMakeAnObject) {
  const std::vector<std::pair<Fields::value_type, std::string>> refused{
      {{"x-amz-acl", "public-read"}, "400 AccessControlListNotSupported"},
      {{"x-amz-acl", "authenticated-read"}, "400 AccessControlListNotSupported"},
      {{"x-amz-acl", "nonsense"}, "400 InvalidArgument"},
      {{"x-amz-grant-read", "id=\"a\""}, "400 AccessControlListNotSupported"},
      {{"x-amz-grant-full-control", "id=\"a\""}, "400 AccessControlListNotSupported"},
      {{"x-amz-storage-class", "GLACIER"}, "400 InvalidStorageClass"},
      {{"x-amz-tagging", "a=b"}, "501 NotImplemented"},
      {{"x-amz-server-side-encryption", "AES256"}, "501 NotImplemented"},
      {{"x-amz-server-side-encryption", "aws:kms"}, "501 NotImplemented"},
      {{"x-amz-server-side-encryption-customer-algorithm", "AES256"}, "501 NotImplemented"},
      {{"x-amz-object-lock-mode", "COMPLIANCE"}, "400 InvalidRequest"},
      {{"x-amz-object-lock-legal-hold", "ON"}, "400 InvalidRequest"},
      {{"x-amz-expected-bucket-owner", "123456789012"}, "403 AccessDenied"},
      {{"x-amz-mfa", "1 2"}, "501 NotImplemented"},
  };
  for (const auto& [header, code] : refused) {
    EXPECT_EQ(code_of_put({header}), code) << header.first;
    EXPECT_EQ(code_of_put({header, {"x-amz-copy-source", "plain/k"}}, "/plain/new"), code) << header.first;
    EXPECT_EQ(code_of_put({header}, "/repo/main/k"), code) << header.first;
    EXPECT_EQ(outcome(ask({.method = "POST", .path = "/plain/k", .query = "uploads", .headers = {header}})),
              code);
    EXPECT_EQ(outcome(ask({.method = "PUT",
                           .path = "/plain/k",
                           .query = "uploadId=u&partNumber=1",
                           .headers = {header},
                           .body = "x"})),
              code);
    expect_untouched(header.first);
  }
}

TEST_F(Promises, WhatIsTheCaseAnywayIsTaken) {
  for (const Fields::value_type& header : Fields{{"x-amz-acl", "private"},
                                                 {"x-amz-acl", "bucket-owner-full-control"},
                                                 {"x-amz-acl", ""},
                                                 {"x-amz-storage-class", "STANDARD"},
                                                 {"x-amz-tagging", ""},
                                                 {"x-amz-server-side-encryption-bucket-key-enabled", "false"},
                                                 {"x-amz-expected-bucket-owner", kOwner}}) {
    EXPECT_EQ(code_of_put({header}), "200") << header.first;
    EXPECT_EQ(code_of_put({header, {"x-amz-copy-source", "store/../plain/k"}}, "/plain/copy").substr(0, 3),
              "404");
    EXPECT_EQ(code_of_put({header, {"x-amz-copy-source", "plain/k"}, {"x-amz-tagging-directive", "REPLACE"}},
                          "/plain/copy"),
              "200");
  }
}

TEST_F(Promises, ABucketIsMadeAsAskedOrNot) {
  const std::vector<std::pair<Fields::value_type, std::string>> cases{
      {{"x-amz-bucket-object-lock-enabled", "true"}, "501 NotImplemented"},
      {{"x-amz-acl", "public-read"}, "400 InvalidBucketAclWithObjectOwnership"},
      {{"x-amz-grant-write", "id=\"a\""}, "400 InvalidBucketAclWithObjectOwnership"},
      {{"x-amz-object-ownership", "ObjectWriter"}, "501 NotImplemented"},
      {{"x-amz-bucket-namespace", "account-regional"}, "501 NotImplemented"},
      {{"x-amz-next-year", "on"}, "501 NotImplemented"},
  };
  for (const auto& [header, code] : cases) {
    EXPECT_EQ(code_of_put({header}, "/another"), code) << header.first;
    expect_untouched(header.first);
  }
  const auto made = ask({.method = "PUT",
                         .path = "/another",
                         .headers = {{"x-amz-acl", "private"},
                                     {"x-amz-bucket-object-lock-enabled", "false"},
                                     {"x-amz-object-ownership", "BucketOwnerEnforced"}}});
  EXPECT_EQ(outcome(made), "200");
}

TEST_F(Promises, ABucketMayBeMadeAgainWhereS3TakesThat) {
  const auto made_for = [](const std::string& region) {
    return "<CreateBucketConfiguration><LocationConstraint>" + region +
           "</LocationConstraint></CreateBucketConfiguration>";
  };
  EXPECT_EQ(outcome(ask({.method = "PUT", .path = "/plain"})), "200");
  EXPECT_EQ(outcome(ask({.method = "PUT", .path = "/plain", .body = made_for("eu-west-1")})),
            "409 BucketAlreadyOwnedByYou");
  EXPECT_EQ(outcome(ask({.method = "PUT", .path = "/repo"})), "409 BucketAlreadyOwnedByYou");
  expect_untouched("made again");
  ASSERT_EQ(outcome(ask({.method = "PUT", .path = "/afar", .body = made_for("eu-west-1")})), "200");
  EXPECT_EQ(outcome(ask({.method = "PUT", .path = "/afar"})), "409 BucketAlreadyOwnedByYou");
}

TEST_F(Promises, ReadsKnowTheOwnerAndThatNothingIsEncrypted) {
  const auto read = [&](const std::string& path, Fields headers) {
    return outcome(ask({.path = path, .headers = std::move(headers)}));
  };
  EXPECT_EQ(read("/plain/k", {{"x-amz-expected-bucket-owner", "123456789012"}}), "403 AccessDenied");
  EXPECT_EQ(read("/plain", {{"x-amz-expected-bucket-owner", "123456789012"}}), "403 AccessDenied");
  EXPECT_EQ(read("/plain/k", {{"x-amz-expected-bucket-owner", kOwner}}), "200");
  EXPECT_EQ(read("/plain/k", {{"x-amz-server-side-encryption-customer-algorithm", "AES256"}}),
            "400 InvalidRequest");
  EXPECT_EQ(read("/plain/k", {{"x-amz-acl", "public-read"}, {"x-amz-next-year", "1"}}), "200");
}

TEST_F(Promises, ACopyHasTheChecksumAskedForOrIsNotMade) {
  EXPECT_EQ(code_of_put({{"x-amz-sdk-checksum-algorithm", "SHA256"}}), "200");
  const auto copy = [&](const std::string& algorithm) {
    return code_of_put({{"x-amz-copy-source", "plain/k"}, {"x-amz-checksum-algorithm", algorithm}},
                       "/plain/new");
  };
  EXPECT_EQ(copy("CRC32C"), "501 NotImplemented");
  EXPECT_EQ(copy("SHA512"), "400 InvalidRequest");
  EXPECT_EQ(outcome(ask({.method = "HEAD", .path = "/plain/new"})), "404 NoSuchKey");
  EXPECT_EQ(copy("SHA256"), "200");
  EXPECT_EQ(info("new").checksums.front().algorithm, HashAlgorithm::sha256);
}

TEST_F(Promises, AChecksumsTypeIsOneThatThereIs) {
  EXPECT_EQ(code_of_put({{"x-amz-checksum-type", "COMPOSITE"}}), "400 InvalidRequest");
  EXPECT_EQ(code_of_put({{"x-amz-checksum-type", "HALF"}}), "400 InvalidRequest");
  expect_untouched("type");
  EXPECT_EQ(code_of_put({{"x-amz-checksum-type", "FULL_OBJECT"}}), "200");
}

TEST_F(Promises, AWebsiteRedirectIsKeptOnBucketsAndRefusedOnBranches) {
  const Fields header{{"x-amz-website-redirect-location", "/elsewhere"}};
  EXPECT_EQ(code_of_put(header, "/repo/main/k"), "501 NotImplemented");
  expect_untouched("redirect");
  EXPECT_EQ(code_of_put({header[0], {"x-amz-copy-source", "plain/k"}}, "/plain/new"), "501 NotImplemented");
  EXPECT_EQ(code_of_put(header), "200");
  const auto head = ask({.method = "HEAD", .path = "/plain/k"});
  EXPECT_EQ(head.headers.get("x-amz-website-redirect-location"), "/elsewhere");
}

// ── presigned URLs

class PresignedHeaders : public Promises {};

TEST_F(PresignedHeaders, CountAsHeaders) {
  const auto put_answer = ask_presigned({.method = "PUT",
                                         .path = "/plain/new",
                                         .query = "x-amz-meta-run=42&Content-Type=image%2Fpng&x-id=PutObject"
                                                  "&cache-control=max-age%3D5",
                                         .headers = {{"Content-Type", "application/octet-stream"}},
                                         .body = "data"});

  EXPECT_EQ(outcome(put_answer), "200");
  EXPECT_EQ(info("new").user_metadata, (service::StringPairs{{"run", "42"}}));
  EXPECT_EQ(info("new").content_type, "image/png");
  EXPECT_EQ(info("new").headers, (service::StringPairs{{"Cache-Control", "max-age=5"}}));
}

TEST_F(PresignedHeaders, MakeACopyWhereTheyNameASource) {
  EXPECT_EQ(
      outcome(ask_presigned({.method = "PUT", .path = "/plain/new", .query = "x-amz-copy-source=plain%2Fk"})),
      "200");
  EXPECT_EQ(get(root_, "plain", "new").value_or(""), "kept");
}

TEST_F(PresignedHeaders, ArePromisesToo) {
  for (const char* query : {"X-Amz-Acl=public-read", "x-amz-tagging=a%3Db", "x-amz-next-year=1",
                            "x-amz-object-lock-mode=COMPLIANCE", "x-amz-checksum-crc32=AAAAAQ%3D%3D",
                            "x-amz-checksum-sha512=AAAA", "content-md5=1B2M2Y8AsgTpgAmY7PhCfg%3D%3D",
                            "if-none-match=%2A", "x-amz-meta-a%20b=1", "x-amz-meta-a=1%0D%0Ab"}) {
    const auto answer = ask_presigned({.method = "PUT", .path = "/plain/k", .query = query, .body = "other"});
    EXPECT_GE(answer.status, 400) << query;
    expect_untouched(query);
  }
}

TEST_F(PresignedHeaders, OfTheChecksumOfNothingOnlyTheAlgorithmIsTaken) {
  const auto answer =
      ask_presigned({.method = "PUT",
                     .path = "/plain/new",
                     .query = "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32",
                     .body = "real data"});
  EXPECT_EQ(outcome(answer), "200");
  ASSERT_EQ(info("new").checksums.size(), 1U);
  EXPECT_EQ(info("new").checksums.front().algorithm, HashAlgorithm::crc32);
}

TEST_F(PresignedHeaders, InTheQueryOfASignedRequestAreRefused) {
  const auto answer =
      ask({.method = "PUT", .path = "/plain/k", .query = "x-amz-meta-run=42", .body = "other"});
  EXPECT_EQ(outcome(answer), "501 NotImplemented");
  EXPECT_EQ(outcome(ask({.path = "/plain/k", .query = "x-amz-next-year=42"})), "501 NotImplemented");
  expect_untouched("query");
}

TEST_F(PresignedHeaders, ExpireWithinAWeek) {
  for (const char* seconds : {"0", "-1", "604801", "99999999999999999999", "soon", "", "1.5", "+60", " 60"}) {
    const std::string signed_query =
        auth::presign_v4("GET", "localhost", "/plain/k", "", "AKIAROOT", "root-secret", "us-east-1",
                         system_clock().now_ms(), 60);
    std::string query = signed_query;
    const std::string was = "X-Amz-Expires=60";
    query.replace(query.find(was), was.size(), "X-Amz-Expires=" + http::percent_encode(seconds, false));
    const auto answer = send({"GET", "/plain/k", query, {{"Host", "localhost"}}}, "");
    EXPECT_EQ(outcome(answer), "400 AuthorizationQueryParametersError") << seconds;
  }
}

// ── regions

TEST_F(Promises, AnAuthorizationThatIsNoneIsRefusedAsS3DoesIt) {
  const auto code_of = [&](const std::string& authorization) {
    return outcome(
        send({"PUT", "/plain/k", "", {{"Host", "localhost"}, {"Authorization", authorization}}}, "x"));
  };
  EXPECT_EQ(code_of(""), "403 AccessDenied");
  EXPECT_EQ(code_of("Basic YTpi"), "403 AccessDenied");
  EXPECT_EQ(code_of("AWS HAHAHA"), "400 InvalidArgument");
  EXPECT_EQ(code_of("AWS4-HMAC-SHA256 HAHAHA"), "400 AuthorizationHeaderMalformed");
  expect_untouched("authorization");
}

TEST_F(Promises, ASignatureForAnotherRegionIsRefused) {
  const auto header = ask({.path = "/plain/k", .region = "eu-west-1"});
  EXPECT_EQ(outcome(header), "400 AuthorizationHeaderMalformed");
  EXPECT_THAT(header.body, testing::HasSubstr("<Region>us-east-1</Region>"));
  EXPECT_EQ(header.headers.get("x-amz-bucket-region"), "us-east-1");
  const auto presigned = ask_presigned({.path = "/plain/k", .region = "eu-west-1"});
  EXPECT_EQ(outcome(presigned), "400 AuthorizationQueryParametersError");
  EXPECT_THAT(presigned.body, testing::HasSubstr("<Region>us-east-1</Region>"));
}

TEST_F(Promises, ABucketsOwnRegionIsGoodForItAndAnyToAskForIt) {
  EXPECT_EQ(
      outcome(ask({.method = "PUT",
                   .path = "/another",
                   .body = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                           "</CreateBucketConfiguration>"})),
      "200");
  EXPECT_EQ(outcome(ask({.path = "/another", .region = "eu-west-1"})), "200");
  EXPECT_EQ(outcome(ask({.path = "/another", .region = "us-east-1"})), "200");
  EXPECT_EQ(outcome(ask({.path = "/another", .region = "eu-west-2"})), "400 AuthorizationHeaderMalformed");
  EXPECT_EQ(outcome(ask({.path = "/plain", .region = "eu-west-1"})), "400 AuthorizationHeaderMalformed");
  const auto location = ask({.path = "/another", .query = "location", .region = "eu-west-2"});
  EXPECT_THAT(location.body, testing::HasSubstr(">eu-west-1</LocationConstraint>"));
  EXPECT_EQ(outcome(ask({.region = "eu-west-2"})), "200");
}

// ── bodies

class Bodies : public Promises {
 protected:
  static std::string hash_of(const std::string& body) { return to_hex(sha256(body)); }
};

TEST_F(Bodies, AreWhatWasSigned) {
  const std::string other = hash_of("what was signed");
  const std::string deletion = "<Delete><Object><Key>k</Key></Object></Delete>";
  const std::string parts =
      "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></"
      "CompleteMultipartUpload>";
  const std::vector<Ask> asked{
      {.method = "PUT", .path = "/plain/k", .body = "other"},
      {.method = "PUT", .path = "/repo/main/k", .body = "other"},
      {.method = "PUT", .path = "/another", .body = "<CreateBucketConfiguration/>"},
      {.method = "PUT", .path = "/plain", .query = "acl", .headers = {{"x-amz-acl", "private"}}},
      {.method = "PUT", .path = "/plain/k", .query = "acl", .headers = {{"x-amz-acl", "private"}}},
      {.method = "PUT", .path = "/plain/new", .headers = {{"x-amz-copy-source", "plain/k"}}, .body = "x"},
      {.method = "POST", .path = "/plain", .query = "delete", .body = deletion},
      {.method = "POST", .path = "/plain/k", .query = "uploads", .body = "x"},
      {.method = "POST", .path = "/plain/k", .query = "uploadId=none", .body = parts},
      {.method = "DELETE", .path = "/plain/k", .body = "x"},
      {.method = "DELETE", .path = "/empty"},
      {.method = "GET", .path = "/plain/k", .body = "x"},
  };
  for (Ask each : asked) {
    each.payload_hash = other;
    EXPECT_EQ(outcome(ask(each)), "400 XAmzContentSHA256Mismatch") << each.method << each.path << each.query;
    each.payload_hash.clear();
    each.headers.emplace_back("Content-MD5", to_base64(md5("what was sent")));
    EXPECT_EQ(outcome(ask(each)), "400 BadDigest") << each.method << each.path << each.query;
    each.headers.back().second = "not base64";
    EXPECT_EQ(outcome(ask(each)), "400 InvalidDigest") << each.method << each.path << each.query;
    each.headers.back().second = "c2hvcnQ=";
    EXPECT_EQ(outcome(ask(each)), "400 InvalidDigest") << each.method << each.path << each.query;
    expect_untouched(each.method + each.path + each.query);
  }
}

TEST_F(Bodies, OfAPartAreWhatWasSigned) {
  const auto upload = run(objects_.create_upload(root_, "plain", "k", {}));
  ASSERT_TRUE(upload);
  Ask part{.method = "PUT",
           .path = "/plain/k",
           .query = "partNumber=1&uploadId=" + upload->upload_id,
           .body = "other",
           .payload_hash = hash_of("what was signed")};
  EXPECT_EQ(outcome(ask(part)), "400 XAmzContentSHA256Mismatch");
  part.payload_hash.clear();
  EXPECT_EQ(outcome(ask(part)), "200");
}

TEST_F(Bodies, ArePresignedToo) {
  service::SignedRequest facts{"PUT", "/plain/k", "", {{"Host", "localhost"}}};
  facts.query =
      auth::presign_v4("PUT", "localhost", "/plain/k", "X-Amz-Content-Sha256=" + hash_of("what was signed"),
                       "AKIAROOT", "root-secret", "us-east-1", system_clock().now_ms(), 60);
  const auto parsed = *auth::parse_signature(facts);
  ASSERT_TRUE(parsed);
  const std::string key =
      auth::make_signing_key("root-secret", parsed->date, parsed->region, parsed->service);
  const std::string canonical = auth::canonical_request(facts, *parsed, auth::PathForm::strict);
  facts.query.replace(facts.query.find(parsed->signature), parsed->signature.size(),
                      auth::signature_v4(canonical, *parsed, key));

  EXPECT_EQ(outcome(send(facts, "other")), "400 XAmzContentSHA256Mismatch");
  expect_untouched("presigned");
  EXPECT_EQ(outcome(send(facts, "what was signed")), "200");
}

TEST_F(Bodies, CompletionsAreHeldAgainstWhatTheySayOfTheObject) {
  const auto upload = run(objects_.create_upload(
      root_, "plain", "k", {.checksum_algorithm = HashAlgorithm::crc32, .checksum_full_object = true}));
  ASSERT_TRUE(upload);
  const std::string query = "uploadId=" + upload->upload_id;
  const auto part =
      ask({.method = "PUT", .path = "/plain/k", .query = "partNumber=1&" + query, .body = "whole"});
  const std::string xml = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" +
                          std::string(part.headers.get("ETag")) + "</ETag></Part></CompleteMultipartUpload>";
  const auto complete = [&](Fields headers) {
    return outcome(ask(
        {.method = "POST", .path = "/plain/k", .query = query, .headers = std::move(headers), .body = xml}));
  };

  EXPECT_EQ(complete({{"x-amz-mp-object-size", "4"}}), "400 InvalidRequest");
  EXPECT_EQ(complete({{"x-amz-mp-object-size", "many"}}), "400 InvalidRequest");
  EXPECT_EQ(complete({{"x-amz-checksum-type", "COMPOSITE"}}), "400 InvalidRequest");
  EXPECT_EQ(complete({{"x-amz-checksum-crc32", "AAAAAA=="}}), "400 BadDigest");
  expect_untouched("completion");
  EXPECT_EQ(complete({{"x-amz-mp-object-size", "5"}, {"x-amz-checksum-type", "FULL_OBJECT"}}), "200");
  EXPECT_EQ(get(root_, "plain", "k").value_or(""), "whole");
}

}  // namespace
}  // namespace anabranch::s3
