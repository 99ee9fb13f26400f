// http/server.h — the door to the network: sockets in, Requests out to one handler, Responses back.
//
// One io_context and thread per core; one acceptor hands each connection to the least-loaded core; a
// coroutine per connection, on its core's Executor. Slow and hostile clients cost only themselves: every wait
// has a limit below.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "http/message.h"

namespace anabranch::http {

/// Limits of a connection. Source for the header sizes: AWS S3 (8 KB of headers, 2 KB of user metadata) with
/// room.
struct ServerLimits {
  // 414 and 431 past these
  std::size_t target_size_max = 16 * 1024;
  std::size_t headers_size_max = 64 * 1024;
  std::size_t headers_count_max = 256;
  std::chrono::milliseconds header_timeout{
      20'000};  // from the first byte of a request to the end of its headers
  std::chrono::milliseconds idle_timeout{75'000};   // keep-alive without a request
  std::chrono::milliseconds body_timeout{60'000};   // no byte of a body arrived
  std::chrono::milliseconds write_timeout{60'000};  // no byte of an answer was taken
  std::size_t connections_max = 20'000;             // more are closed at once
  std::size_t drain_size_max = 256 * 1024;          // unread body bytes skipped to keep a connection
};

struct ServerOptions {
  unsigned threads = 0;  // 0: one per core
  ServerLimits limits;
};

/// Counts since the start, for /metrics.
struct ServerCounters {
  std::uint64_t connections_accepted = 0, connections_open = 0, requests = 0, bytes_in = 0, bytes_out = 0,
                malformed = 0, timeouts = 0,
                cut_answers = 0;  // whose stream failed too late for a status of its own
};

/// Answers one request. Runs on the connection's core; must not block. What it throws is answered by 500.
using Handler = std::function<Task<Response>(Request)>;

/// What no handler answered is answered by the server itself: 400, 408, 414, 431, 501, 505 (malformed
/// HTTP) and 500 (the handler threw), with this body maker if set (no stream). Called on any core's thread.
using ProtocolErrorBody =
    std::function<Response(int status, std::string_view why, const std::string& local_address)>;

/// Thread safety: start, listen and stop from one thread; counters() from any.
class Server {
 public:
  Server(ServerOptions options, Handler handler, ProtocolErrorBody protocol_error = {});
  ~Server();

  /// Binds "host:port" ("127.0.0.1:0" takes a free port; "[::1]:8000"). Gives the bound address.
  /// Errors: invalid_argument, io (in use, not permitted).
  Result<std::string> listen(const std::string& address);
  /// Starts the threads. After it, requests are answered.
  void start();
  /// Stops accepting, lets running requests end for up to `grace`, closes the rest, joins. Handlers that
  /// still run are waited for (their connection fails at once), so what they use must answer.
  void stop(std::chrono::milliseconds grace);

  ServerCounters counters() const;
  /// The executors of the cores, for background coroutines.
  std::vector<Executor*> executors();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::http
