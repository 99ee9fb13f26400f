// What this proves: one request gets one answer, in order, framed as RFC 9112 says, on connections that live
// on.
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/workers.h"
#include "http/client.h"
#include "raw_client.h"

namespace anabranch::http {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

std::string describe(const Request& request, const std::string& body) {
  std::string text = request.method + " " + request.path + "?" + request.query + " [" + body + "]";
  for (const auto& [name, value] : request.trailers->fields()) text += " " + name + "=" + value;
  return text;
}

/// Says what it was asked.
Task<Response> echo(Request request) {
  auto reading = read_all(*request.body, MiB);
  const Result<std::string> body = co_await std::move(reading);
  Response response;
  response.headers.add("X-Request-Id", request.request_id);
  response.headers.add("X-From", request.remote_address);
  response.headers.add("X-To", request.local_address);
  if (!body) {
    response.status = 400;
    response.body = std::string(to_string(body.error().code));
  } else {
    response.body = describe(request, *body);
  }
  co_return response;
}

constexpr std::string_view kGet = "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(Server, AnswersARequest) {
  TestServer server(echo);
  RawClient client(server.address());

  client.send(kGet);
  const std::string answer = client.read_answer();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(body_of(answer), "GET /a?b=c []");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 13\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nX-To: " + server.address() + "\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-From: 127.0.0.1:"));
  EXPECT_THAT(answer, Not(HasSubstr("Connection:")));
}

TEST(Server, KeepsTheConnectionAndGivesEachRequestItsOwnId) {
  TestServer server(echo);
  RawClient client(server.address());
  std::set<std::string> ids;

  for (int i = 0; i < 10; ++i) {
    client.send(kGet);
    const std::string answer = client.read_answer();
    const std::string id = answer.substr(answer.find("X-Request-Id: ") + 14, 16);
    EXPECT_THAT(id, MatchesRegex("[0-9A-F]+"));
    ids.insert(id);
  }

  EXPECT_EQ(ids.size(), 10U);
  EXPECT_EQ(server->counters().connections_accepted, 1U);
  EXPECT_EQ(server->counters().requests, 10U);
  EXPECT_TRUE(eventually([&] { return server->counters().bytes_in == 10 * kGet.size(); }));
  EXPECT_GT(server->counters().bytes_out, 1'000U);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestServer server(echo);
  RawClient client(server.address());
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    const std::string body(static_cast<std::size_t>(i), 'x');
    requests += "PUT /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(i) +
                "\r\n\r\n" + body;
  }

  std::thread sender([&] { client.send(requests); });
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(body_of(client.read_answer()),
              "PUT /" + std::to_string(i) + "? [" + std::string(static_cast<std::size_t>(i), 'x') + "]");
  }
  sender.join();
}

TEST(Server, ReadsRequestsThatArriveByteByByte) {
  TestServer server(echo);
  RawClient client(server.address());
  const std::string chunked =
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: "
      "1\r\n\r\n";
  const std::string sized = "POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde";

  for (const char c : chunked + sized) ASSERT_TRUE(client.send({&c, 1}));

  EXPECT_EQ(body_of(client.read_answer()), "POST /c? [abcde] X-T=1");
  EXPECT_EQ(body_of(client.read_answer()), "POST /s? [abcde]");
}

TEST(Server, ReadsTheSameAtEverySplitPoint) {
  TestServer server(echo);
  RawClient client(server.address());
  const std::string chunked =
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: "
      "1\r\n\r\n";
  const std::string sized = "POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde";
  const std::string both = chunked + sized;

  for (std::size_t split = 1; split < both.size(); ++split) {
    client.send(both.substr(0, split));
    // tidy-allow: lets the other side fall behind, or polls it
    std::this_thread::sleep_for(std::chrono::microseconds(300));  // so that the halves mostly arrive apart
    client.send(both.substr(split));
    ASSERT_EQ(body_of(client.read_answer()), "POST /c? [abcde] X-T=1") << split;
    ASSERT_EQ(body_of(client.read_answer()), "POST /s? [abcde]") << split;
  }
}

