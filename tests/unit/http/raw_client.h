// tests/unit/http/raw_client.h — a blocking socket that sends any bytes, and a server for one test.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "http/server.h"

namespace anabranch::http {

/// A connection on which a test writes and reads bytes as it likes. Reads give up after ten seconds.
class RawClient {
 public:
  /// `address` as Server::listen() gave it. `receive_buffer_bytes`: the socket's own, where not 0.
  explicit RawClient(const std::string& address, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  /// False if the peer would not take them.
  bool send(std::string_view bytes);
  void finish_sending();
  /// The next answer: head and body by Content-Length or chunks (still coded). Empty when the peer closed
  /// before.
  std::string read_answer(bool is_head = false);
  /// All until the peer closes; `was_reset` tells how.
  std::string read_to_end();
  bool was_reset() const { return was_reset_; }
  /// Up to `size` bytes, at least one; empty at the end.
  std::string read_some(std::size_t size);

 private:
  int socket_ = -1;
  bool was_reset_ = false;
  std::string buffer_;
};

/// The status of an answer ("HTTP/1.1 200 OK..." → 200); 0 where there is none.
int status_of(std::string_view answer);
/// What follows the head.
std::string body_of(std::string_view answer);
/// The decoded body of an answer in chunks; "<broken>" where they are.
std::string dechunked(std::string_view body);

/// A server on a free port of 127.0.0.1.
class TestServer {
 public:
  explicit TestServer(Handler handler, ServerOptions options = {.threads = 2, .limits = {}},
                      ProtocolErrorBody protocol_error = {});
  Server& operator*() { return *server_; }
  Server* operator->() { return server_.get(); }
  const std::string& address() const { return address_; }
  std::string url(std::string_view path) const { return "http://" + address_ + std::string(path); }

 private:
  std::unique_ptr<Server> server_;
  std::string address_;
};

/// Waits until `condition` holds, up to ten seconds; says whether it did.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 2'000; ++i) {
    if (condition()) return true;
    // tidy-allow: polls what another thread does
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace anabranch::http
