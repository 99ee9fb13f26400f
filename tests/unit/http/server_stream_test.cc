// What this proves: bodies flow both ways in bounded memory; who does not read stops who writes; no broken
// stream looks whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/workers.h"
#include "http/client.h"
#include "http/server.h"
#include "raw_client.h"

namespace anabranch::http {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kPieceSize = 256 * KiB;

/// What the source of an answer did, seen from outside.
struct Observed {
  std::atomic<std::uint64_t> pulled{0};
  std::atomic<int> destroyed{0};
};

Workers& pool() {
  static Workers workers("test", 2);
  return workers;
}

/// Bytes of the pattern from any offset: cheap to make and to check.
std::string_view pattern(std::uint64_t offset, std::size_t size) {
  static const std::string bytes = [] {
    std::string made;
    while (made.size() < kPieceSize + 32) made += "abcdefghijklmnopqrstuvw";
    return made;
  }();
  return std::string_view(bytes).substr(offset % 23, size);
}

/// `size` bytes "abc...", made when they are pulled; fails instead of ending where `fails_at_end`.
class PatternSource final : public ByteSource {
 public:
  PatternSource(std::uint64_t size, Observed& observed, bool fails_at_end = false, bool hops = false)
      : left_(size), observed_(observed), fails_at_end_(fails_at_end), hops_(hops) {}
  ~PatternSource() override { ++observed_.destroyed; }

  Task<Result<ByteView>> next() override {
    if (hops_) {
      const auto nothing = [] { return 0; };
      auto hop = on_workers(pool(), nothing);
      co_await std::move(hop);
    }
    const std::uint64_t size = std::min<std::uint64_t>(left_, kPieceSize);
    if (size == 0 && fails_at_end_) co_return fail(ErrorCode::corruption, "planted");
    piece_ = pattern(offset_, size);
    offset_ += size;
    left_ -= size;
    observed_.pulled += size;
    co_return as_bytes(piece_);
  }

 private:
  std::uint64_t left_;
  Observed& observed_;
  bool fails_at_end_;
  bool hops_;
  std::uint64_t offset_ = 0;
  std::string piece_;
};

/// Is `bytes` the pattern from `offset` on?
bool is_pattern(ByteView bytes, std::uint64_t offset) {
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    const std::string_view part = text.substr(0, kPieceSize);
    if (part != pattern(offset, part.size())) return false;
    offset += part.size();
    text.remove_prefix(part.size());
  }
  return true;
}

/// The number of bytes in `source`, if all of them are the pattern.
Task<Result<std::uint64_t>> checked_size(ByteSource& source) {
  std::uint64_t size = 0;
  while (true) {
    auto pulling = source.next();
    const Result<ByteView> piece = co_await std::move(pulling);
    if (!piece) co_return fail(piece.error());
    if (piece->empty()) co_return size;
    if (!is_pattern(*piece, size))
      co_return fail(ErrorCode::corruption, "other bytes at " + std::to_string(size));
    size += piece->size();
  }
}

Task<Response> count_upload(Request request) {
  auto counting = checked_size(*request.body);
  const Result<std::uint64_t> size = co_await std::move(counting);
  Response response;
  response.status = size ? 200 : 400;
  response.body = size ? std::to_string(*size) : size.error().message;
  co_return response;
}

/// Answers with streams: what, is in the path.
Handler streaming(Observed& observed) {
  return [&observed](Request request) -> Task<Response> {
    // Not a coroutine itself: only its parts are.
    return [](Request asked, Observed& watched) -> Task<Response> {
      const std::uint64_t size = std::stoull(asked.query);
      const bool hops = asked.headers.contains("X-Hop");
      Response response;
      response.stream = std::make_unique<PatternSource>(size, watched, asked.path == "/fails", hops);
      if (asked.path == "/sized") response.content_length = size;
      if (asked.path == "/short") response.content_length = size + 1;
      if (asked.path == "/long") response.content_length = size - 1;
      co_return response;
    }(std::move(request), observed);
  };
}

