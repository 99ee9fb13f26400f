// What this proves: slow, greedy and hostile clients cost only themselves; each limit has its status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <random>
#include <thread>

#include "http/server.h"
#include "raw_client.h"
#include "support/seed.h"

namespace anabranch::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Task<Response> echo(Request request) {
  auto reading = read_all(*request.body, MiB);
  const Result<std::string> body = co_await std::move(reading);
  Response response;
  if (!body) {
    response.status = body.error().code == ErrorCode::timeout ? 408 : 400;
    response.body = std::string(to_string(body.error().code));
  } else {
    response.body = request.path + "[" + *body + "]";
  }
  co_return response;
}

ServerOptions small_limits() {
  ServerOptions options;
  options.threads = 1;
  options.limits.target_size_max = 100;
  options.limits.headers_size_max = 1'000;
  options.limits.headers_count_max = 10;
  return options;
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/// What a server answers to `bytes` before it closes.
std::string answer_to(const std::string& address, std::string_view bytes) {
  RawClient client(address);
  client.send(bytes);
  return client.read_to_end();
}

TEST(HostileClient, MeetsEachLimitWithItsStatus) {
  TestServer server(echo, small_limits());
  const auto status = [&](std::string_view bytes) { return status_of(answer_to(server.address(), bytes)); };
  std::string many;
  for (int i = 0; i < 11; ++i) many += "A: b\r\n";

  EXPECT_EQ(status("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(status("GET /" + std::string(50'000, 'a')), 414);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(1'000, 'b') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(50'000, 'b')), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\n" + many + "\r\n"), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\nHost: h\n\n"), 400);
  EXPECT_EQ(status("\x16\x03\x01\x02\x00\x01"), 400);
  EXPECT_EQ(status("GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(status("FROB / HTTP/1.1\r\nHost: h\r\n\r\n"), 501);
  EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(
      status("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      400);
  EXPECT_EQ(server->counters().malformed, 12U);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), 200);
}

TEST(HostileClient, GetsNothingFromWhatFollowsAMalformedRequest) {
  TestServer server(echo);

  const std::string answers = answer_to(
      server.address(), "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n" + std::string(kGet));

  EXPECT_EQ(status_of(answers), 400);
  EXPECT_THAT(answers, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(answers.find("200 OK"), std::string::npos);
  EXPECT_EQ(server->counters().requests, 0U);
}

Response xml_error(int status, std::string_view why, const std::string& local_address) {
  Response response;
  response.headers.add("Content-Type", "application/xml");
  response.body = "<Error>" + std::to_string(status) + std::string(why) + local_address + "</Error>";
  return response;
}

TEST(HostileClient, GetsTheProtocolsOwnErrorBody) {
  TestServer server(echo, small_limits(), xml_error);
  const std::string answer = answer_to(server.address(), "nonsense\r\n\r\n");
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/xml"));
  EXPECT_THAT(body_of(answer), HasSubstr(server.address() + "</Error>"));
}

ServerOptions short_times() {
  ServerOptions options;
  options.threads = 1;
  options.limits.header_timeout = milliseconds(150);
  options.limits.idle_timeout = milliseconds(400);
  options.limits.body_timeout = milliseconds(150);
  options.limits.write_timeout = milliseconds(150);
  return options;
}

TEST(SlowClient, IsClosedWhenItsHeadersTakeTooLong) {
  TestServer server(echo, short_times());
  RawClient client(server.address());

  std::thread drip([&] {
    for (const char c : std::string(kGet.substr(0, 20)) + std::string(2'000, 'x')) {
      if (!client.send({&c, 1})) break;
      // tidy-allow: lets the other side fall behind, or polls it
      std::this_thread::sleep_for(milliseconds(5));
    }
  });
  const std::string answer = client.read_to_end();
  drip.join();

  EXPECT_EQ(status_of(answer), 408);
  EXPECT_EQ(server->counters().timeouts, 1U);
}

TEST(SlowClient, IsClosedWhenIdle) {
  TestServer server(echo, short_times());
  RawClient fresh(server.address());
  RawClient used(server.address());
  used.send(kGet);
  EXPECT_EQ(status_of(used.read_answer()), 200);

  EXPECT_EQ(used.read_to_end(), "");
  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(server->counters().timeouts, 0U);
}

TEST(SlowClient, TellsTheHandlerWhenItsBodyStops) {
  TestServer server(echo, short_times());

  const std::string answer =
      answer_to(server.address(), "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");

  EXPECT_EQ(status_of(answer), 408);
  EXPECT_EQ(body_of(answer), "timeout");
  EXPECT_EQ(server->counters().timeouts, 1U);
}

TEST(SlowClient, MaySendABodySlowlyAsLongAsBytesCome) {
  ServerOptions options = short_times();
  options.limits.body_timeout = milliseconds(2'000);
  TestServer server(echo, options);
  RawClient client(server.address());

  client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    // tidy-allow: lets the other side fall behind, or polls it
    std::this_thread::sleep_for(milliseconds(20));  // in all longer than header_timeout
    client.send("x");
  }

  EXPECT_EQ(status_of(client.read_answer()), 200);
}

Task<Response> large_answer(Request) {
  co_return Response{.status = 200,
                     .headers = {},
                     .body = std::string(64 * MiB, 'x'),
                     .stream = nullptr,
                     .content_length = {}};
}

TEST(SlowClient, IsClosedWhenItTakesNothing) {
  TestServer server(large_answer, short_times());
  RawClient client(server.address(), 4'096);
  client.send(kGet);

  EXPECT_TRUE(eventually([&] { return server->counters().timeouts == 1; }));
  EXPECT_TRUE(eventually([&] { return server->counters().connections_open == 0; }));
  EXPECT_LT(client.read_to_end().size(), 64 * MiB);
}

TEST(ManyClients, StayConnectedAndAreServed) {
  // Each connection takes two descriptors of this process.
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  const std::size_t count = std::min<std::size_t>(2'000, (limit.rlim_cur - 100) / 2);
  TestServer server(echo);
  std::vector<RawClient> clients;
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(server.address());
  ASSERT_TRUE(eventually([&] { return server->counters().connections_open == count; }));

  for (RawClient& client : clients) client.send(kGet);
  for (RawClient& client : clients) ASSERT_EQ(body_of(client.read_answer()), "/[]");

  EXPECT_EQ(server->counters().connections_open, count);
  EXPECT_EQ(server->counters().requests, count);
}

TEST(ManyClients, PastTheMaximumAreClosedAtOnce) {
  ServerOptions options;
  options.threads = 2;
  options.limits.connections_max = 3;
  TestServer server(echo, options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.address());
    clients.back().send(kGet);
    ASSERT_EQ(status_of(clients.back().read_answer()), 200);
  }

  RawClient refused(server.address());
  EXPECT_EQ(refused.read_to_end(), "");

  clients.pop_back();
  ASSERT_TRUE(eventually([&] { return server->counters().connections_open == 2; }));
  RawClient taken(server.address());
  taken.send(kGet);
  EXPECT_EQ(status_of(taken.read_answer()), 200);
}

TEST(HostileClient, CannotHarmOthersWithNoise) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  TestServer server(echo);
  RawClient other(server.address());
  const std::string good =
      "PUT /k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

  for (int i = 0; i < 300; ++i) {
    RawClient hostile(server.address());
    std::string bytes = good + good;
    for (std::uint64_t flips = random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(bytes.size() - random() % 20);
    hostile.send(bytes);
    hostile.finish_sending();
    if (random() % 2 == 0) hostile.read_to_end();
    other.send(kGet);
    ASSERT_EQ(body_of(other.read_answer()), "/[]");
  }
}

}  // namespace
}  // namespace anabranch::http
