// What this proves: the client keeps connections, streams both ways, and tells each failure apart.
#include "http/client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "http/server.h"
#include "raw_client.h"

namespace anabranch::http {
namespace {

using testing::HasSubstr;
using testing::Not;

Task<Response> echo(Request request) {
  auto reading = read_all(*request.body, 64 * MiB);
  const Result<std::string> body = co_await std::move(reading);
  Response response;
  response.headers.add("X-Method", request.method);
  response.headers.add("X-Host", std::string(request.headers.get("Host")));
  response.headers.add("X-Length", std::string(request.headers.get("Content-Length", "none")));
  response.headers.add("X-Chunked", request.chunked ? "yes" : "no");
  if (request.path == "/204") response.status = 204;
  if (request.path == "/304") response.status = 304;
  if (request.path == "/404") response.status = 404;
  if (request.path == "/close") response.headers.add("Connection", "close");
  response.body = request.target + body.value_or("<failed>");
  co_return response;
}

ClientRequest request_to(std::string method, std::string url, std::string body = {}) {
  ClientRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.body = std::move(body);
  return request;
}

TEST(Client, FetchesAnAnswer) {
  TestServer server(echo);
  Client client;

  const auto answer = client.fetch(request_to("POST", server.url("/p%20q?r"), "body"));

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "/p%20q?rbody");
  EXPECT_EQ(answer->headers.get("x-host"), server.address());
  EXPECT_EQ(answer->headers.get("x-length"), "4");
}

TEST(Client, AnyStatusIsAnAnswer) {
  TestServer server(echo);
  Client client;
  EXPECT_EQ(client.fetch(request_to("GET", server.url("/404")))->status, 404);
}

TEST(Client, KeepsConnectionsAcrossAllKindsOfAnswers) {
  TestServer server(echo);
  Client client;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client.fetch(request_to("GET", server.url("/a")))->body, "/a");
    EXPECT_EQ(client.fetch(request_to("HEAD", server.url("/a")))->body, "");
    EXPECT_EQ(client.fetch(request_to("GET", server.url("/204")))->status, 204);
    EXPECT_EQ(client.fetch(request_to("GET", server.url("/304")))->status, 304);
    EXPECT_EQ(client.fetch(request_to("PUT", server.url("/b"), std::string(1'000'000, 'x')))->body.size(),
              1'000'002U);
  }
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

TEST(Client, OpensAnotherConnectionWhereTheServerCloses) {
  TestServer server(echo);
  Client client;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(client.fetch(request_to("GET", server.url("/close")))->body, "/close");
  EXPECT_EQ(server->counters().connections_accepted, 3U);
}

TEST(Client, RunsManyRequestsAtOnceOverFewConnections) {
  TestServer server(echo);
  ClientOptions options;
  options.threads = 2;
  options.connections_per_host_max = 4;
  Client client(options);
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        const std::string path = "/" + std::to_string(i) + "/" + std::to_string(j);
        const auto answer = client.fetch(request_to("GET", server.url(path)));
        ASSERT_TRUE(answer) << answer.error().message;
        ASSERT_EQ(answer->body, path);
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 320);
  EXPECT_LE(server->counters().connections_accepted, 4U);
}

Task<void> fetch_there(Client& client, std::string url, std::atomic<int>& good) {
  ClientRequest request = request_to("GET", std::move(url));
  auto sending = client.send(std::move(request));
  Result<ClientResponse> answer = co_await std::move(sending);
  if (answer) {
    auto reading = read_all(*answer->body, MiB);
    const Result<std::string> body = co_await std::move(reading);
    good += body && *body == "/there" ? 1 : 0;
  }
}

TEST(Client, RunsCoroutinesOnItsOwnThreads) {
  TestServer server(echo);
  Client client;
  std::atomic<int> good{0};
  for (int i = 0; i < 10; ++i) {
    client.executors().front()->post([&] { spawn(fetch_there(client, server.url("/there"), good)); });
  }
  EXPECT_TRUE(eventually([&] { return good == 10; }));
}

