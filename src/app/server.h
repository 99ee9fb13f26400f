// app/server.h — all modules wired over one kv and one blob store: listeners, routing, health, metrics.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "auth/credentials.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "blob/store.h"
#include "kv/store.h"
#include "service/server_service.h"

namespace anabranch::app {

struct ServerOptions {
  std::string listen = "127.0.0.1:8000";     // REST API, S3, health: all
  std::string s3_listen = "127.0.0.1:9000";  // S3 alone; empty: none
  std::string region = "us-east-1";
  std::vector<std::string> domains;  // for virtual-host style S3
  /// Networks whose X-Forwarded-For and X-Forwarded-Proto are believed: "10.0.0.0/8", "::1". None: nobody's.
  std::vector<std::string> trusted_proxies = {};
  unsigned network_threads = 0;  // 0: one per core
  unsigned worker_threads = 0;   // 0: four per core
  std::chrono::milliseconds stop_grace{10'000};
  std::chrono::milliseconds lost_key_lifetime = std::chrono::hours(24);  // of a run that is not heard of
  bool log_requests = false;
  // What GET /api/v1/server tells besides.
  std::string data_folder;
  std::vector<std::pair<std::string, std::string>> configured;  // options by name; never a secret
  std::function<service::StorageState()> storage;               // empty: stores without drives
};

/// Thread safety: start() and stop() from one thread.
class Server {
 public:
  /// The stores and the registry must outlive the server.
  Server(kv::Store& kv, blob::Store& blobs, const Clock& clock, auth::KeyPair root,
         metrics::Registry& metrics, ServerOptions options);
  ~Server();

  /// Binds and answers. Gives the bound addresses. Errors: invalid_argument, io.
  struct Addresses {
    std::string listen;
    std::string s3_listen;
  };
  Result<Addresses> start();
  /// Lets running requests end, then closes everything.
  void stop();

  /// The version that --version, /config and the Server header say.
  static std::string version();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::app
