#include "http/internal/connection.h"

#include <exception>

#include "base/log.h"

namespace anabranch::http::internal {
namespace {

constexpr auto kLingerTime = std::chrono::seconds(2);

void log_error(std::string_view request_id, std::string_view what) {
  log::error("http: a request failed", {{"request_id", request_id}, {"reason", what}});
}

ParserLimits parser_limits(const ServerLimits& limits) {
  return {limits.target_size_max, limits.headers_size_max, limits.headers_count_max};
}

TimePoint after(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

Connection::Connection(ServerShared& shared, Core& core, Stream::Socket socket, std::string local_address)
    : shared_(shared),
      core_(core),
      stream_(std::in_place, core.loop, std::move(socket)),
      local_address_(std::move(local_address)),
      remote_address_(stream_->peer_address()),
      parser_(MessageParser::Kind::request, parser_limits(shared.limits)) {
  core_.connections.insert(this);
}

Connection::~Connection() = default;

Task<void> Connection::serve(std::shared_ptr<Connection> self) {
  Connection& connection = *self;
  try {
    while (true) {
      auto head = connection.read_head();
      const bool has_request = co_await std::move(head);
      if (!has_request) break;
      auto answer = connection.answer_request();
      const bool goes_on = co_await std::move(answer);
      connection.count_bytes();
      if (!goes_on) break;
    }
    auto end = connection.linger();
    co_await std::move(end);
  } catch (const std::exception& error) {
    log_error(connection.request_id_, error.what());  // out of memory: this connection ends, the others go on
  }
  connection.count_bytes();
  connection.release_body();
  // A read that a forgotten body still waits for keeps the socket until it has failed.
  if (connection.is_reading_body_) {
    connection.stream_->abort();
  } else {
    connection.stream_.reset();
  }
  Core& core = connection.core_;
  ServerShared& shared = connection.shared_;
  core.connections.erase(&connection);
  self.reset();
  core.open_count.fetch_sub(1, std::memory_order_relaxed);
  shared.connection_closed();
}

void Connection::stop() {
  if (is_idle_) stream_->cancel_waits();
}

void Connection::abort() {
  if (stream_) stream_->abort();
}

void Connection::count_bytes() {
  const std::uint64_t in = stream_->bytes_read();
  const std::uint64_t out = stream_->bytes_written();
  core_.bytes_in.fetch_add(in - counted_in_, std::memory_order_relaxed);
  core_.bytes_out.fetch_add(out - counted_out_, std::memory_order_relaxed);
  counted_in_ = in;
  counted_out_ = out;
}

// True when parser_ holds the next request's head; false when the connection is at its end.
Task<bool> Connection::read_head() {
  parser_.reset();
  buffer_.shrink();
  TimePoint head_deadline = TimePoint::max();
  while (true) {
    if (!buffer_.empty()) {
      const MessageParser::State state = parser_.parse_head(buffer_.view());
      if (state == MessageParser::State::complete) co_return true;
      if (state == MessageParser::State::failed) {
        core_.malformed.fetch_add(1, std::memory_order_relaxed);
        auto refused = refuse(parser_.problem().status, parser_.problem().why);
        co_return co_await std::move(refused);
      }
      if (head_deadline == TimePoint::max()) head_deadline = after(shared_.limits.header_timeout);
    } else if (core_.is_stopping) {
      co_return false;
    }
    is_idle_ = buffer_.empty();
    const std::span<char> room = buffer_.room();
    const TimePoint deadline = is_idle_ ? after(shared_.limits.idle_timeout) : head_deadline;
    const Stream::ReadResult read = co_await stream_->read_some(room, deadline);
    const bool was_idle = std::exchange(is_idle_, false);
    buffer_.commit(read.size);
    if (read.status == IoStatus::timed_out && !was_idle) {
      core_.timeouts.fetch_add(1, std::memory_order_relaxed);
      auto refused = refuse(408, "the request's headers took too long");
      co_return co_await std::move(refused);
    }
    if (read.status != IoStatus::ok) co_return false;
    // Many reads that were ready must not outlast the limit of time either.
    if (head_deadline != TimePoint::max() && std::chrono::steady_clock::now() > head_deadline) {
      core_.timeouts.fetch_add(1, std::memory_order_relaxed);
      auto refused = refuse(408, "the request's headers took too long");
      co_return co_await std::move(refused);
    }
  }
}

Response Connection::make_error(int status, const char* why) const {
  Response response;
  bool is_made = false;
  if (shared_.protocol_error) {
    try {
      response = shared_.protocol_error(status, why, local_address_);
      is_made = response.stream == nullptr;
    } catch (const std::exception& error) {
      log_error(request_id_, error.what());
    }
  }
  if (!is_made) {
    response = {};
    response.headers.add("Content-Type", "text/plain");
    response.body = std::string(why) + "\n";
  }
  response.status = status;
  return response;
}

// Answers what is no request and ends the connection: what follows on it cannot be told apart.
Task<bool> Connection::refuse(int status, const char* why) {
  must_linger_ = true;
  Response response = make_error(status, why);
  auto sent = send(std::move(response), false, false);
  co_await std::move(sent);
  co_return false;
}

Task<Response> Connection::call_handler(Request request) {
  std::string what;
  try {
    auto task = shared_.handler(std::move(request));
    Response response = co_await std::move(task);
    if (response.status >= 200 && response.status <= 599 && is_sendable(response.headers)) co_return response;
    what = "the handler's answer cannot be sent: status " + std::to_string(response.status) +
           " or control characters in its headers";
  } catch (const std::exception& error) {
    what = std::string("the handler threw: ") + error.what();
  } catch (...) {
    what = "the handler threw";
  }
  log_error(request_id_, what);
  co_return make_error(500, "internal error");
}

// True if another request may follow.
Task<bool> Connection::answer_request() {
  const bool is_head = parser_.head().method == "HEAD";
  const bool wants_keep_alive = parser_.head().keep_alive;
  core_.requests.fetch_add(1, std::memory_order_relaxed);
  Response response;
  {
    Request request = make_request();
    auto answered = call_handler(std::move(request));
    response = co_await std::move(answered);
  }
  const bool says_close = equal_ignoring_case(response.headers.get("Connection"), "close");
  // HTTP/1.0 knows no chunks: the end of a stream of unknown length is the end of the connection.
  const bool ends_by_close =
      response.stream != nullptr && !response.content_length && parser_.head().version_minor == 0 && !is_head;
  const bool keep_alive =
      wants_keep_alive && !ends_by_close && !says_close && !core_.is_stopping && may_keep_alive_after_body();
  auto sending = send(std::move(response), is_head, keep_alive);
  const bool is_sent = co_await std::move(sending);
  const bool body_is_free = release_body();
  if (!is_sent || !body_is_free) {
    // Where the close alone would tell the end, only a reset tells that this is none.
    if (ends_by_close) stream_->reset_at_close();
    stream_->abort();
    co_return false;
  }
  if (!decoder_.ended() && keep_alive) {
    auto draining = drain_body();
    if (co_await std::move(draining)) co_return true;
  }
  must_linger_ = !decoder_.ended() || !buffer_.empty();
  co_return keep_alive&& decoder_.ended();
}

// Lets the peer read the answer before the socket closes: closing over unread input would reset the
// connection and the answer might be lost. Source: RFC 9112, section 9.6.
Task<void> Connection::linger() {
  if (!must_linger_ || core_.is_aborting) co_return;
  stream_->shutdown_send();
  const TimePoint deadline = after(kLingerTime);
  while (std::chrono::steady_clock::now() < deadline) {
    buffer_.consume(buffer_.size());
    const std::span<char> room = buffer_.room();
    const Stream::ReadResult read = co_await stream_->read_some(room, deadline);
    if (read.status != IoStatus::ok) co_return;
  }
}

}  // namespace anabranch::http::internal
