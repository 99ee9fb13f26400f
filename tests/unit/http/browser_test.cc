// What this proves: a cookie is found whatever stands around it, and only pages of this origin count as such.
#include "http/browser.h"

#include <gtest/gtest.h>

namespace anabranch::http {
namespace {

Request request(std::vector<Headers::Field> headers, std::string method = "POST") {
  Request made;
  made.method = std::move(method);
  made.headers = Headers(std::move(headers));
  return made;
}

TEST(Browser, ACookieIsFoundByItsWholeName) {
  const Request made = request({{"cookie", "a=1; session=two; b="}, {"Cookie", "session=other; late=3"}});

  EXPECT_EQ(cookie(made, "session"), "two");
  EXPECT_EQ(cookie(made, "a"), "1");
  EXPECT_EQ(cookie(made, "b"), "");
  EXPECT_EQ(cookie(made, "sess"), "");
  EXPECT_EQ(cookie(made, "late"), "3");
  EXPECT_EQ(cookie(request({}), "session"), "");
}

TEST(Browser, GetAndHeadChangeNothing) {
  EXPECT_FALSE(may_change(request({}, "GET")));
  EXPECT_FALSE(may_change(request({}, "HEAD")));
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    EXPECT_TRUE(may_change(request({}, method)));
  }
}

TEST(Browser, FetchMetadataDecidesWhereItIsThere) {
  const std::vector<Headers::Field> good_origin{{"Origin", "http://h:1"}, {"Host", "h:1"}};
  for (const char* site : {"cross-site", "same-site", "none", ""}) {
    auto headers = good_origin;
    headers.emplace_back("Sec-Fetch-Site", site);
    EXPECT_FALSE(is_same_origin(request(headers))) << site;
    EXPECT_TRUE(is_cross_origin(request(headers))) << site;
  }
  const Request own = request({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}, {"Host", "h"}});
  EXPECT_TRUE(is_same_origin(own));
  EXPECT_FALSE(is_cross_origin(own));
}

TEST(Browser, ElseTheOriginsHostMustBeTheRequestsOwn) {
  EXPECT_TRUE(is_same_origin(request({{"Origin", "https://H.example:8000"}, {"Host", "h.example:8000"}})));
  for (const char* origin : {"http://h.example", "http://h.example:8001", "http://evil.example:8000", "null",
                             "", "http://", "h.example:8000", "http://h.example:8000.evil.example"}) {
    const Request made = request({{"Origin", origin}, {"Host", "h.example:8000"}});
    EXPECT_FALSE(is_same_origin(made)) << origin;
    EXPECT_TRUE(is_cross_origin(made)) << origin;
  }
}

TEST(Browser, AProgramThatSaysNothingIsNeither) {
  EXPECT_FALSE(is_same_origin(request({{"Host", "h"}})));
  EXPECT_FALSE(is_cross_origin(request({{"Host", "h"}})));
  EXPECT_FALSE(is_same_origin(request({{"Origin", "http://"}})));
}

}  // namespace
}  // namespace anabranch::http
