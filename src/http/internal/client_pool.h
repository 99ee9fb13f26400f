// http/internal/client_pool.h — the client's connections on one loop: made, kept alive, lent to one exchange
// each.
#pragma once

#include <coroutine>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/task.h"
#include "http/client.h"
#include "http/internal/address.h"
#include "http/internal/client_connection.h"
#include "http/internal/loop.h"

namespace anabranch::http::internal {

/// Lives on its loop; everything but the constructor is called there.
class ClientPool {
 public:
  ClientPool(Loop& loop, const ClientOptions& options, std::size_t connections_per_host_max);
  ~ClientPool();

  /// One request and the head of its answer. Errors: as Client::send().
  Task<Result<ClientResponse>> send(ClientRequest request);
  /// Fails what runs, closes what is idle, refuses what comes.
  void close();

 private:
  class Body;
  struct Host {
    std::deque<std::shared_ptr<ClientConnection>> idle;
    std::deque<std::coroutine_handle<>> waiters;
    std::size_t open_count = 0;
  };
  struct Waiter;
  struct Lease {
    std::shared_ptr<ClientConnection> connection;
    bool is_used = false;  // it has served before, so it may have been closed meanwhile
  };
  struct Connecting;

  Task<Result<Lease>> acquire(std::string key, HostPort endpoint, bool must_be_new);
  Task<Result<std::shared_ptr<ClientConnection>>> connect(HostPort endpoint);
  void release(const std::string& key, std::shared_ptr<ClientConnection> connection);
  void slot_freed(Host& host);
  ClientResponse make_response(const std::string& key, std::shared_ptr<ClientConnection> connection);

  Loop& loop_;
  const ClientOptions options_;
  const std::size_t connections_per_host_max_;
  std::unordered_map<std::string, Host> hosts_;
  std::unordered_set<ClientConnection*> lent_;
  bool is_closed_ = false;
};

}  // namespace anabranch::http::internal