std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}

ClientRequest request_to(std::string method, std::string url) {
  ClientRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  return request;
}

constexpr std::uint64_t kLarge = 256 * MiB;

TEST(Streams, LargeUploadsArriveWholeSizedAndChunked) {
  TestServer server(count_upload);
  Client client;
  Observed observed;
  for (const bool is_sized : {true, false}) {
    ClientRequest request = request_to("PUT", server.url("/"));
    request.stream = std::make_unique<PatternSource>(kLarge, observed);
    if (is_sized) request.stream_size_bytes = kLarge;

    const auto answer = client.fetch(std::move(request));

    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, std::to_string(kLarge));
  }
  EXPECT_EQ(observed.destroyed, 2);
}

TEST(Streams, LargeAnswersArriveWholeSizedAndChunked) {
  Observed observed;
  TestServer server(streaming(observed));
  Client client;
  for (const char* path : {"/sized", "/chunked"}) {
    Result<ClientResponse> answer = block_on(
        client.send(request_to("GET", server.url(std::string(path) + "?" + std::to_string(kLarge)))));
    ASSERT_TRUE(answer) << answer.error().message;

    const Result<std::uint64_t> size = block_on(checked_size(*answer->body));

    ASSERT_TRUE(size) << size.error().message;
    EXPECT_EQ(*size, kLarge);
  }
  EXPECT_EQ(observed.pulled, 2 * kLarge);
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

Task<Response> send_back(Request request) {
  Response response;
  response.content_length = request.content_length;
  response.stream = std::move(request.body);
  co_return response;
}

TEST(Streams, TheRequestsBodyMayBeTheAnswersStream) {
  TestServer server(send_back);
  Client client;
  Observed observed;
  for (const bool is_sized : {true, false}) {
    ClientRequest request = request_to("PUT", server.url("/"));
    request.stream = std::make_unique<PatternSource>(32 * MiB, observed);
    if (is_sized) request.stream_size_bytes = 32 * MiB;
    Result<ClientResponse> answer = block_on(client.send(std::move(request)));
    ASSERT_TRUE(answer) << answer.error().message;

    const Result<std::uint64_t> size = block_on(checked_size(*answer->body));

    ASSERT_TRUE(size) << size.error().message;
    EXPECT_EQ(*size, 32 * MiB);
  }
}

TEST(Streams, ASlowReaderStopsTheProducer) {
  Observed observed;
  TestServer server(streaming(observed));
  RawClient client(server.address(), 16 * 1'024);
  client.send(get("/sized?268435456"));

  // All that lies between is the sockets' buffers: the producer stands still long before the end.
  std::uint64_t before = 1;
  ASSERT_TRUE(eventually([&] {
    const std::uint64_t now = observed.pulled;
    const bool stands_still = now == std::exchange(before, now) && now > 0;
    // tidy-allow: lets the other side fall behind, or polls it
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return stands_still;
  }));
  EXPECT_LT(observed.pulled, 16 * MiB);
}

TEST(Streams, ASlowHandlerStopsTheSender) {
  static std::atomic<bool> may_read{false};
  TestServer server([](Request request) -> Task<Response> {
    return [](Request asked) -> Task<Response> {
      const auto wait = [] { return eventually([] { return may_read.load(); }); };
      auto waiting = on_workers(pool(), wait);
      co_await std::move(waiting);
      auto counting = count_upload(std::move(asked));
      co_return co_await std::move(counting);
    }(std::move(request));
  });
  Observed observed;
  Client client;
  ClientRequest request = request_to("PUT", server.url("/"));
  request.stream = std::make_unique<PatternSource>(64 * MiB, observed);
  std::thread sender([&] {
    const auto answer = client.fetch(std::move(request));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::to_string(64 * MiB));
  });

  std::uint64_t before = 1;
  EXPECT_TRUE(eventually([&] {
    const std::uint64_t now = observed.pulled;
    const bool stands_still = now == std::exchange(before, now) && now > 0;
    // tidy-allow: lets the other side fall behind, or polls it
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return stands_still;
  }));
  EXPECT_LT(observed.pulled, 32 * MiB);
  may_read = true;
  sender.join();
}

TEST(Streams, AClientThatLeavesEndsTheStream) {
  Observed observed;
  TestServer server(streaming(observed));
  {
    RawClient client(server.address(), 16 * 1'024);
    client.send(get("/sized?268435456"));
    client.read_some(1'000);
  }
  EXPECT_TRUE(eventually([&] { return observed.destroyed == 1; }));
  EXPECT_LT(observed.pulled, 32 * MiB);
  EXPECT_TRUE(eventually([&] { return server->counters().connections_open == 0; }));
}

TEST(Streams, PiecesThatComeLateArriveToo) {
  Observed observed;
  TestServer server(streaming(observed));
  RawClient client(server.address());
  for (const char* path : {"/chunked?1000000", "/chunked?0", "/chunked?1"}) {
    client.send(get(path, "X-Hop: 1\r\n"));
    const std::string body = dechunked(body_of(client.read_answer()));
    EXPECT_EQ(std::to_string(body.size()), std::string(path).substr(9));
    EXPECT_TRUE(is_pattern(as_bytes(body), 0));
  }
  client.send(get("/sized?0", "X-Hop: 1\r\n"));
  EXPECT_THAT(client.read_answer(), HasSubstr("Content-Length: 0\r\n"));
  client.send(get("/sized?1"));
  EXPECT_EQ(body_of(client.read_answer()), "a");
}

TEST(Streams, ThatFailMidwayNeverLookWhole) {
  Observed observed;
  TestServer server(streaming(observed));
  for (const char* headers : {"", "X-Hop: 1\r\n"}) {
    RawClient chunked(server.address());
    chunked.send(get("/fails?1000", headers));
    const std::string answer = chunked.read_to_end();
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(dechunked(body_of(answer)), "<broken>");
    EXPECT_THAT(answer, Not(HasSubstr("0\r\n\r\n")));

    RawClient sized(server.address());
    sized.send(get("/short?1000", headers));
    EXPECT_EQ(body_of(sized.read_to_end()).size(), 1'000U);

    RawClient overlong(server.address());
    overlong.send(get("/long?1000", headers));
    EXPECT_LT(body_of(overlong.read_to_end()).size(), 999U);

    RawClient until_close(server.address());
    until_close.send("GET /fails?1000 HTTP/1.0\r\n" + std::string(headers) + "\r\n");
    until_close.read_to_end();
    EXPECT_TRUE(until_close.was_reset());
  }
  EXPECT_EQ(server->counters().cut_answers, 8U) << "each is counted";
}

TEST(Streams, ThatFailAtOnceAreAnsweredWith500) {
  Observed observed;
  TestServer server(streaming(observed));
  RawClient client(server.address());
  client.send(get("/fails?0"));
  EXPECT_EQ(status_of(client.read_answer()), 500);
  client.send(get("/sized?1"));
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST(Streams, OfUnknownLengthEndWithTheConnectionInHttp10) {
  Observed observed;
  TestServer server(streaming(observed));
  RawClient client(server.address());
  client.send("GET /chunked?1000000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(body_of(answer).size(), 1'000'000U);
  EXPECT_FALSE(client.was_reset());
}

TEST(Streams, ManyAtOnceShareTheCores) {
  Observed observed;
  TestServer server(streaming(observed));
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&, i] {
      RawClient client(server.address());
      client.send(
          get("/sized?8000000", i % 2 == 0 ? "X-Hop: 1\r\nConnection: close\r\n" : "Connection: close\r\n"));
      EXPECT_TRUE(is_pattern(as_bytes(body_of(client.read_to_end())), 0));
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(observed.pulled, 8 * 8'000'000U);
}

}  // namespace
}  // namespace anabranch::http
