#include "http/server.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <future>
#include <iostream>

#include "base/assert.h"
#include "http/internal/address.h"
#include "http/internal/connection.h"
#include "http/internal/core.h"

namespace anabranch::http {
namespace {

using boost::asio::ip::tcp;
using internal::Connection;
using internal::Core;
using internal::ServerShared;
using internal::Stream;

constexpr int kAcceptsInARowMax = 32;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);  // out of descriptors: some may be free by then
constexpr auto kTickMin = std::chrono::milliseconds(10);
constexpr auto kTickMax = std::chrono::milliseconds(1'000);

// A quarter of the shortest limit: a deadline is noticed at most that much late.
std::chrono::milliseconds tick_of(const ServerLimits& limits) {
  const auto shortest =
      std::min({limits.header_timeout, limits.idle_timeout, limits.body_timeout, limits.write_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(kTickMin), std::chrono::milliseconds(kTickMax));
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler, ProtocolErrorBody protocol_error)
      : shared_(options.limits, std::move(handler), std::move(protocol_error)) {
    const unsigned threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) cores_.push_back(std::make_unique<Core>(tick_of(options.limits)));
  }

  Result<std::string> listen(const std::string& address);
  void start();
  void stop(std::chrono::milliseconds grace);
  ServerCounters counters() const;
  std::vector<Executor*> executors();

 private:
  struct Listener {
    explicit Listener(boost::asio::io_context& context) : acceptor(context), pause(context) {}
    tcp::acceptor acceptor;
    boost::asio::steady_timer pause;
    tcp protocol = tcp::v4();
    std::string address;
  };

  void wait_for_connections(Listener& listener);
  void accept_ready(Listener& listener);
  void adopt(int descriptor, const Listener& listener);
  Core& least_loaded();
  void on_each_core(const std::function<void(Core&)>& function);

  ServerShared shared_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::atomic<std::uint64_t> accepted_{0};
  bool is_started_ = false;
  bool is_stopped_ = false;
};

Result<std::string> Server::Impl::listen(const std::string& address) {
  ANABRANCH_TRY(const internal::HostPort wanted, internal::split_host_port(address));
  boost::asio::io_context& context = cores_.front()->loop.context();
  boost::system::error_code error;
  tcp::resolver resolver(context);
  const auto endpoints = resolver.resolve(wanted.host, wanted.port,
                                          tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || endpoints.empty())
    return fail(ErrorCode::invalid_argument, "no such address to listen on: " + address);
  const tcp::endpoint endpoint = endpoints.begin()->endpoint();

  auto listener = std::make_unique<Listener>(context);
  listener->protocol = endpoint.protocol();
  tcp::acceptor& acceptor = listener->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) acceptor.native_non_blocking(true, error);
  if (error) return fail(ErrorCode::io, "cannot listen on " + address + ": " + error.message());
  listener->address = internal::to_string(acceptor.local_endpoint());
  listeners_.push_back(std::move(listener));
  Listener& made = *listeners_.back();
  if (is_started_) cores_.front()->loop.post([this, &made] { wait_for_connections(made); });
  return made.address;
}

void Server::Impl::start() {
  ANABRANCH_ASSERT(!is_started_, "Server::start() twice");
  is_started_ = true;
  for (const auto& listener : listeners_) wait_for_connections(*listener);
  for (const auto& core : cores_) core->loop.start();
}

void Server::Impl::wait_for_connections(Listener& listener) {
  listener.acceptor.async_wait(tcp::acceptor::wait_read,
                               [this, &listener](const boost::system::error_code& error) {
                                 if (!error) accept_ready(listener);
                               });
}

