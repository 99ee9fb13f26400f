// What this proves: every path under /ui/ gets its file or the page, with headers that let no stranger's
// script in, and a browser that has a file already is not sent it again.
#include "ui/site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace anabranch::ui {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array<SiteFile, 5> kFiles{{
    {"assets/app-1.js", "text/javascript; charset=utf-8", "d1", "plain js", "packed js"},
    {"assets/dot-2.png", "image/png", "d2", "png", {}},
    {"favicon.svg", "image/svg+xml", "d3", "svg", {}},
    {"index.html", "text/html; charset=utf-8", "d4", "<p nonce=\"__CSP_NONCE__\">__CSP_NONCE__", "packed"},
    {"zeta.txt", "text/plain", "d5", "z", {}},
}};

class SiteTest : public testing::Test {
 protected:
  http::Response ask(const std::string& method, const std::string& path,
                     std::vector<http::Headers::Field> headers = {}) const {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers = http::Headers(std::move(headers));
    EXPECT_TRUE(Site::claims(request)) << path;
    return site_.handle(request);
  }
  static bool claims(const std::string& method, const std::string& path) {
    http::Request request;
    request.method = method;
    request.path = path;
    return Site::claims(request);
  }
  static std::string nonce_of(const http::Response& response) {
    const std::string policy(response.headers.get("Content-Security-Policy"));
    const auto begin = policy.find("'nonce-") + 7;
    return policy.substr(begin, policy.find('\'', begin) - begin);
  }

  Site site_{kFiles};
};

TEST_F(SiteTest, ItClaimsItsOwnPathsAlone) {
  EXPECT_TRUE(claims("GET", "/"));
  EXPECT_TRUE(claims("HEAD", "/"));
  EXPECT_TRUE(claims("GET", "/ui"));
  EXPECT_TRUE(claims("DELETE", "/ui/x"));
  EXPECT_FALSE(claims("POST", "/"));
  EXPECT_FALSE(claims("GET", "/uix"));
  EXPECT_FALSE(claims("GET", "/api/v1/user"));
  EXPECT_FALSE(claims("GET", "/bucket/ui/"));
}

TEST_F(SiteTest, TheRootLeadsToTheUi) {
  for (const char* path : {"/", "/ui"}) {
    const auto response = ask("GET", path);

    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(response.headers.get("Location"), "/ui/");
  }
}

