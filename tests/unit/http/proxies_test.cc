// What this proves: what a request says of where it came from counts only as far as trusted proxies say it.
#include "http/proxies.h"

#include <gtest/gtest.h>

namespace anabranch::http {
namespace {

TrustedProxies trusting(const std::vector<std::string>& networks) {
  auto made = TrustedProxies::parse(networks);
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

Request from(std::string peer, std::vector<Headers::Field> fields) {
  Request request;
  request.remote_address = std::move(peer);
  request.headers = Headers(std::move(fields));
  return request;
}

std::string address_of(const TrustedProxies& proxies, std::string peer, std::string forwarded_for) {
  return proxies.origin_of(from(std::move(peer), {{"X-Forwarded-For", std::move(forwarded_for)}})).address;
}

TEST(TrustedProxies, NobodyIsTrustedUnlessNamed) {
  const TrustedProxies none;
  const auto request =
      from("127.0.0.1:5", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}});

  EXPECT_EQ(none.origin_of(request).address, "127.0.0.1:5");
  EXPECT_EQ(none.origin_of(request).scheme, "http");
  EXPECT_EQ(address_of(trusting({"10.0.0.0/8"}), "127.0.0.1:5", "192.0.2.1"), "127.0.0.1:5");
}

TEST(TrustedProxies, TheRightmostHopThatIsNotTrustedIsTheClient) {
  const TrustedProxies proxies = trusting({"127.0.0.1", "10.0.0.0/8"});

  EXPECT_EQ(address_of(proxies, "127.0.0.1:5", "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_of(proxies, "127.0.0.1:5", "203.0.113.9, 192.0.2.1, 10.1.2.3"), "192.0.2.1");
  EXPECT_EQ(address_of(proxies, "127.0.0.1:5", "10.1.1.1, 192.0.2.1"), "192.0.2.1") << "forged by the client";
  EXPECT_EQ(address_of(proxies, "127.0.0.1:5", "10.1.1.1 ,10.2.2.2"), "10.1.1.1") << "all of them trusted";
  EXPECT_EQ(address_of(proxies, "127.0.0.1:5", "203.0.113.9, nonsense, 10.2.2.2"), "10.2.2.2");
  EXPECT_EQ(address_of(proxies, "127.0.0.1:5", ""), "127.0.0.1") << "the proxy's own";
}

TEST(TrustedProxies, SeveralFieldsAreOneList) {
  const auto request =
      from("127.0.0.1:5", {{"X-Forwarded-For", "203.0.113.9"}, {"x-forwarded-for", "192.0.2.1, 127.0.0.1"}});

  EXPECT_EQ(trusting({"127.0.0.1"}).origin_of(request).address, "192.0.2.1");
}

TEST(TrustedProxies, PortsAndIpv6AreRead) {
  const TrustedProxies proxies = trusting({"::1", "fd00::/8", "10.0.0.0/8"});

  EXPECT_EQ(address_of(proxies, "[::1]:5", "192.0.2.1:4711"), "192.0.2.1");
  EXPECT_EQ(address_of(proxies, "[::1]:5", "[2001:db8::7]:4711, fd00:1::2"), "2001:db8::7");
  EXPECT_EQ(address_of(proxies, "[::1]:5", "2001:db8::7"), "2001:db8::7");
  EXPECT_EQ(address_of(proxies, "[::ffff:10.0.0.1]:5", "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_of(proxies, "[fe00::1]:5", "192.0.2.1"), "[fe00::1]:5");
}

TEST(TrustedProxies, TheSchemeIsThatOfTheClientsHop) {
  const TrustedProxies proxies = trusting({"127.0.0.1", "10.0.0.0/8"});
  const auto scheme = [&](std::string hops, std::string schemes) {
    return proxies
        .origin_of(from("127.0.0.1:5",
                        {{"X-Forwarded-For", std::move(hops)}, {"X-Forwarded-Proto", std::move(schemes)}}))
        .scheme;
  };

  EXPECT_EQ(scheme("192.0.2.1", "https"), "https");
  EXPECT_EQ(scheme("192.0.2.1", "HTTPS"), "https");
  EXPECT_EQ(scheme("192.0.2.1", "ftp"), "http");
  EXPECT_EQ(scheme("192.0.2.1, 10.0.0.1", "https"), "https");
  EXPECT_EQ(scheme("192.0.2.1, 10.0.0.1", "https, http"), "https");
  EXPECT_EQ(scheme("203.0.113.9, 192.0.2.1", "https, http"), "http") << "the client forged the first of both";
}

TEST(TrustedProxies, NetworksHoldWhatTheyHold) {
  const TrustedProxies proxies = trusting({"192.168.4.7/22", "2001:db8::/33", "0.0.0.1/32"});

  EXPECT_TRUE(proxies.contains("192.168.4.0"));
  EXPECT_TRUE(proxies.contains("192.168.7.255:80"));
  EXPECT_FALSE(proxies.contains("192.168.8.0"));
  EXPECT_TRUE(proxies.contains("2001:db8:7fff::1"));
  EXPECT_FALSE(proxies.contains("2001:db8:8000::1"));
  EXPECT_FALSE(proxies.contains("nonsense"));
  EXPECT_FALSE(proxies.contains(""));
  EXPECT_TRUE(trusting({"0.0.0.0/0"}).contains("203.0.113.9"));
}

TEST(TrustedProxies, WhatIsNoNetworkIsNamed) {
  for (const char* wrong :
       {"10.0.0.0/33", "10.0.0/8", "proxy.example.org", "", "10.0.0.0/", "::1/129", "10.0.0.0/8x"}) {
    const auto made = TrustedProxies::parse({"127.0.0.1", wrong});
    ASSERT_FALSE(made) << wrong;
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(made.error().message.find(wrong), std::string::npos);
  }
}

}  // namespace
}  // namespace anabranch::http
