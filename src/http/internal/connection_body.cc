// The request body of a connection: how a handler pulls it, and what happens to what it leaves.
#include <utility>

#include "http/internal/connection.h"

namespace anabranch::http::internal {
namespace {

constexpr std::string_view kContinueLine = "HTTP/1.1 100 Continue\r\n\r\n";
Task<Result<ByteView>> cancelled_body() {
  co_return fail(ErrorCode::cancelled, "the request's body was pulled after its answer was sent");
}

}  // namespace

// Lives as long as the handler or its answer's stream holds it; afterwards the connection lets go of it.
class Connection::Body final : public ByteSource {
 public:
  explicit Body(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Body() override {
    if (connection_ != nullptr && connection_->body_ == this) connection_->body_ = nullptr;
  }
  Task<Result<ByteView>> next() override {
    return connection_ != nullptr ? next_body(connection_, this) : cancelled_body();
  }
  void detach() { connection_ = nullptr; }

 private:
  std::shared_ptr<Connection> connection_;
};

Request Connection::make_request() {
  MessageHead& head = parser_.head();
  Request request;
  request.method = head.method;
  request.target = head.target;
  request.path = head.path;
  request.query = head.query;
  request.headers = Headers(std::move(head.fields));
  request.chunked = head.framing == Framing::chunked;
  if (head.has_content_length) request.content_length = head.content_length;
  request.remote_address = remote_address_;
  request.local_address = local_address_;
  request_id_ = shared_.next_request_id();
  request.request_id = request_id_;
  trailers_ = std::make_shared<Headers>();
  request.trailers = trailers_;

  body_error_.reset();
  decoder_.begin();
  // Who sends the body at once does not wait for the word to go on.
  must_send_continue_ = head.expects_continue && buffer_.empty();
  auto body = std::make_unique<Body>(shared_from_this());
  body_ = body.get();
  request.body = std::move(body);
  return request;
}

Task<Result<ByteView>> Connection::next_body(std::shared_ptr<Connection> self, Body* body) {
  if (self->body_ != body) {
    auto cancelled = cancelled_body();
    co_return co_await std::move(cancelled);
  }
  auto reading = self->read_body();
  Result<ByteView> piece = co_await std::move(reading);
  if (!piece) self->body_error_ = piece.error();
  co_return piece;
}

Task<Result<ByteView>> Connection::read_body() {
  if (body_error_) co_return fail(*body_error_);
  while (!decoder_.ended()) {
    if (!buffer_.empty()) {
      Result<ByteView> piece = take_body();
      if (!piece || !piece->empty() || decoder_.ended()) co_return piece;
    }
    is_reading_body_ = true;
    auto filling = fill_body();
    const Result<void> filled = co_await std::move(filling);
    is_reading_body_ = false;
    if (!filled) co_return fail(filled.error());
  }
  co_return ByteView{};
}

// What has arrived of the body; may be empty before its end.
Result<ByteView> Connection::take_body() {
  Result<ByteView> piece = decoder_.take();
  if (!piece) core_.malformed.fetch_add(1, std::memory_order_relaxed);
  if (decoder_.ended()) *trailers_ = Headers(std::move(parser_.trailers()));
  return piece;
}

Task<Result<void>> Connection::fill_body() {
  if (std::exchange(must_send_continue_, false)) {
    const Stream::Pieces pieces{kContinueLine};
    auto sending = send_pieces(pieces);
    if (!co_await std::move(sending)) co_return fail(ErrorCode::incomplete_body, "the client went away");
  }
  const std::span<char> room = decoder_.room();
  const TimePoint deadline = std::chrono::steady_clock::now() + shared_.limits.body_timeout;
  const Stream::ReadResult read = co_await stream_->read_some(room, deadline);
  buffer_.commit(read.size);
  if (read.status == IoStatus::ok) co_return Result<void>();
  if (read.status == IoStatus::timed_out) {
    core_.timeouts.fetch_add(1, std::memory_order_relaxed);
    co_return fail(ErrorCode::timeout, "no byte of the request's body arrived in time");
  }
  co_return decoder_.close();  // a reset is no better an end
}

bool Connection::may_keep_alive_after_body() const {
  if (decoder_.ended()) return true;
  if (body_error_) return false;
  if (body_ != nullptr) return true;      // the answer's stream will pull it
  if (must_send_continue_) return false;  // nobody knows whether the body will come
  return decoder_.framing() != Framing::sized ||
         decoder_.left() <= shared_.limits.drain_size_max + buffer_.size();
}

// Skips what the handler left of the body; true at its end.
Task<bool> Connection::drain_body() {
  if (must_send_continue_) co_return false;
  std::uint64_t skipped = 0;
  while (!decoder_.ended()) {
    auto reading = read_body();
    const Result<ByteView> piece = co_await std::move(reading);
    if (!piece) co_return false;
    skipped += piece->size();
    if (skipped > shared_.limits.drain_size_max && !decoder_.ended()) co_return false;
  }
  co_return true;
}

// The running request is over: a body that is still held gives nothing more. False if a read still waits for
// it.
bool Connection::release_body() {
  if (Body* const body = std::exchange(body_, nullptr); body != nullptr) body->detach();
  return !is_reading_body_;
}

}  // namespace anabranch::http::internal
