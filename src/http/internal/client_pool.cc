#include "http/internal/client_pool.h"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <cctype>
#include <utility>

#include "http/internal/response_head.h"

namespace anabranch::http::internal {
namespace {

using boost::asio::ip::tcp;

// Sent again after a connection broke, these do no harm. Source: RFC 9110, section 9.2.2.
bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

bool is_method(std::string_view method) {
  return !method.empty() &&
         std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_ours(std::string_view name) {
  return equal_ignoring_case(name, "content-length") || equal_ignoring_case(name, "transfer-encoding");
}

Upload make_upload(ClientRequest& request, const Url& url) {
  Upload upload;
  std::string& head = upload.head;
  head = request.method + " " + url.target + " HTTP/1.1\r\n";
  if (!request.headers.contains("Host")) head += "Host: " + url.authority + "\r\n";
  for (const auto& [name, value] : request.headers.fields()) {
    if (!is_ours(name)) head += name + ": " + value + "\r\n";
  }
  const bool may_have_body =
      request.method != "GET" && request.method != "HEAD" && request.method != "DELETE";
  if (request.stream != nullptr && !request.stream_size_bytes) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (request.stream != nullptr || !request.body.empty() || may_have_body) {
    const std::uint64_t size = request.stream != nullptr ? *request.stream_size_bytes : request.body.size();
    head += "Content-Length: " + std::to_string(size) + "\r\n";
  }
  head += "\r\n";
  const bool has_body = request.stream != nullptr || !request.body.empty();
  upload.expects_continue = has_body && equal_ignoring_case(request.headers.get("Expect"), "100-continue");
  if (request.stream == nullptr) upload.body = std::move(request.body);
  upload.stream = std::move(request.stream);
  upload.stream_size_bytes = request.stream_size_bytes;
  return upload;
}

struct Resolve {
  tcp::resolver& resolver;
  const HostPort& endpoint;
  boost::system::error_code error;
  tcp::resolver::results_type results;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    resolver.async_resolve(
        endpoint.host, endpoint.port, tcp::resolver::numeric_service,
        [this, handle](const boost::system::error_code& failed, tcp::resolver::results_type found) {
          error = failed;
          results = std::move(found);
          handle.resume();
        });
  }
  void await_resume() const noexcept {}
};

}  // namespace

// A connect with a deadline; resumes when both the connect and its timer have ended.
struct ClientPool::Connecting {
  Stream::Socket& socket;
  boost::asio::steady_timer& timer;
  tcp::endpoint endpoint;
  boost::system::error_code error;
  bool timed_out = false;
  int running = 2;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    timer.async_wait([this, handle](const boost::system::error_code& cancelled) {
      boost::system::error_code ignored;
      if (!cancelled && running == 2) {
        timed_out = true;
        socket.cancel(ignored);
      }
      if (--running == 0) handle.resume();
    });
    socket.async_connect(endpoint, [this, handle](const boost::system::error_code& failed) {
      error = failed;
      timer.cancel();
      if (--running == 0) handle.resume();
    });
  }
  void await_resume() const noexcept {}
};

struct ClientPool::Waiter {
  Host& host;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) { host.waiters.push_back(handle); }
  void await_resume() const noexcept {}
};

// The body of an answer, pulled from any executor; the connection stays on its loop.
class ClientPool::Body final : public ByteSource {
 public:
  Body(ClientPool& pool, std::string key, std::shared_ptr<ClientConnection> connection)
      : pool_(pool), key_(std::move(key)), connection_(std::move(connection)) {}

  ~Body() override {
    if (connection_ == nullptr) return;
    pool_.loop_.post(
        [&pool = pool_, key = key_, connection = connection_] { pool.release(key, connection); });
  }

  Task<Result<ByteView>> next() override {
    if (Executor::current() == &pool_.loop_) {
      auto pulling = pull(*this);
      co_return co_await std::move(pulling);
    }
    Callback<Result<ByteView>> pulled([this](Callback<Result<ByteView>>::Resume resume) {
      pool_.loop_.post(
          [this, resume = std::move(resume)]() mutable { spawn(pull_for(*this, std::move(resume))); });
    });
    co_return co_await pulled;
  }

 private:
  static Task<void> pull_for(Body& body, Callback<Result<ByteView>>::Resume resume) {
    auto pulling = pull(body);
    Result<ByteView> piece = co_await std::move(pulling);
    resume(std::move(piece));
  }
  static Task<Result<ByteView>> pull(Body& body) {
    if (body.error_) co_return fail(*body.error_);
    if (body.connection_ == nullptr) co_return ByteView{};
    auto pulling = body.connection_->next_body();
    Result<ByteView> piece = co_await std::move(pulling);
    if (!piece) body.error_ = piece.error();
    // At the end only: until then the caller may still look at the last piece, which lies in the connection.
    if (!piece || piece->empty()) body.pool_.release(body.key_, std::exchange(body.connection_, nullptr));
    co_return piece;
  }

  ClientPool& pool_;
  const std::string key_;
  std::shared_ptr<ClientConnection> connection_;
  std::optional<Error> error_;
};

ClientPool::ClientPool(Loop& loop, const ClientOptions& options, std::size_t connections_per_host_max)
    : loop_(loop), options_(options), connections_per_host_max_(connections_per_host_max) {}

ClientPool::~ClientPool() = default;

