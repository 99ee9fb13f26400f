#include "app/server.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "app/load_history.h"
#include "base/load_series.h"
#include "base/log.h"
#include "base/workers.h"
#include "experiments/experiments.h"
#include "http/compression.h"
#include "http/proxies.h"
#include "http/server.h"
#include "objects/object_store.h"
#include "rest/api.h"
#include "s3/gateway.h"
#include "service/experiment_service.h"
#include "service/identity_service.h"
#include "service/object_service.h"
#include "service/repository_service.h"
#include "service/server_service.h"
#include "ui/site.h"
#include "versioning/repositories.h"

namespace anabranch::app {
namespace {

constexpr std::string_view kApiPath = "/api/v1";
constexpr unsigned kWorkersPerCore = 4;
/// How late bytes on the wire may be told: a small part of an interval of the load.
constexpr std::chrono::seconds kTrafficPeriod{1};
/// How much of the load's history a kill may lose.
constexpr TimeMs kLoadKeptEveryMs = 60'000;

unsigned or_per_core(unsigned wanted, unsigned per_core) {
  return wanted != 0 ? wanted : per_core * std::max(1U, std::thread::hardware_concurrency());
}

http::Response text_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(body);
  return response;
}

const char* status_class(int status) {
  constexpr const char* kClasses[] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
  const int hundreds = status / 100;
  return kClasses[hundreds >= 1 && hundreds <= 5 ? hundreds : 0];
}

}  // namespace

class Server::Impl final : service::ServerProbe {
 public:
  Impl(kv::Store& kv, blob::Store& blobs, const Clock& clock, auth::KeyPair root, metrics::Registry& metrics,
       ServerOptions options)
      : options_(std::move(options)),
        kv_(kv),
        clock_(clock),
        metrics_(metrics),
        workers_("worker", or_per_core(options_.worker_threads, kWorkersPerCore)),
        objects_(kv, blobs, clock, workers_),
        credentials_(kv, clock, std::move(root)),
        repositories_(kv, objects_, clock, workers_),
        experiments_(kv, repositories_, clock, workers_),
        identity_service_(credentials_, clock, workers_),
        object_service_(objects_, repositories_, workers_),
        repository_service_(objects_, repositories_, credentials_, clock, workers_),
        server_service_(objects_, repositories_, load_, *this, clock, workers_),
        experiment_service_(experiments_, repositories_, credentials_, workers_),
        gateway_(identity_service_, object_service_, clock, metrics_, {options_.region, options_.domains}),
        api_(identity_service_, repository_service_, object_service_, experiment_service_, server_service_,
             {version(), options_.region}),
        http_(
            {options_.network_threads, {}},
            [this](http::Request request) { return handle(std::move(request)); },
            [this](int status, std::string_view why, const std::string& local_address) {
              return local_address == s3_address_ ? s3::Gateway::protocol_error(status, why)
                                                  : rest::Api::protocol_error(status, why);
            }) {
    credentials_.watch_runs([this](const auth::RunBinding& run) { return state_of(run); },
                            options_.lost_key_lifetime.count());
    register_metrics();
  }
  ~Impl() override { stop_traffic_watch(); }

  Result<Addresses> start() {
    ANABRANCH_TRY(proxies_, http::TrustedProxies::parse(options_.trusted_proxies));
    ANABRANCH_TRY(addresses_.listen, http_.listen(options_.listen));
    if (!options_.s3_listen.empty()) {
      ANABRANCH_TRY(addresses_.s3_listen, http_.listen(options_.s3_listen));
      s3_address_ = addresses_.s3_listen;
    }
    started_ms_ = clock_.now_ms();
    restore_load(kv_, load_);
    http_.start();
    traffic_watch_ = std::thread([this] { watch_traffic(); });
    experiments_.start_cleaning();
    ready_ = true;
    return addresses_;
  }

  void stop() {
    ready_ = false;
    experiments_.close();  // event streams would never end by themselves
    http_.stop(options_.stop_grace);
    stop_traffic_watch();
    keep_load(kv_, load_, clock_.now_ms());
  }

 private:
  enum class Traffic : std::uint8_t { s3, rest, other };  // other: health, metrics, the web UI's files

  Traffic traffic_of(const http::Request& request) const {
    const std::string& path = request.path;
    if (path == "/healthz" || path == "/readyz") return Traffic::other;
    if (request.local_address == s3_address_ || gateway_.claims(request)) return Traffic::s3;
    return path == "/metrics" || ui::Site::claims(request) ? Traffic::other : Traffic::rest;
  }

