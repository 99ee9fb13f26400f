// What this proves: a request is read the same however its bytes arrive, and what two servers could read
// differently is refused.
#include "http/internal/message_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/seed.h"

namespace anabranch::http::internal {
namespace {

using State = MessageParser::State;
using testing::ElementsAre;
using testing::Pair;

const ParserLimits kLimits{.target_size_max = 256, .headers_size_max = 1'024, .headers_count_max = 8};

/// The status with which a request is refused; 0 where it is taken, -1 where it is not yet complete.
int refusal(std::string_view request, const ParserLimits& limits = kLimits) {
  MessageParser parser(MessageParser::Kind::request, limits);
  const State state = parser.parse_head(request);
  return state == State::failed ? parser.problem().status : state == State::complete ? 0 : -1;
}

std::string with_headers(std::string_view headers) {
  return "PUT /key HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}

TEST(MessageParser, ReadsTheHeadOfARequest) {
  MessageParser parser(MessageParser::Kind::request, kLimits);
  const std::string request =
      "POST /a%20b?x=1&y HTTP/1.1\r\nHost: h:80\r\nX-Empty:\r\nX-Long:  a b \t\r\nContent-Length: "
      "12\r\n\r\nbody";

  ASSERT_EQ(parser.parse_head(request), State::complete);

  EXPECT_EQ(parser.head_size(), request.size() - 4);
  EXPECT_EQ(parser.head().method, "POST");
  EXPECT_EQ(parser.head().target, "/a%20b?x=1&y");
  EXPECT_EQ(parser.head().path, "/a%20b");
  EXPECT_EQ(parser.head().query, "x=1&y");
  EXPECT_EQ(parser.head().framing, Framing::sized);
  EXPECT_EQ(parser.head().content_length, 12U);
  EXPECT_TRUE(parser.head().keep_alive);
  EXPECT_THAT(parser.head().fields, ElementsAre(Pair("Host", "h:80"), Pair("X-Empty", ""),
                                                Pair("X-Long", "a b"), Pair("Content-Length", "12")));
}

TEST(MessageParser, ReadsTheSameAtEverySplitPoint) {
  const std::string request = "\r\nGET /path?query HTTP/1.1\r\nHost: h\r\nA: b\r\nConnection: close\r\n\r\n";
  for (std::size_t split = 0; split <= request.size(); ++split) {
    MessageParser parser(MessageParser::Kind::request, kLimits);
    const std::string begin = request.substr(0, split);
    const State first = parser.parse_head(begin);
    ASSERT_EQ(first, split == request.size() ? State::complete : State::incomplete) << split;
    if (split < request.size()) {
      ASSERT_EQ(parser.parse_head(request), State::complete) << split;
    }
    EXPECT_EQ(parser.head().path, "/path");
    EXPECT_EQ(parser.head().fields.size(), 3U);
    EXPECT_FALSE(parser.head().keep_alive);
    EXPECT_EQ(parser.head_size(), request.size());
  }
}

TEST(MessageParser, AbsoluteTargetsReplaceHost) {
  MessageParser parser(MessageParser::Kind::request, kLimits);
  ASSERT_EQ(parser.parse_head("GET http://other:81/p?q HTTP/1.1\r\nHost: h\r\n\r\n"), State::complete);

  EXPECT_EQ(parser.head().path, "/p");
  EXPECT_EQ(parser.head().query, "q");
  EXPECT_THAT(parser.head().fields, ElementsAre(Pair("Host", "other:81")));
}

TEST(MessageParser, RefusesWhatCouldBeSmuggled) {
  EXPECT_EQ(refusal(with_headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length: 5\r\nContent-Length: 6\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length: 5, 6\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length: +5\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length: -5\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length: 0x5\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length: 5 5\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length:\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length: 18446744073709551616\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Content-Length : 5\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding : chunked\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("A: b\r\n folded\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("A: b\r\n\tfolded\r\n")), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\n\n"), 400);
  EXPECT_EQ(refusal(with_headers("A: b\rC: d\r\n")), 400);
  EXPECT_EQ(refusal(with_headers(std::string("A: b\0c\r\n", 8))), 400);
  EXPECT_EQ(refusal(with_headers("A\x01: b\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("A(: b\r\n")), 400);
  EXPECT_EQ(refusal(with_headers(": b\r\n")), 400);
  EXPECT_EQ(refusal(with_headers("no colon\r\n")), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 501);
}

TEST(MessageParser, RefusesOtherTransferCodings) {
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding: gzip\r\n")), 501);
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding: gzip, chunked\r\n")), 501);
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding: chunked, identity\r\n")), 501);
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding: xchunked\r\n")), 501);
  EXPECT_EQ(refusal(with_headers("Transfer-Encoding: Chunked\r\n")), 0);
}

TEST(MessageParser, RefusesMalformedRequestLines) {
  EXPECT_EQ(refusal("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1 \r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal(" GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET path HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET /#f HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET /\x80 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  EXPECT_EQ(refusal("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET http:///p HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET http://u@h/p HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / FTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(refusal("FROB / HTTP/1.1\r\nHost: h\r\n\r\n"), 501);
  EXPECT_EQ(refusal("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n"), 501);
  EXPECT_EQ(refusal("\x16\x03\x01\x02"), 400);  // a TLS hello
}

TEST(MessageParser, RefusesOtherVersions) {
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(refusal("GET / HTTP/1.2\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(refusal("GET / HTTP/0.9\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\n"), 505);
}

TEST(MessageParser, AsksForOneHost) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(MessageParser, HoldsTheLimitsExactly) {
  const auto get = [](const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"; };
  EXPECT_EQ(refusal(get("/" + std::string(kLimits.target_size_max - 1, 'a'))), 0);
  EXPECT_EQ(refusal(get("/" + std::string(kLimits.target_size_max, 'a'))), 414);
  EXPECT_EQ(refusal("GET /" + std::string(1'000, 'a')), 414);  // before its end has come

  const std::string value(kLimits.headers_size_max - std::string("Host: h\r\nA: \r\n\r\n").size(), 'v');
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: " + value + "\r\n\r\n"), 0);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: v" + value + "\r\n\r\n"), 431);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: " + value + value), 431);

  std::string fields;
  for (std::size_t i = 1; i < kLimits.headers_count_max; ++i) fields += "A: b\r\n";
  EXPECT_EQ(refusal(with_headers(fields)), 0);
  EXPECT_EQ(refusal(with_headers(fields + "A: b\r\n")), 431);
}

TEST(MessageParser, KnowsExpectations) {
  MessageParser parser(MessageParser::Kind::request, kLimits);
  ASSERT_EQ(parser.parse_head(with_headers("Expect: 100-Continue\r\nContent-Length: 1\r\n")),
            State::complete);
  EXPECT_TRUE(parser.head().expects_continue);
  MessageParser other(MessageParser::Kind::request, kLimits);
  ASSERT_EQ(other.parse_head(with_headers("Expect: a pony\r\nContent-Length: 1\r\n")), State::complete);
  EXPECT_FALSE(other.head().expects_continue) << "what is not known is passed over";
}

TEST(MessageParser, IgnoresUpgrades) {
  MessageParser parser(MessageParser::Kind::request, kLimits);
  ASSERT_EQ(parser.parse_head(with_headers("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n")),
            State::complete);
  EXPECT_EQ(parser.head().framing, Framing::sized);
}

/// A chunked request's body, fed in pieces that end at `cuts`; what follows the message is given back too.
struct Decoded {
  State state = State::incomplete;
  std::string body, rest;
  std::vector<Headers::Field> trailers;
};
Decoded decode(const std::string& wire, const std::vector<std::size_t>& cuts) {
  MessageParser parser(MessageParser::Kind::request, kLimits);
  EXPECT_EQ(parser.parse_head(with_headers("Transfer-Encoding: chunked\r\n")), State::complete);
  Decoded all;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= cuts.size() && all.state == State::incomplete; ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : wire.size();
    std::string piece = wire.substr(begin, end - begin);
    const MessageParser::Decoded decoded = parser.decode_chunked(piece.data(), piece.size());
    all.body += piece.substr(0, decoded.produced);
    all.state = decoded.state;
    if (all.state == State::complete) all.rest = wire.substr(begin + decoded.consumed);
    begin = end;
  }
  all.trailers = parser.trailers();
  return all;
}

TEST(MessageParser, DecodesChunksAtEverySplitPoint) {
  const std::string wire =
      "3\r\nabc\r\n1;ext=\"v\"\r\nd\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\nx-b:  2 \r\n\r\nGET /";
  for (std::size_t first = 0; first <= wire.size(); ++first) {
    for (std::size_t second = first; second <= wire.size(); ++second) {
      const Decoded decoded = decode(wire, {first, second});
      ASSERT_EQ(decoded.state, State::complete) << first << " " << second;
      ASSERT_EQ(decoded.body, "abcd0123456789");
      ASSERT_EQ(decoded.rest, "GET /");
      ASSERT_THAT(decoded.trailers, ElementsAre(Pair("X-Sum", "1"), Pair("x-b", "2")));
    }
  }
}

TEST(MessageParser, RefusesMalformedChunks) {
  for (const char* wire : {"x\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n", "3\r\nabc\n0\r\n\r\n", "-1\r\n",
                           "3 \r\nabc\r\n", "11111111111111111\r\n", "\r\n", "0\r\nBad Name: x\r\n\r\n",
                           "0\r\n\n", "0x3\r\nabc\r\n", "0\r\nA: b\n\r\n", "0\r\nA: b\r\n c\r\n\r\n",
                           "0\r\n: b\r\n\r\n", "0\r\nA: b\rC: d\r\n\r\n", "0\n\r\n"}) {
    EXPECT_EQ(decode(wire, {}).state, State::failed) << wire;
  }
}

TEST(MessageParser, BoundsChunkExtensionsAndTrailers) {
  EXPECT_EQ(decode("1;a=" + std::string(10'000, 'b') + "\r\nx\r\n", {}).state, State::failed);
  EXPECT_EQ(decode("0\r\nA: " + std::string(10'000, 'b') + "\r\n\r\n", {}).state, State::failed);
  std::string many = "0\r\n";
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  EXPECT_EQ(decode(many + "\r\n", {}).state, State::failed);
}

TEST(MessageParser, TakesManyTinyChunks) {
  std::string wire, body;
  for (int i = 0; i < 5'000; ++i) wire += "1\r\nx\r\n", body += 'x';
  const Decoded decoded = decode(wire + "0\r\n\r\n", {100, 1'000, 10'000});
  EXPECT_EQ(decoded.state, State::complete);
  EXPECT_EQ(decoded.body, body);
}

TEST(MessageParser, NeverFallsOverNoise) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string good = with_headers("Transfer-Encoding: chunked\r\nA: b\r\n");
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips)
      bad[random() % bad.size()] = static_cast<char>(random());
    refused += refusal(bad) > 0 ? 1 : 0;
  }
  EXPECT_GT(refused, 0);
}

TEST(MessageParser, ReadsAnswers) {
  MessageParser parser(MessageParser::Kind::response, kLimits);
  ASSERT_EQ(parser.parse_head("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc"), State::complete);
  EXPECT_EQ(parser.head().status, 404);
  EXPECT_EQ(parser.head().content_length, 3U);
  EXPECT_TRUE(parser.head().keep_alive);

  parser.reset();
  ASSERT_EQ(parser.parse_head("HTTP/1.1 200 OK\r\n\r\n"), State::complete);
  EXPECT_EQ(parser.head().framing, Framing::until_close);
  EXPECT_FALSE(parser.head().keep_alive);

  parser.reset();
  parser.expect_no_body();
  ASSERT_EQ(parser.parse_head("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"), State::complete);
  EXPECT_EQ(parser.head().framing, Framing::none);
  EXPECT_TRUE(parser.head().keep_alive);

  for (const char* empty :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n"}) {
    parser.reset();
    ASSERT_EQ(parser.parse_head(empty), State::complete) << empty;
    EXPECT_EQ(parser.head().framing, Framing::none) << empty;
  }
}

}  // namespace
}  // namespace anabranch::http::internal