TEST_F(SiteTest, AssetsAreKeptForAYearAndPackedWhereThatIsAccepted) {
  const auto plain = ask("GET", "/ui/assets/app-1.js");
  const auto packed = ask("GET", "/ui/assets/app-1.js", {{"Accept-Encoding", "br, gzip;q=0.8"}});

  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.body, "plain js");
  EXPECT_EQ(plain.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(plain.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(plain.headers.get("Vary"), "Accept-Encoding");
  EXPECT_FALSE(plain.headers.contains("Content-Encoding"));
  EXPECT_EQ(packed.body, "packed js");
  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_NE(packed.headers.get("ETag"), plain.headers.get("ETag")) << "strong ETags differ with the bytes";
}

TEST_F(SiteTest, GzipThatIsRefusedIsNotSent) {
  for (const char* accepted : {"", "identity", "gzip;q=0", "gzip; q=0.0", "br, deflate", "gzipped"}) {
    EXPECT_EQ(ask("GET", "/ui/assets/app-1.js", {{"Accept-Encoding", accepted}}).body, "plain js")
        << accepted;
  }
  for (const char* accepted : {"gzip", "GZIP", "*", "deflate,gzip", "gzip;q=0.001"}) {
    EXPECT_EQ(ask("GET", "/ui/assets/app-1.js", {{"Accept-Encoding", accepted}}).body, "packed js")
        << accepted;
  }
  EXPECT_EQ(ask("GET", "/ui/assets/dot-2.png", {{"Accept-Encoding", "gzip"}}).body, "png");
}

TEST_F(SiteTest, WhatABrowserHasIsNotSentAgain) {
  const auto first = ask("GET", "/ui/assets/app-1.js");
  const std::string etag(first.headers.get("ETag"));
  EXPECT_THAT(etag, testing::MatchesRegex("\"[^\"]+\""));

  for (const std::string& known : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    const auto again = ask("GET", "/ui/assets/app-1.js", {{"If-None-Match", known}});

    EXPECT_EQ(again.status, 304) << known;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.headers.get("ETag"), etag);
  }
  EXPECT_EQ(ask("GET", "/ui/assets/app-1.js", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST_F(SiteTest, EveryOtherPageIsTheIndexWithAFreshNonce) {
  std::string nonce_before;
  for (const char* path :
       {"/ui/", "/ui/index.html", "/ui/repositories/dogs", "/ui/a.js", "/ui/../etc/passwd"}) {
    const auto page = ask("GET", path, {{"Accept-Encoding", "gzip"}, {"If-None-Match", "*"}});
    const std::string nonce = nonce_of(page);

    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.body, "<p nonce=\"" + nonce + "\">" + nonce);
    EXPECT_GE(nonce.size(), 22U) << "128 bits";
    EXPECT_NE(nonce, nonce_before);
    EXPECT_EQ(page.headers.get("Cache-Control"), "no-store");
    nonce_before = nonce;
  }
}

TEST_F(SiteTest, FilesBesideTheIndexAreServedButAskedForAnew) {
  const auto icon = ask("GET", "/ui/favicon.svg");

  EXPECT_EQ(icon.body, "svg");
  EXPECT_EQ(icon.headers.get("Cache-Control"), "public, no-cache");
}

TEST_F(SiteTest, AMissingAssetIsNotThePage) { EXPECT_EQ(ask("GET", "/ui/assets/app-0.js").status, 404); }

TEST_F(SiteTest, NothingIsWritten) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const auto refused = ask(method, "/ui/assets/app-1.js");

    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers.get("Allow"), "GET, HEAD");
  }
}

TEST_F(SiteTest, HeadSaysTheLengthAndSendsNothing) {
  const auto head = ask("HEAD", "/ui/assets/app-1.js");

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.content_length, 8U);
  EXPECT_EQ(head.body, "");
}

TEST_F(SiteTest, EveryAnswerIsGuarded) {
  for (const char* path : {"/", "/ui/", "/ui/assets/app-1.js", "/ui/assets/none", "/ui/favicon.svg"}) {
    const auto response = ask("GET", path);
    const std::string policy(response.headers.get("Content-Security-Policy"));

    EXPECT_EQ(policy,
              "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce_of(response) +
                  "'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; worker-src 'self' "
                  "blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "
                  "'none'");
    EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(response.headers.get("Referrer-Policy"), "same-origin");
    EXPECT_EQ(response.headers.get("Cross-Origin-Opener-Policy"), "same-origin");
  }
}

TEST(EmbeddedFiles, AreThoseOfTheFolderInOrder) {
  const auto files = embedded_files();
  ASSERT_EQ(files.size(), 3U);

  EXPECT_EQ(files[0].path, "assets/app-abc123.css");
  EXPECT_EQ(files[1].path, "assets/app-abc123.js");
  EXPECT_EQ(files[1].content_type, "text/javascript; charset=utf-8");
  EXPECT_THAT(std::string(files[1].bytes), HasSubstr("these bytes arrive as they are"));
  EXPECT_EQ(files[1].gzip_bytes.substr(0, 2), "\x1f\x8b");
  EXPECT_LT(files[1].gzip_bytes.size(), files[1].bytes.size());
  EXPECT_EQ(files[2].path, "index.html");
  EXPECT_THAT(std::string(files[2].bytes), HasSubstr("__CSP_NONCE__"));

  http::Request request;
  request.method = "GET";
  request.path = "/ui/";
  EXPECT_THAT(Site(files).handle(request).body, Not(HasSubstr("__CSP_")));
}

}  // namespace
}  // namespace anabranch::ui
