// tests/unit/s3/gateway_fixture.h — the S3 gateway over memory stores, asked with signed requests: a bucket
// "plain" and a repository "repo" with the branch "main", each with an object "k" that holds "kept".
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/metrics.h"
#include "s3/gateway.h"
#include "unit/service/fixture.h"

namespace anabranch::s3 {

/// One request; what is left out is as a good client sends it.
struct Ask {
  std::string method = "GET";
  std::string path = "/";
  std::string query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string region = "us-east-1";
  std::string payload_hash = {};  // empty: the body's
  auth::KeyPair key = {"AKIAROOT", "root-secret"};
};

class GatewayTest : public service::ServiceTest {
 protected:
  GatewayTest() {
    EXPECT_TRUE(run(objects_.create_bucket(root_, "plain", "")));
    EXPECT_TRUE(run(objects_.create_bucket(root_, "empty", "")));
    for (const auto& [bucket, key] : kObjects) EXPECT_TRUE(put(root_, bucket, key, "kept"));
  }

  /// Signed in its headers.
  http::Response ask(Ask wanted) {
    service::SignedRequest facts{wanted.method, wanted.path, wanted.query, {{"Host", "localhost"}}};
    facts.headers.insert(facts.headers.end(), wanted.headers.begin(), wanted.headers.end());
    const std::string hash = wanted.payload_hash.empty() ? to_hex(sha256(wanted.body)) : wanted.payload_hash;
    const auto added = auth::sign_v4(facts, hash, wanted.key.access_key_id, wanted.key.secret_access_key,
                                     wanted.region, system_clock().now_ms());
    facts.headers.insert(facts.headers.end(), added.begin(), added.end());
    return send(facts, std::move(wanted.body));
  }

  /// Signed in its query; `headers` are sent but not signed.
  http::Response ask_presigned(Ask wanted) {
    wanted.query =
        auth::presign_v4(wanted.method, "localhost", wanted.path, wanted.query, wanted.key.access_key_id,
                         wanted.key.secret_access_key, wanted.region, system_clock().now_ms(), 60);
    service::SignedRequest facts{wanted.method, wanted.path, wanted.query, {{"Host", "localhost"}}};
    facts.headers.insert(facts.headers.end(), wanted.headers.begin(), wanted.headers.end());
    return send(facts, std::move(wanted.body));
  }

  http::Response send(const service::SignedRequest& facts, std::string body) {
    http::Request request;
    request.method = facts.method;
    request.path = facts.path;
    request.query = facts.query;
    request.target = facts.path + (facts.query.empty() ? "" : "?" + facts.query);
    for (const auto& [name, value] : facts.headers) request.headers.add(name, value);
    if (facts.method == "PUT" || facts.method == "POST" || !body.empty())
      request.content_length = body.size();
    request.body = make_source(std::move(body));
    request.trailers = std::make_shared<http::Headers>();
    request.request_id = "0123456789abcdef";
    return run(gateway_.handle(std::move(request)));
  }

  /// "501 NotImplemented", or the status alone.
  static std::string outcome(const http::Response& response) {
    const auto begin = response.body.find("<Code>");
    const auto end = response.body.find("</Code>");
    if (begin == std::string::npos) return std::to_string(response.status);
    return std::to_string(response.status) + " " + response.body.substr(begin + 6, end - begin - 6);
  }

  /// All that a request might have touched by mistake is as it was.
  void expect_untouched(const std::string& what) {
    for (const auto& [bucket, key] : kObjects) {
      const auto bytes = get(root_, bucket, key);
      EXPECT_EQ(bytes.value_or("(gone)"), "kept") << what;
    }
    const auto buckets = run(objects_.list_buckets(root_));
    ASSERT_TRUE(buckets);
    std::vector<std::string> names;
    for (const auto& bucket : *buckets) names.push_back(bucket.name);
    EXPECT_THAT(names, testing::ElementsAre("empty", "plain", "repo", "store")) << what;
    for (const auto& [bucket, prefix] :
         {std::pair<std::string, std::string>{"plain", ""}, {"repo", "main/"}}) {
      const auto page = run(objects_.list_objects(root_, bucket, {.prefix = prefix}));
      ASSERT_TRUE(page);
      EXPECT_EQ(page->items.size(), 1U) << what;
    }
  }

  static inline const std::vector<std::pair<std::string, std::string>> kObjects{{"plain", "k"},
                                                                                {"repo", "main/k"}};
  metrics::Registry registry_;
  Gateway gateway_{identity_, objects_, system_clock(), registry_, {}};
};

}  // namespace anabranch::s3
