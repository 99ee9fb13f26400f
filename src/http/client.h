// http/client.h — HTTP/1.1 requests to other servers: the command line, the runner, the load generator.
//
// Keep-alive connections are pooled per host. A client runs on its own thread(s); tasks may be awaited
// anywhere.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "http/message.h"

namespace anabranch::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // "http://127.0.0.1:8000/api/v1/..."; already percent-encoded
  Headers headers;
  std::string body;                    // sent with Content-Length, unless:
  std::unique_ptr<ByteSource> stream;  // sent instead of `body`; pulled on one of the client's threads
  std::optional<std::uint64_t> stream_size_bytes;  // Content-Length of `stream`; chunked where nullopt
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::unique_ptr<ByteSource> body;  // pull it to its end so that the connection can be used again
};

struct ClientOptions {
  unsigned threads = 1;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds read_timeout{120'000};  // no byte arrived
  std::size_t connections_per_host_max = 64;        // further requests wait for a free one
};

/// Thread safety: every method from any thread. Outlives its tasks and the bodies of its answers.
class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();

  /// Sends a request, gives the answer once its headers are there (any status is an answer).
  /// A request whose kept-alive connection was closed before any byte of the answer is sent again once, if it
  /// can be. Errors: invalid_argument (url), unavailable (refused, reset, no such host), timeout, malformed.
  Task<Result<ClientResponse>> send(ClientRequest request);

  /// The client's threads: coroutines that run there need no hop per request. For load generators.
  std::vector<Executor*> executors();

  /// send() and all of the body, blocking; not on an executor's thread. For the command line. Errors: as
  /// send(), entity_too_large.
  struct Answer {
    int status = 0;
    Headers headers;
    std::string body;
  };
  Result<Answer> fetch(ClientRequest request, std::uint64_t body_size_max_bytes = 256 * MiB);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::http
