// What this proves: parse_signature reads every form of AWS signature, and says what is wrong with a broken
// one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws_examples.h"

namespace anabranch::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SignedRequest with_authorization(const std::string& value) {
  SignedRequest request = example_get();
  request.headers[1].second = value;
  return request;
}
SignedRequest with_query(const std::string& from, const std::string& to) {
  SignedRequest request = example_presigned();
  const std::size_t at = request.query.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  request.query.replace(at, from.size(), to);
  return request;
}
void expect_error(const SignedRequest& request, ErrorCode code, const std::string& message) {
  const auto facts = parse_signature(request);
  ASSERT_FALSE(facts) << "expected: " << message;
  EXPECT_EQ(to_string(facts.error().code), to_string(code)) << facts.error().message;
  EXPECT_THAT(facts.error().message, HasSubstr(message));
}

TEST(ParseSignature, ReadsAnAuthorizationHeader) {
  const auto facts = parse_signature(example_get());

  ASSERT_TRUE(facts && *facts);
  EXPECT_EQ((*facts)->version, SignatureFacts::Version::v4);
  EXPECT_FALSE((*facts)->presigned);
  EXPECT_EQ((*facts)->access_key_id, kExampleId);
  EXPECT_EQ((*facts)->timestamp, "20130524T000000Z");
  EXPECT_EQ((*facts)->scope(), "20130524/us-east-1/s3/aws4_request");
  EXPECT_THAT((*facts)->signed_headers, ElementsAre("host", "range", "x-amz-content-sha256", "x-amz-date"));
  EXPECT_EQ((*facts)->payload_hash, kExampleEmptyHash);
}

TEST(ParseSignature, ToleratesBlanksAnyOrderAndSlashesInTheKeyId) {
  const auto facts = parse_signature(
      with_authorization("  AWS4-HMAC-SHA256 \t Signature = ab ,SignedHeaders=X-Amz-Date; HOST;host ,  "
                         "Credential=team/a/20130524/auto/s3/aws4_request  "));

  ASSERT_TRUE(facts && *facts) << facts.error().message;
  EXPECT_EQ((*facts)->access_key_id, "team/a");
  EXPECT_EQ((*facts)->region, "auto");
  EXPECT_EQ((*facts)->signature, "ab");
  EXPECT_THAT((*facts)->signed_headers, ElementsAre("host", "x-amz-date"));
}

TEST(ParseSignature, RequestsWithoutAnAwsSignatureAreNone) {
  SignedRequest request{"GET", "/b", "list-type=2&Signature=mine", {{"Host", "h"}}};
  EXPECT_FALSE(parse_signature(request).value());
  for (const char* value : {"Basic YTpi", "Bearer x", "", "AWS", "awsome x"}) {
    request.headers = {{"Host", "h"}, {"Authorization", value}};
    EXPECT_FALSE(parse_signature(request).value()) << value;
  }
}

TEST(ParseSignature, QuerySignatureBeatsAStrayBasicHeader) {
  SignedRequest v4 = example_presigned();
  v4.headers.emplace_back("Authorization", "Basic YTpi");
  EXPECT_TRUE(verify(v4, kExampleSecret, kExampleTime));

  SignedRequest v2{"GET", "/k", "AWSAccessKeyId=A&Signature=x&Expires=1", {{"Authorization", "Basic YTpi"}}};
  const auto facts = parse_signature(v2);
  ASSERT_TRUE(facts && *facts);
  EXPECT_EQ((*facts)->version, SignatureFacts::Version::v2);
  EXPECT_TRUE((*facts)->presigned);
}

TEST(ParseSignature, TwoAwsSignaturesAreRefused) {
  SignedRequest request = example_presigned();
  request.headers.push_back(example_get().headers[1]);
  expect_error(request, ErrorCode::invalid_argument, "only one of");

  request = example_presigned();
  request.query += "&AWSAccessKeyId=A&Signature=x&Expires=1";
  expect_error(request, ErrorCode::invalid_argument, "only one of");

  request = example_get();
  request.headers.push_back(request.headers[1]);
  expect_error(request, ErrorCode::malformed, "more than one");
}

TEST(ParseSignature, BrokenAuthorizationHeadersAreMalformedAndSayWhere) {
  const std::string algorithm = "AWS4-HMAC-SHA256 ";
  const std::string credential = std::string("Credential=") + kExampleScope;
  const std::string rest = ", SignedHeaders=host, Signature=ab";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"AWS4-ECDSA-P256-SHA256 " + credential + rest, "AWS4-ECDSA-P256-SHA256"},
      {"AWS4-HMAC-SHA256", "broken part"},
      {algorithm + credential + ", SignedHeaders=host", "no Signature"},
      {algorithm + credential + ", Signature=ab", "no SignedHeaders"},
      {algorithm + "SignedHeaders=host, Signature=ab", "no Credential"},
      {algorithm + credential + rest + ", Signature=cd", "'Signature'"},
      {algorithm + credential + rest + ", Extra=1", "'Extra'"},
      {algorithm + credential + rest + ",", "broken part"},
      {algorithm + "Credential=AKIA" + rest, "must look like"},
      {algorithm + "Credential=/20130524/us-east-1/s3/aws4_request" + rest, "no access key id"},
      {algorithm + "Credential=A/2013052/us-east-1/s3/aws4_request" + rest, "'2013052'"},
      {algorithm + "Credential=A/20130524//s3/aws4_request" + rest, "no region"},
      {algorithm + "Credential=A/20130524/us-east-1/sts/aws4_request" + rest, "'sts'"},
      {algorithm + "Credential=A/20130524/us-east-1/s3/aws3_request" + rest, "'aws3_request'"},
      {algorithm + "Credential=A/20130525/us-east-1/s3/aws4_request" + rest, "'20130525'"},
      {algorithm + credential + ", SignedHeaders=range, Signature=ab", "'host'"},
      {algorithm + credential + ", SignedHeaders=host;;range, Signature=ab", "empty name"},
      {"AWS nocolon", "AWS <access key id>:<signature>"},
      {"AWS :x", "AWS <access key id>:<signature>"},
      {"AWS x:", "AWS <access key id>:<signature>"},
  };
  for (const auto& [value, message] : cases) {
    SCOPED_TRACE(value);
    expect_error(with_authorization(value), ErrorCode::malformed, message);
  }
}