  Task<http::Response> handle(http::Request request) {
    const auto began = std::chrono::steady_clock::now();
    const std::string request_id = request.request_id;
    const Traffic traffic = traffic_of(request);
    const bool is_s3 = traffic == Traffic::s3;
    const std::string method = request.method;
    const std::string path = options_.log_requests ? request.path : std::string();
    const bool may_compress = traffic == Traffic::rest && http::accepts_gzip(request.headers);
    http::TrustedProxies::Origin origin = proxies_.origin_of(request);
    request.remote_address = std::move(origin.address);
    // From here on it says only what may be believed. Of S3 nobody asks it, and there it may be signed.
    if (!is_s3) request.headers.set("X-Forwarded-Proto", std::move(origin.scheme));
    auto answer = route(std::move(request), is_s3);
    http::Response response = co_await std::move(answer);
    if (traffic == Traffic::rest && http::is_compressible(response)) {
      response.headers.add("Vary", "Accept-Encoding");
      if (may_compress && response.body.size() <= http::kCompressedInlineMax) {
        http::compress(response);
      } else if (may_compress) {
        auto work = on_workers(workers_, [&response] { http::compress(response); });
        co_await std::move(work);
      }
    }
    response.headers.add("Server", "anabranch");
    if (!is_s3) response.headers.add("X-Request-Id", request_id);
    const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began);
    if (traffic != Traffic::other) {
      (is_s3 ? s3_latency_ : rest_latency_)->observe(took.count());
      count(is_s3, response.status);
      load_.observe(is_s3 ? LoadSeries::Protocol::s3 : LoadSeries::Protocol::rest, response.status,
                    took.count(), clock_.now_ms());
    }
    if (options_.log_requests) {
      log::info("request", {{"request_id", request_id},
                            {"method", method},
                            {"path", path},
                            {"status", response.status},
                            {"seconds", took.count()}});
    }
    co_return response;
  }

  Task<http::Response> route(http::Request request, bool is_s3) {
    if (request.path == "/healthz") return done(text_response(200, "ok\n"));
    if (request.path == "/readyz")
      return done(ready_ ? text_response(200, "ready\n") : text_response(503, "stopping\n"));
    if (is_s3) return gateway_.handle(std::move(request));
    const std::string_view path = request.path;
    if (path.starts_with(kApiPath) && (path.size() == kApiPath.size() || path[kApiPath.size()] == '/')) {
      return api_.handle(std::move(request));
    }
    if (path == "/metrics") {
      http::Response page = text_response(200, metrics_.render());
      page.headers.set("Content-Type", std::string(metrics::Registry::kContentType));
      return done(std::move(page));
    }
    if (ui::Site::claims(request)) return done(site_.handle(request));
    // What is left could be an unsigned S3 request: tell it in S3's form, which its clients understand.
    if (!request.headers.contains("Authorization")) return gateway_.handle(std::move(request));
    return done(rest::Api::protocol_error(404, "no such route: " + request.method + " " + request.path));
  }

  static Task<http::Response> done(http::Response response) { co_return response; }

  service::ServerFacts facts() const override {
    return {version(),
            started_ms_,
            options_.region,
            addresses_.listen,
            addresses_.s3_listen,
            options_.data_folder,
            or_per_core(options_.network_threads, 1),
            or_per_core(options_.worker_threads, kWorkersPerCore),
            options_.configured};
  }
  service::StorageState storage() const override {
    return options_.storage ? options_.storage() : service::StorageState{};
  }

  void watch_traffic() {
    TimeMs kept_ms = clock_.now_ms();
    std::unique_lock lock(traffic_mutex_);
    while (!traffic_stopping_) {
      const http::ServerCounters counters = http_.counters();
      const TimeMs now = clock_.now_ms();
      load_.observe_traffic(counters.bytes_in, counters.bytes_out, now);
      if (now - kept_ms >= kLoadKeptEveryMs) {
        lock.unlock();
        keep_load(kv_, load_, now);
        lock.lock();
        kept_ms = now;
      }
      traffic_stop_.wait_for(lock, kTrafficPeriod);
    }
  }
  void stop_traffic_watch() {
    {
      const std::lock_guard lock(traffic_mutex_);
      traffic_stopping_ = true;
    }
    traffic_stop_.notify_all();
    if (traffic_watch_.joinable()) traffic_watch_.join();
  }

  void register_metrics() {
    const auto latency = [this](const char* protocol) {
      return &metrics_.histogram("anabranch_http_request_seconds",
                                 "Time from a request's headers to its answer's", metrics::latency_bounds_s(),
                                 {{"protocol", protocol}});
    };
    s3_latency_ = latency("s3");
    rest_latency_ = latency("rest");
    using Counters = http::ServerCounters;
    const auto gauge = [this](const char* name, const char* help, std::uint64_t Counters::*field) {
      metrics_.gauge(name, help, [this, field] { return static_cast<double>(http_.counters().*field); });
    };
    gauge("anabranch_http_connections_open", "Connections open now", &Counters::connections_open);
    gauge("anabranch_http_connections_accepted", "Connections accepted since the start",
          &Counters::connections_accepted);
    gauge("anabranch_http_received_bytes", "Bytes received since the start", &Counters::bytes_in);
    gauge("anabranch_http_sent_bytes", "Bytes sent since the start", &Counters::bytes_out);
    gauge("anabranch_http_malformed_requests", "Requests refused as malformed since the start",
          &Counters::malformed);
    gauge("anabranch_http_answers_cut",
          "Answers cut since the start: their bytes failed after the status was sent",
          &Counters::cut_answers);
    gauge("anabranch_http_timeouts", "Connections closed by a timeout since the start", &Counters::timeouts);
    constexpr int kStatusClasses = 6;
    for (int protocol = 0; protocol < 2; ++protocol) {
      for (int hundreds = 0; hundreds < kStatusClasses; ++hundreds) {
        requests_[protocol][hundreds] = &metrics_.counter(
            "anabranch_http_requests_total", "Requests answered",
            {{"protocol", protocol == 0 ? "rest" : "s3"}, {"status", status_class(hundreds * 100)}});
      }
    }
  }

  Result<auth::RunState> state_of(const auth::RunBinding& run) const {
    using Kind = auth::RunState::Kind;
    if (!run.repository_uid.empty()) {
      const auto uid = experiments_.repository_uid(run.repository);
      if (!uid && uid.error().code != ErrorCode::no_such_repository) return fail(uid.error());
      if (!uid || *uid != run.repository_uid) return auth::RunState{Kind::over, 0};
      if (run.id.empty()) return auth::RunState{};
    }
    ANABRANCH_TRY(const auto now, experiments_.run_now(run.repository, run.id, run.attempt));
    switch (now.standing) {
      case experiments::RunStanding::speaking:
        return auth::RunState{Kind::good, 0};
      case experiments::RunStanding::lost:
        return auth::RunState{Kind::silent, now.silent_ms};
      case experiments::RunStanding::over:
        break;
    }
    return auth::RunState{Kind::over, 0};
  }

  void count(bool is_s3, int status) {
    const int hundreds = status / 100;
    requests_[is_s3 ? 1 : 0][hundreds >= 1 && hundreds <= 5 ? hundreds : 0]->add();
  }

  ServerOptions options_;
  kv::Store& kv_;
  http::TrustedProxies proxies_;  // from start() on
  const Clock& clock_;
  metrics::Registry& metrics_;
  Workers workers_;
  objects::ObjectStore objects_;
  auth::Credentials credentials_;
  versioning::Repositories repositories_;
  experiments::Experiments experiments_;
  service::IdentityService identity_service_;
  service::ObjectService object_service_;
  service::RepositoryService repository_service_;
  LoadSeries load_;
  service::ServerService server_service_;
  service::ExperimentService experiment_service_;
  s3::Gateway gateway_;
  rest::Api api_;
  const ui::Site site_{ui::embedded_files()};
  http::Server http_;
  Addresses addresses_;
  std::string s3_address_;
  std::atomic<bool> ready_{false};
  TimeMs started_ms_ = 0;
  std::mutex traffic_mutex_;
  std::condition_variable traffic_stop_;
  bool traffic_stopping_ = false;  // guarded by traffic_mutex_
  std::thread traffic_watch_;
  metrics::Histogram* s3_latency_ = nullptr;
  metrics::Histogram* rest_latency_ = nullptr;
  metrics::Counter* requests_[2][6] = {};
};

Server::Server(kv::Store& kv, blob::Store& blobs, const Clock& clock, auth::KeyPair root,
               metrics::Registry& metrics, ServerOptions options)
    : impl_(std::make_unique<Impl>(kv, blobs, clock, std::move(root), metrics, std::move(options))) {}
Server::~Server() = default;

Result<Server::Addresses> Server::start() { return impl_->start(); }
void Server::stop() { impl_->stop(); }

std::string Server::version() { return ANABRANCH_VERSION; }

}  // namespace anabranch::app
