// http/internal/core.h — one core of the server: its loop, its connections, its counts; and what all cores
// share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

#include "http/internal/loop.h"
#include "http/server.h"

namespace anabranch::http::internal {

class Connection;

/// What every connection of a server may look at. Thread safety: every member from any thread.
struct ServerShared {
  ServerShared(const ServerLimits& given_limits, Handler given_handler,
               ProtocolErrorBody given_protocol_error);

  /// 16 hex digits: 24 random bits of the process, then a counter.
  std::string next_request_id();
  void connection_opened();
  void connection_closed();
  /// Waits until no connection is open. Negative: without limit.
  bool wait_until_idle(std::chrono::milliseconds at_most);

  const ServerLimits limits;
  const Handler handler;
  const ProtocolErrorBody protocol_error;
  std::atomic<std::size_t> open_count{0};

 private:
  std::atomic<std::uint64_t> next_request_;
  std::mutex mutex_;
  std::condition_variable idle_;
};

struct Core {
  explicit Core(std::chrono::milliseconds tick) : loop(tick) {}

  Loop loop;
  // from any thread
  std::atomic<std::size_t> open_count{0};
  std::atomic<std::uint64_t> requests{0}, bytes_in{0}, bytes_out{0}, malformed{0}, timeouts{0},
      cut_answers{0};
  // on the loop's thread
  std::unordered_set<Connection*> connections;
  bool is_stopping = false;
  bool is_aborting = false;
};

}  // namespace anabranch::http::internal