TEST(ParseSignature, BrokenPresignedQueriesAreInvalidArgumentsAndSayWhich) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", "AWS4-HMAC-SHA1"},
      {"X-Amz-Algorithm=AWS4-HMAC-SHA256&", "", "X-Amz-Algorithm"},
      {"X-Amz-Credential", "X-Credential", "X-Amz-Credential"},
      {"X-Amz-Date=20130524T000000Z&", "", "X-Amz-Date"},
      {"X-Amz-Expires=86400&", "", "X-Amz-Expires"},
      {"X-Amz-SignedHeaders=host&", "", "X-Amz-SignedHeaders"},
      {"X-Amz-Signature=", "X-Amz-Other=", "X-Amz-Signature"},
      {"Expires=86400", "Expires=0", "from 1 to 604800"},
      {"Expires=86400", "Expires=604801", "from 1 to 604800"},
      {"Expires=86400", "Expires=-1", "from 1 to 604800"},
      {"Expires=86400", "Expires=1e3", "from 1 to 604800"},
      {"Expires=86400", "Expires=99999999999999999999", "from 1 to 604800"},
      {"Date=20130524T000000Z", "Date=20130524", "of the form"},
      {"Date=20130524T000000Z", "Date=20131324T000000Z", "of the form"},
      {"Date=20130524T000000Z", "Date=20130525T000000Z", "not that of the request"},
      {"SignedHeaders=host", "SignedHeaders=range", "'host'"},
      {"%2Fs3%2F", "%2Fec2%2F", "'ec2'"},
      {"X-Amz-Date=", "X-Amz-Expires=60&X-Amz-Date=", "more than one X-Amz-Expires"},
      {"X-Amz-Date=", "X%2DAmz%2DDate=20130524T000000Z&X-Amz-Date=", "more than one X-Amz-Date"},
      {"X-Amz-Date=", "X-Amz-Content-Sha256=short&X-Amz-Date=", "x-amz-content-sha256"},
  };
  for (const auto& [from, to, message] : cases) {
    SCOPED_TRACE(from + " -> " + to);
    expect_error(with_query(from, to), ErrorCode::invalid_argument, message);
  }
  for (const auto& [query, message] :
       {std::pair{"AWSAccessKeyId=A&Signature=x", "Expires"},
        {"AWSAccessKeyId=A&Expires=1", "Signature"},
        {"Signature=x&Expires=1", "AWSAccessKeyId"},
        {"AWSAccessKeyId=A&Signature=x&Expires=soon", "'soon'"},
        {"AWSAccessKeyId=A&Signature=x&Expires=1&Expires=9", "more than one Expires"}}) {
    SCOPED_TRACE(query);
    expect_error({"GET", "/k", query, {}}, ErrorCode::invalid_argument, message);
  }
}

TEST(ParseSignature, DateIsNeededAndMustBeReadable) {
  for (const char* date : {"20130524", "yesterday", ""}) {
    SignedRequest request = example_get();
    request.headers[4].second = date;
    expect_error(request, ErrorCode::unauthenticated, "valid Date or x-amz-date");
  }
  SignedRequest request = example_get();
  request.headers.pop_back();
  expect_error(request, ErrorCode::unauthenticated, "valid Date or x-amz-date");
}

TEST(ParseSignature, PayloadHashIsWhatWasSentOrTheEmptyBodys) {
  const auto hash_of = [](const SignedRequest& request) {
    return parse_signature(request).value()->payload_hash;
  };
  SignedRequest request = example_get();
  for (const char* good : {"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", kExampleEmptyHash}) {
    request.headers[3].second = good;
    EXPECT_EQ(hash_of(request), good);
  }
  for (const char* bad : {"", "e3b0", "unsigned-payload", "STREAMING-x\n"}) {
    request.headers[3].second = bad;
    expect_error(request, ErrorCode::invalid_argument, "x-amz-content-sha256");
  }
  request.headers.erase(request.headers.begin() + 3);
  EXPECT_EQ(hash_of(request), kExampleEmptyHash);
}

TEST(ParseSignature, PresignedPayloadIsUnsignedUnlessAHashWasSigned) {
  const auto hash_of = [](const SignedRequest& request) {
    return parse_signature(request).value()->payload_hash;
  };
  SignedRequest request = example_presigned();
  request.headers.emplace_back("x-amz-content-sha256", kExampleEmptyHash);
  EXPECT_EQ(hash_of(request), "UNSIGNED-PAYLOAD") << "anyone may add a header that is not signed";

  request.query = with_query("SignedHeaders=host", "SignedHeaders=host%3Bx-amz-content-sha256").query;
  EXPECT_EQ(hash_of(request), kExampleEmptyHash);

  request =
      with_query("X-Amz-Date=", std::string("X-Amz-Content-Sha256=") + kExampleEmptyHash + "&X-Amz-Date=");
  EXPECT_EQ(hash_of(request), kExampleEmptyHash);
}

}  // namespace
}  // namespace anabranch::auth
