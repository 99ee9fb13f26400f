// tests/unit/auth/aws_examples.h — the requests that AWS's documentation signs, with the keys that it uses.
//
// Source: S3 API Reference, "Signature Calculations for the Authorization Header", "... Using Query
// Parameters".
#pragma once

#include "auth/signature.h"

namespace anabranch::auth {

inline constexpr const char* kExampleId = "AKIAIOSFODNN7EXAMPLE";
inline constexpr const char* kExampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
inline constexpr const char* kExampleScope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
/// 2013-05-24T00:00:00Z
inline constexpr TimeMs kExampleTime = 1'369'353'600'000;
inline constexpr const char* kExampleEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// "GET Object": the first ten bytes of test.txt.
inline SignedRequest example_get() {
  return {
      "GET",
      "/test.txt",
      "",
      {{"Host", "examplebucket.s3.amazonaws.com"},
       {"Authorization", std::string("AWS4-HMAC-SHA256 Credential=") + kExampleScope +
                             ",SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                             "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
       {"Range", "bytes=0-9"},
       {"x-amz-content-sha256", kExampleEmptyHash},
       {"x-amz-date", "20130524T000000Z"}}};
}

/// "PUT Object": dated by the Date header as well, a "$" in the key.
inline SignedRequest example_put() {
  return {
      "PUT",
      "/test$file.text",
      "",
      {{"Host", "examplebucket.s3.amazonaws.com"},
       {"Date", "Fri, 24 May 2013 00:00:00 GMT"},
       {"Authorization", std::string("AWS4-HMAC-SHA256 Credential=") + kExampleScope +
                             ",SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                             "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
       {"x-amz-date", "20130524T000000Z"},
       {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
       {"x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}}};
}

/// "GET Bucket (List Objects)".
inline SignedRequest example_list() {
  return {
      "GET",
      "/",
      "max-keys=2&prefix=J",
      {{"Host", "examplebucket.s3.amazonaws.com"},
       {"Authorization", std::string("AWS4-HMAC-SHA256 Credential=") + kExampleScope +
                             ",SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                             "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
       {"x-amz-content-sha256", kExampleEmptyHash},
       {"x-amz-date", "20130524T000000Z"}}};
}

/// "GET Bucket Lifecycle": a query parameter without a value.
inline SignedRequest example_lifecycle() {
  SignedRequest request = example_list();
  request.query = "lifecycle";
  request.headers[1].second = std::string("AWS4-HMAC-SHA256 Credential=") + kExampleScope +
                              ",SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                              "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543";
  return request;
}

/// "Authenticating Requests: Using Query Parameters": test.txt for a day.
inline SignedRequest example_presigned() {
  return {"GET",
          "/test.txt",
          "X-Amz-Algorithm=AWS4-HMAC-SHA256"
          "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
          "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
          "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
          {{"Host", "examplebucket.s3.amazonaws.com"}}};
}

/// Parses and checks, as a server does. Errors: those of both.
inline Result<std::string> verify(const SignedRequest& request, std::string_view secret, TimeMs now) {
  ANABRANCH_TRY(const auto facts, parse_signature(request));
  if (!facts) return fail(ErrorCode::unauthenticated, "not signed");
  return check_signature(request, *facts, secret, now);
}

}  // namespace anabranch::auth