Task<Result<ClientResponse>> ClientPool::send(ClientRequest request) {
  Result<Url> url = parse_url(request.url);
  if (!url) co_return fail(std::move(url).error());
  if (!is_method(request.method))
    co_return fail(ErrorCode::invalid_argument, "no such method: " + request.method);
  if (!is_sendable(request.headers))
    co_return fail(ErrorCode::invalid_argument, "control characters in a header");
  const std::string key = url->endpoint.host + " " + url->endpoint.port;
  const bool is_head = request.method == "HEAD";
  const bool can_repeat = request.stream == nullptr && is_idempotent(request.method);
  Upload upload = make_upload(request, *url);

  for (bool is_repeat = false;; is_repeat = true) {
    std::string key_copy = key;
    HostPort endpoint = url->endpoint;
    auto acquiring = acquire(std::move(key_copy), std::move(endpoint), is_repeat);
    Result<Lease> lease = co_await std::move(acquiring);
    if (!lease) co_return fail(std::move(lease).error());
    std::shared_ptr<ClientConnection> connection = std::move(lease->connection);
    // Given back below before the one repeat there is.
    auto exchanging = connection->exchange(std::move(upload), is_head);  // NOLINT(bugprone-use-after-move)
    const Result<void> exchanged = co_await std::move(exchanging);
    if (exchanged) co_return make_response(key, std::move(connection));
    const bool repeats =
        lease->is_used && !is_repeat && can_repeat && connection->got_no_byte() && !is_closed_;
    if (repeats) upload = std::move(connection->upload());
    release(key, std::move(connection));
    if (!repeats) co_return fail(exchanged.error());
  }
}

ClientResponse ClientPool::make_response(const std::string& key,
                                         std::shared_ptr<ClientConnection> connection) {
  MessageHead& head = connection->answer();
  ClientResponse response;
  response.status = head.status;
  response.headers = Headers(std::move(head.fields));
  if (std::optional<std::string> body = connection->take_arrived_body()) {
    response.body = make_source(std::move(*body));
    release(key, std::move(connection));
  } else {
    response.body = std::make_unique<Body>(*this, key, std::move(connection));
  }
  return response;
}

Task<Result<ClientPool::Lease>> ClientPool::acquire(std::string key, HostPort endpoint, bool must_be_new) {
  Host& host = hosts_[key];
  while (true) {
    if (is_closed_) co_return fail(ErrorCode::cancelled, "the client is closing");
    while (!host.idle.empty()) {
      std::shared_ptr<ClientConnection> connection = std::move(host.idle.back());
      host.idle.pop_back();
      if (must_be_new || connection->is_stale()) {
        --host.open_count;
        continue;
      }
      lent_.insert(connection.get());
      co_return Lease{std::move(connection), true};
    }
    if (host.open_count < connections_per_host_max_) break;
    Waiter waiter{host};
    co_await waiter;
  }
  ++host.open_count;
  auto connecting = connect(std::move(endpoint));
  Result<std::shared_ptr<ClientConnection>> connection = co_await std::move(connecting);
  if (!connection) {
    --host.open_count;
    slot_freed(host);
    co_return fail(std::move(connection).error());
  }
  lent_.insert(connection->get());
  co_return Lease{*std::move(connection), false};
}

Task<Result<std::shared_ptr<ClientConnection>>> ClientPool::connect(HostPort endpoint) {
  const std::string name = endpoint.host + ":" + endpoint.port;
  tcp::resolver resolver(loop_.context());
  Resolve resolve{resolver, endpoint, {}, {}};
  co_await resolve;
  if (resolve.error) {
    co_return fail(ErrorCode::unavailable, "cannot find " + name + ": " + resolve.error.message());
  }
  boost::asio::steady_timer timer(loop_.context(), options_.connect_timeout);
  Error last{ErrorCode::unavailable, "no address for " + name};
  for (const auto& candidate : resolve.results) {
    Stream::Socket socket(loop_.context());
    Connecting connecting{socket, timer, candidate.endpoint(), {}};
    timer.expires_after(options_.connect_timeout);
    co_await connecting;
    if (!connecting.error) {
      co_return std::make_shared<ClientConnection>(loop_, std::move(socket), options_.read_timeout);
    }
    last = {connecting.timed_out ? ErrorCode::timeout : ErrorCode::unavailable,
            "cannot connect to " + name + ": " + connecting.error.message()};
    if (is_closed_) break;
  }
  co_return fail(std::move(last));
}

void ClientPool::release(const std::string& key, std::shared_ptr<ClientConnection> connection) {
  lent_.erase(connection.get());
  Host& host = hosts_[key];
  if (connection->is_reusable() && !is_closed_) {
    connection->upload() = {};
    host.idle.push_back(std::move(connection));
  } else {
    connection->abort();
    --host.open_count;
  }
  slot_freed(host);
}

void ClientPool::slot_freed(Host& host) {
  if (host.waiters.empty()) return;
  const std::coroutine_handle<> next = host.waiters.front();
  host.waiters.pop_front();
  loop_.post([next] { next.resume(); });
}

void ClientPool::close() {
  is_closed_ = true;
  for (ClientConnection* connection : lent_) connection->abort();
  for (auto& [key, host] : hosts_) {
    host.idle.clear();
    while (!host.waiters.empty()) slot_freed(host);
  }
}

}  // namespace anabranch::http::internal