TEST(Server, ClosesWhenTheClientAsksFor) {
  TestServer server(echo);
  RawClient client(server.address());

  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(client.read_answer(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, SpeaksHttp10) {
  TestServer server(echo);
  RawClient once(server.address());
  once.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(once.read_to_end(), HasSubstr("\r\nConnection: close\r\n"));

  RawClient again(server.address());
  for (int i = 0; i < 2; ++i) {
    again.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(again.read_answer(), HasSubstr("\r\nConnection: keep-alive\r\n"));
  }
}

TEST(Server, AnswersAClientThatHasClosedItsSide) {
  TestServer server(echo);
  RawClient client(server.address());

  client.send(kGet);
  client.finish_sending();

  EXPECT_EQ(body_of(client.read_to_end()), "GET /a?b=c []");
}

Task<Response> head_handler(Request request) {
  Response response;
  if (request.path == "/sized") {
    response.content_length = 12'345;
  } else if (request.path == "/body") {
    response.body = "hello";
  } else if (request.path == "/stream") {
    response.stream = make_source("stream");
  } else if (request.path == "/204") {
    response.status = 204;
  } else if (request.path == "/304") {
    response.status = 304;
    response.content_length = 77;
  }
  co_return response;
}

TEST(Server, AnswersToHeadHaveNoBody) {
  TestServer server(head_handler);
  RawClient client(server.address());

  client.send("HEAD /sized HTTP/1.1\r\nHost: h\r\n\r\nHEAD /body HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_answer(true), HasSubstr("\r\nContent-Length: 12345\r\n"));
  EXPECT_THAT(client.read_answer(true), HasSubstr("\r\nContent-Length: 5\r\n"));
  client.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\nGET /body HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer(true)), 200);
  EXPECT_EQ(body_of(client.read_answer()), "hello");
}

TEST(Server, AnswersWithoutContentHaveNoBody) {
  TestServer server(head_handler);
  RawClient client(server.address());

  client.send("GET /204 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_answer(true), Not(HasSubstr("Content-Length")));
  client.send("GET /304 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_answer(true), HasSubstr("\r\nContent-Length: 77\r\n"));
  client.send("GET /body HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "hello");
}

Task<Response> throwing(Request request) {
  if (request.path == "/early") throw std::runtime_error("early");
  auto reading = read_all(*request.body, MiB);
  const Result<std::string> body = co_await std::move(reading);
  if (request.path == "/late") throw 42;
  Response response;
  if (request.path == "/split") response.headers.add("X", "a\r\nSet-Cookie: b");
  if (request.path == "/status") response.status = 42;
  co_return response;
}

Response error_body(int status, std::string_view why, const std::string& local_address) {
  Response response;
  response.headers.add("Content-Type", "application/xml");
  response.body = "<" + std::to_string(status) + " " + std::string(why) + " at " + local_address + ">";
  return response;
}

TEST(Server, AnswersExceptionsAndUnsendableAnswersWith500) {
  TestServer server(throwing, {.threads = 1, .limits = {}}, error_body);
  RawClient client(server.address());
  for (const char* path : {"/early", "/late", "/split", "/status"}) {
    client.send("POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    const std::string answer = client.read_answer();
    EXPECT_EQ(status_of(answer), 500) << path;
    EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
    EXPECT_THAT(body_of(answer), HasSubstr("<500 internal error at " + server.address()));
  }
  client.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

Task<Response> reject_unread(Request request) {
  Response response;
  response.status = 403;
  response.body = "no";
  if (request.path == "/read") {
    auto reading = read_all(*request.body, MiB);
    const Result<std::string> body = co_await std::move(reading);
    response.status = 200;
    response.body = body.value_or("failed");
  }
  co_return response;
}

TEST(Server, SaysContinueAtTheFirstPullOfTheBody) {
  TestServer server(reject_unread);
  RawClient client(server.address());

  client.send("PUT /read HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read_answer(true), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_EQ(body_of(client.read_answer()), "hello");
}

TEST(Server, SaysNoContinueWhereTheBodyIsAlreadyThere) {
  TestServer server(reject_unread);
  RawClient client(server.address());

  client.send("PUT /read HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST(Server, RejectsBeforeTheBodyAndCloses) {
  TestServer server(reject_unread);
  RawClient client(server.address());

  client.send("PUT /no HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  const std::string answer = client.read_answer();

  EXPECT_EQ(status_of(answer), 403);
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, DrainsASmallUnreadBodyAndKeepsTheConnection) {
  TestServer server(reject_unread);
  RawClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    client.send("PUT /no HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
    EXPECT_EQ(status_of(client.read_answer()), 403);
    client.send("PUT /no HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 403);
  }
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

TEST(Server, ClosesOverALargeUnreadBodyButTheAnswerArrives) {
  TestServer server(reject_unread);
  RawClient client(server.address());

  client.send("PUT /no HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n");
  std::thread sender([&] { client.send(std::string(4'000'000, 'x')); });
  const std::string answer = client.read_to_end();
  sender.join();

  EXPECT_EQ(status_of(answer), 403);
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_FALSE(client.was_reset());
}

TEST(Server, TellsTheHandlerOfABodyThatEndsEarly) {
  TestServer server(echo);
  for (const char* request :
       {"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    RawClient client(server.address());
    client.send(request);
    client.finish_sending();
    const std::string answer = client.read_to_end();
    EXPECT_EQ(status_of(answer), 400);
    EXPECT_EQ(body_of(answer), "incomplete_body");
  }
}

TEST(Server, TellsTheHandlerOfMalformedChunksAndCloses) {
  TestServer server(echo);
  RawClient client(server.address());

  client.send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n");

  const std::string answer = client.read_to_end();
  EXPECT_EQ(body_of(answer), "malformed");
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

TEST(Server, AnswersAnAbsoluteTarget) {
  TestServer server(echo);
  RawClient client(server.address());
  client.send("GET http://bucket.example/k?q HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "GET /k?q []");
}

TEST(Server, ListensOnSeveralAddressesAndSaysThroughWhichOneARequestCame) {
  Server server({.threads = 2, .limits = {}}, echo);
  const std::string first = server.listen("127.0.0.1:0").value();
  const std::string second = server.listen("localhost:0").value();
  server.start();
  for (const std::string& address : {first, second}) {
    RawClient client(address);
    client.send(kGet);
    EXPECT_THAT(client.read_answer(), HasSubstr("\r\nX-To: " + address + "\r\n"));
  }
}

TEST(Server, ListenSaysWhatIsWrong) {
  Server server({.threads = 1, .limits = {}}, echo);
  const std::string taken = server.listen("127.0.0.1:0").value();
  for (const char* address :
       {"", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:x", "::1:80"}) {
    const auto bound = server.listen(address);
    ASSERT_FALSE(bound) << address;
    EXPECT_EQ(bound.error().code, ErrorCode::invalid_argument) << address;
  }
  const auto bound = server.listen(taken);
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().code, ErrorCode::io);
}

Workers& pool() {
  static Workers workers("test", 2);
  return workers;
}

Task<Response> slow(Request request) {
  const int milliseconds = std::stoi(request.query);
  const auto sleep = [milliseconds] {
    // tidy-allow: lets the other side fall behind, or polls it
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return 0;
  };
  auto sleeping = on_workers(pool(), sleep);
  co_await std::move(sleeping);
  co_return Response{.status = 200, .headers = {}, .body = "slept", .stream = nullptr, .content_length = {}};
}

TEST(Server, StopLetsRunningRequestsEndAndClosesIdleConnections) {
  TestServer server(slow);
  RawClient idle(server.address());
  RawClient busy(server.address());
  idle.send("GET /?0 HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.read_answer();
  busy.send("GET /?200 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server->counters().requests == 2; }));

  server->stop(std::chrono::seconds(30));

  const std::string answer = busy.read_to_end();
  EXPECT_EQ(body_of(answer), "slept");
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(server->counters().connections_open, 0U);
}

TEST(Server, StopClosesWhatOutlastsTheGrace) {
  TestServer server(echo);
  RawClient client(server.address());
  client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  ASSERT_TRUE(eventually([&] { return server->counters().requests == 1; }));

  server->stop(std::chrono::milliseconds(50));

  EXPECT_EQ(server->counters().connections_open, 0U);
}

TEST(Server, StopsUnderLoad) {
  TestServer server(echo);
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      try {
        while (true) {
          RawClient client(server.address());
          while (client.send(kGet)) {
            const std::string answer = client.read_answer();
            if (answer.empty()) break;
            ASSERT_EQ(status_of(answer), 200);
            ++answered;
          }
        }
      } catch (const std::runtime_error&) {  // refused: the server is gone
      }
    });
  }
  ASSERT_TRUE(eventually([&] { return answered > 200; }));

  server->stop(std::chrono::seconds(5));

  for (std::thread& client : clients) client.join();
  EXPECT_EQ(server->counters().connections_open, 0U);
}

TEST(Server, ExecutorsRunCoroutines) {
  TestServer server(echo);
  std::atomic<int> on_their_own{0};
  const auto executors = server->executors();
  ASSERT_EQ(executors.size(), 2U);
  for (Executor* executor : executors) {
    executor->post([&, executor] { on_their_own += Executor::current() == executor ? 1 : 100; });
  }
  EXPECT_TRUE(eventually([&] { return on_their_own == 2; }));
}

}  // namespace
}  // namespace anabranch::http