void Server::Impl::accept_ready(Listener& listener) {
  for (int i = 0; i < kAcceptsInARowMax; ++i) {
    const int descriptor =
        ::accept4(listener.acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      adopt(descriptor, listener);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    // Out of descriptors or memory. The connection waits in the backlog; asking again at once would spin.
    listener.pause.expires_after(kAcceptPause);
    listener.pause.async_wait([this, &listener](const boost::system::error_code& error) {
      if (!error) wait_for_connections(listener);
    });
    return;
  }
  wait_for_connections(listener);
}

void Server::Impl::adopt(int descriptor, const Listener& listener) {
  accepted_.fetch_add(1, std::memory_order_relaxed);
  if (shared_.open_count.load(std::memory_order_relaxed) >= shared_.limits.connections_max) {
    ::close(descriptor);
    return;
  }
  Core& core = least_loaded();
  core.open_count.fetch_add(1, std::memory_order_relaxed);
  shared_.connection_opened();
  core.loop.post([this, &core, descriptor, &listener] {
    Stream::Socket socket(core.loop.context());
    boost::system::error_code error;
    socket.assign(listener.protocol, descriptor, error);
    if (error || core.is_stopping) {
      if (error) ::close(descriptor);
      core.open_count.fetch_sub(1, std::memory_order_relaxed);
      shared_.connection_closed();
      return;
    }
    spawn(
        Connection::serve(std::make_shared<Connection>(shared_, core, std::move(socket), listener.address)));
  });
}

Core& Server::Impl::least_loaded() {
  const auto has_fewer = [](const auto& a, const auto& b) {
    return a->open_count.load(std::memory_order_relaxed) < b->open_count.load(std::memory_order_relaxed);
  };
  return **std::min_element(cores_.begin(), cores_.end(), has_fewer);
}

void Server::Impl::on_each_core(const std::function<void(Core&)>& function) {
  for (const auto& core : cores_) {
    std::promise<void> done;
    core->loop.post([&] {
      function(*core);
      done.set_value();
    });
    done.get_future().wait();
  }
}

void Server::Impl::stop(std::chrono::milliseconds grace) {
  if (is_stopped_) return;
  is_stopped_ = true;
  if (!is_started_) return;
  // The first core also accepts: it goes first, so that no connection is handed out behind our back.
  on_each_core([this](Core& core) {
    if (&core == cores_.front().get()) {
      for (const auto& listener : listeners_) {
        boost::system::error_code ignored;
        listener->acceptor.close(ignored);
        listener->pause.cancel();
      }
    }
    core.is_stopping = true;
    for (Connection* connection : core.connections) connection->stop();
  });
  if (!shared_.wait_until_idle(grace)) {
    on_each_core([](Core& core) {
      core.is_aborting = true;
      for (Connection* connection : core.connections) connection->abort();
    });
    shared_.wait_until_idle(std::chrono::milliseconds(-1));
  }
  for (const auto& core : cores_) core->loop.finish();
}

ServerCounters Server::Impl::counters() const {
  ServerCounters sum;
  sum.connections_accepted = accepted_.load(std::memory_order_relaxed);
  sum.connections_open = shared_.open_count.load(std::memory_order_relaxed);
  for (const auto& core : cores_) {
    sum.requests += core->requests.load(std::memory_order_relaxed);
    sum.bytes_in += core->bytes_in.load(std::memory_order_relaxed);
    sum.bytes_out += core->bytes_out.load(std::memory_order_relaxed);
    sum.malformed += core->malformed.load(std::memory_order_relaxed);
    sum.timeouts += core->timeouts.load(std::memory_order_relaxed);
    sum.cut_answers += core->cut_answers.load(std::memory_order_relaxed);
  }
  return sum;
}

std::vector<Executor*> Server::Impl::executors() {
  std::vector<Executor*> all;
  for (const auto& core : cores_) all.push_back(&core->loop);
  return all;
}

Server::Server(ServerOptions options, Handler handler, ProtocolErrorBody protocol_error)
    : impl_(std::make_unique<Impl>(options, std::move(handler), std::move(protocol_error))) {}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

Result<std::string> Server::listen(const std::string& address) { return impl_->listen(address); }
void Server::start() { impl_->start(); }
void Server::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }
ServerCounters Server::counters() const { return impl_->counters(); }
std::vector<Executor*> Server::executors() { return impl_->executors(); }

}  // namespace anabranch::http
