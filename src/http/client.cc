#include "http/client.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>
#include <vector>

#include "http/internal/client_pool.h"
#include "http/internal/loop.h"

namespace anabranch::http {
namespace {

using internal::ClientPool;
using internal::Loop;

constexpr auto kTickMin = std::chrono::milliseconds(10);
constexpr auto kTickMax = std::chrono::milliseconds(1'000);

struct Worker {
  Worker(const ClientOptions& options, std::size_t connections_per_host_max)
      : loop(std::clamp(options.read_timeout / 4, std::chrono::milliseconds(kTickMin),
                        std::chrono::milliseconds(kTickMax))),
        pool(loop, options, connections_per_host_max) {}
  Loop loop;
  ClientPool pool;
};

using Resume = Callback<Result<ClientResponse>>::Resume;

Task<void> send_for(ClientPool& pool, std::shared_ptr<ClientRequest> request, Resume resume) {
  auto sending = pool.send(std::move(*request));
  Result<ClientResponse> response = co_await std::move(sending);
  resume(std::move(response));
}

}  // namespace

class Client::Impl {
 public:
  explicit Impl(const ClientOptions& options) {
    const unsigned threads = std::max(1U, options.threads);
    const std::size_t share =
        (std::max<std::size_t>(1, options.connections_per_host_max) + threads - 1) / threads;
    for (unsigned i = 0; i < threads; ++i) {
      workers_.push_back(std::make_unique<Worker>(options, share));
      workers_.back()->loop.start();
    }
  }

  ~Impl() {
    for (const auto& worker : workers_) {
      std::promise<void> closed;
      worker->loop.post([&] {
        worker->pool.close();
        closed.set_value();
      });
      closed.get_future().wait();
      worker->loop.finish();
    }
  }

  Task<Result<ClientResponse>> send(ClientRequest request) {
    Executor* const here = Executor::current();
    for (const auto& worker : workers_) {
      if (&worker->loop != here) continue;
      auto sending = worker->pool.send(std::move(request));
      co_return co_await std::move(sending);
    }
    Worker& worker = *workers_[next_.fetch_add(1, std::memory_order_relaxed) % workers_.size()];
    auto shared_request = std::make_shared<ClientRequest>(std::move(request));
    Callback<Result<ClientResponse>> sent([&worker, shared_request](Resume resume) {
      worker.loop.post([&worker, shared_request, resume = std::move(resume)]() mutable {
        spawn(send_for(worker.pool, std::move(shared_request), std::move(resume)));
      });
    });
    co_return co_await sent;
  }

  std::vector<Executor*> executors() {
    std::vector<Executor*> all;
    for (const auto& worker : workers_) all.push_back(&worker->loop);
    return all;
  }

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<std::size_t> next_{0};
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(options)) {}

Client::~Client() = default;

Task<Result<ClientResponse>> Client::send(ClientRequest request) { return impl_->send(std::move(request)); }

std::vector<Executor*> Client::executors() { return impl_->executors(); }

Result<Client::Answer> Client::fetch(ClientRequest request, std::uint64_t body_size_max_bytes) {
  Result<ClientResponse> response = block_on(send(std::move(request)));
  if (!response) return fail(std::move(response).error());
  Result<std::string> body = block_on(read_all(*response->body, body_size_max_bytes));
  if (!body) return fail(std::move(body).error());
  return Answer{response->status, std::move(response->headers), *std::move(body)};
}

}  // namespace anabranch::http