TEST(Client, SendsStreamsInChunksOrWithTheirSize) {
  TestServer server(echo);
  Client client;
  ClientRequest chunked = request_to("PUT", server.url("/c"));
  chunked.stream = make_source("streamed");
  ClientRequest sized = request_to("PUT", server.url("/s"));
  sized.stream = make_source("streamed");
  sized.stream_size_bytes = 8;

  const auto first = client.fetch(std::move(chunked));
  const auto second = client.fetch(std::move(sized));

  EXPECT_EQ(first->body, "/cstreamed");
  EXPECT_EQ(first->headers.get("X-Chunked"), "yes");
  EXPECT_EQ(second->body, "/sstreamed");
  EXPECT_EQ(second->headers.get("X-Length"), "8");
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

class FailingSource final : public ByteSource {
 public:
  Task<Result<ByteView>> next() override { co_return fail(ErrorCode::io, "planted"); }
};

TEST(Client, GivesTheErrorOfItsOwnStream) {
  TestServer server(echo);
  Client client;
  ClientRequest failing = request_to("PUT", server.url("/"));
  failing.stream = std::make_unique<FailingSource>();
  ClientRequest wrong = request_to("PUT", server.url("/"));
  wrong.stream = make_source("longer");
  wrong.stream_size_bytes = 3;

  EXPECT_EQ(client.fetch(std::move(failing)).error().code, ErrorCode::io);
  EXPECT_EQ(client.fetch(std::move(wrong)).error().code, ErrorCode::invalid_argument);
}

TEST(Client, HoldsABodyBackUntilTheServerAsksForIt) {
  TestServer server(echo);
  Client client;
  ClientRequest request = request_to("PUT", server.url("/"), "body");
  request.headers.add("Expect", "100-continue");
  EXPECT_EQ(client.fetch(std::move(request))->body, "/body");
}

Task<Response> reject(Request) {
  co_return Response{.status = 403, .headers = {}, .body = "no", .stream = nullptr, .content_length = {}};
}

/// Counts what was pulled of it.
class CountedSource final : public ByteSource {
 public:
  CountedSource(std::uint64_t size, std::atomic<std::uint64_t>& pulled) : left_(size), pulled_(pulled) {}
  Task<Result<ByteView>> next() override {
    const std::uint64_t size = std::min<std::uint64_t>(left_, 65'536);
    piece_.assign(size, 'x');
    left_ -= size;
    pulled_ += size;
    co_return as_bytes(piece_);
  }

 private:
  std::uint64_t left_;
  std::atomic<std::uint64_t>& pulled_;
  std::string piece_;
};

TEST(Client, SendsNoBodyThatWasRefusedBeforehand) {
  TestServer server(reject);
  Client client;
  std::atomic<std::uint64_t> pulled{0};
  ClientRequest request = request_to("PUT", server.url("/"));
  request.headers.add("Expect", "100-continue");
  request.stream = std::make_unique<CountedSource>(GiB, pulled);
  request.stream_size_bytes = GiB;

  EXPECT_EQ(client.fetch(std::move(request))->status, 403);
  EXPECT_EQ(pulled, 0U);
}

TEST(Client, ReadsAnAnswerThatComesBeforeTheEndOfTheRequest) {
  TestServer server(reject);
  Client client;
  // More than is sent before the answer is seen, however late that is.
  constexpr std::uint64_t kSize = 1024 * GiB;
  std::atomic<std::uint64_t> pulled{0};
  ClientRequest request = request_to("PUT", server.url("/"));
  request.stream = std::make_unique<CountedSource>(kSize, pulled);
  request.stream_size_bytes = kSize;

  const auto answer = client.fetch(std::move(request));

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 403);
  EXPECT_LT(pulled, kSize);
}

TEST(Client, BoundsWhatFetchKeeps) {
  TestServer server(echo);
  Client client;
  const auto answer = client.fetch(request_to("PUT", server.url("/"), std::string(100'000, 'x')), 1'000);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::entity_too_large);
}

TEST(Client, ABodyDroppedUnreadFreesItsPlace) {
  TestServer server(echo);
  ClientOptions options;
  options.connections_per_host_max = 1;
  Client client(options);
  for (int i = 0; i < 3; ++i) {
    Result<ClientResponse> answer =
        block_on(client.send(request_to("PUT", server.url("/"), std::string(1'000'000, 'x'))));
    ASSERT_TRUE(answer);
    answer->body.reset();
  }
}

TEST(Client, RefusesWhatItCannotSend) {
  Client client;
  for (const char* url :
       {"", "https://127.0.0.1/", "ftp://h/", "127.0.0.1:80/", "http://", "http://h:x/", "http://h:99999/",
        "http://u@h/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y"}) {
    const auto answer = client.fetch(request_to("GET", url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument) << url;
  }
  EXPECT_EQ(client.fetch(request_to("GET /", "http://127.0.0.1/")).error().code, ErrorCode::invalid_argument);
  ClientRequest request = request_to("GET", "http://127.0.0.1/");
  request.headers.add("X", "a\r\nY: b");
  EXPECT_EQ(client.fetch(std::move(request)).error().code, ErrorCode::invalid_argument);
}

/// A server of one test that accepts connections and plays a part on each.
class ScriptedServer {
 public:
  /// `play` gets the socket of connection `index` and returns when it is to be closed.
  ScriptedServer(int connections, std::function<void(int socket, int index)> play) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    thread_ = std::thread([this, connections, play = std::move(play)] {
      for (int i = 0; i < connections; ++i) {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        play(socket, i);
        ::close(socket);
      }
    });
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  const std::string& url() const { return url_; }

  static std::string read_request(int socket) {
    std::string request;
    char byte = 0;
    while (!request.ends_with("\r\n\r\n") && ::recv(socket, &byte, 1, 0) == 1) request += byte;
    return request;
  }
  static void answer(int socket, std::string_view bytes) {
    ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

 private:
  int listener_ = -1;
  std::string url_;
  std::thread thread_;
};

constexpr std::string_view kEmptyAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

TEST(Client, SendsAgainOnceWhereAKeptConnectionBreaks) {
  std::atomic<int> requests{0};
  ScriptedServer server(2, [&](int socket, int index) {
    requests += ScriptedServer::read_request(socket).empty() ? 0 : 1;
    ScriptedServer::answer(socket, kEmptyAnswer);
    // The second request on this connection is read, and left without an answer.
    if (index == 0) requests += ScriptedServer::read_request(socket).empty() ? 0 : 1;
  });
  Client client;

  EXPECT_EQ(client.fetch(request_to("PUT", server.url()))->status, 200);
  const auto again = client.fetch(request_to("PUT", server.url()));

  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(requests, 3);
}

TEST(Client, DoesNotSendTwiceWhatMayDoHarmTwice) {
  std::atomic<int> requests{0};
  ScriptedServer server(2, [&](int socket, int index) {
    requests += ScriptedServer::read_request(socket).empty() ? 0 : 1;
    ScriptedServer::answer(socket, kEmptyAnswer);
    if (index == 0) requests += ScriptedServer::read_request(socket).empty() ? 0 : 1;
  });
  Client client;

  EXPECT_EQ(client.fetch(request_to("POST", server.url()))->status, 200);
  const auto again = client.fetch(request_to("POST", server.url()));

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::unavailable);
  EXPECT_EQ(requests, 2);
}

TEST(Client, SkipsInterimAnswers) {
  ScriptedServer server(1, [](int socket, int) {
    ScriptedServer::read_request(socket);
    ScriptedServer::answer(socket,
                           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    ScriptedServer::answer(socket, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
  });
  Client client;
  const auto answer = client.fetch(request_to("GET", server.url()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "ok");
}

TEST(Client, ReadsAnswersThatEndWithTheConnection) {
  ScriptedServer server(1, [](int socket, int) {
    ScriptedServer::read_request(socket);
    ScriptedServer::answer(socket, "HTTP/1.0 200 OK\r\n\r\n" + std::string(100'000, 'x'));
  });
  Client client;
  const auto answer = client.fetch(request_to("GET", server.url()));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), 100'000U);
}

TEST(Client, TellsFailuresApart) {
  const auto error_of = [](std::string answer) {
    ScriptedServer server(1, [&](int socket, int) {
      ScriptedServer::read_request(socket);
      ScriptedServer::answer(socket, answer);
    });
    Client client;
    const auto fetched = client.fetch(request_to("GET", server.url()));
    return fetched ? ErrorCode::internal : fetched.error().code;
  };
  EXPECT_EQ(error_of(""), ErrorCode::unavailable);
  EXPECT_EQ(error_of("nonsense\r\n\r\n"), ErrorCode::malformed);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), ErrorCode::incomplete_body);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
            ErrorCode::incomplete_body);
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"), ErrorCode::malformed);
}

TEST(Client, SaysThatNobodyListens) {
  std::string url;
  {
    ScriptedServer server(0, [](int, int) {});
    url = server.url();
  }
  Client client;
  const auto answer = client.fetch(request_to("GET", url));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST(Client, GivesUpOnASilentServer) {
  ScriptedServer server(1, [](int socket, int) {
    ScriptedServer::read_request(socket);
    ScriptedServer::read_request(socket);  // until the client has gone
  });
  ClientOptions options;
  options.read_timeout = std::chrono::milliseconds(100);
  Client client(options);
  const auto answer = client.fetch(request_to("GET", server.url()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::timeout);
}

TEST(Client, ADestroyedClientFailsWhatRuns) {
  std::atomic<bool> has_request{false};
  ScriptedServer server(1, [&](int socket, int) {
    ScriptedServer::read_request(socket);
    has_request = true;
    ScriptedServer::read_request(socket);
  });
  auto client = std::make_unique<Client>();
  Result<Client::Answer> answer = fail(ErrorCode::internal, "never set");
  std::thread caller([&, raw = client.get()] { answer = raw->fetch(request_to("GET", server.url())); });
  ASSERT_TRUE(eventually([&] { return has_request.load(); }));

  client.reset();

  caller.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace anabranch::http
