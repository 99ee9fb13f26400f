// The answers of a connection: head and small body in one write, streams piece by piece as the peer takes
// them.
#include <array>
#include <charconv>

#include "base/log.h"
#include "http/internal/connection.h"

namespace anabranch::http::internal {
namespace {

// After so many pieces in a row the other connections of the loop get their turn.
constexpr unsigned kPiecesInARowMax = 16;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

void append_chunk_size(std::string& out, std::size_t size) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  out.append(digits.data(), end.ptr);
  out += kLineEnd;
}

void log_stream_error(std::string_view request_id, const Error& error) {
  log::warning(
      "http: the stream of an answer failed",
      {{"request_id", request_id}, {"code", error.code}, {"reason", std::string_view(error.message)}});
}

bool forbids_body(int status) { return status == 204 || status == 304; }

Task<Result<ByteView>> pull(ByteSource& source) {
  try {
    auto next = source.next();
    co_return co_await std::move(next);
  } catch (const std::exception& error) {
    co_return fail(ErrorCode::internal, std::string("the stream threw: ") + error.what());
  }
}

}  // namespace

// The first piece, pulled before the head is sent: what is ready at once shares the head's write, and a
// failure at once can still be told by a status. What is not ready does not hold the head back.
struct Connection::FirstPiece {
  std::optional<Result<ByteView>> piece;
  std::coroutine_handle<> waiter;

  static Task<void> start(ByteSource& source, FirstPiece& first) {
    auto pulling = pull(source);
    first.piece.emplace(co_await std::move(pulling));
    if (first.waiter) first.waiter.resume();
  }
  bool await_ready() const { return piece.has_value(); }
  void await_suspend(std::coroutine_handle<> handle) { waiter = handle; }
  Result<ByteView> await_resume() { return std::move(*piece); }
};

bool Connection::settle_write(IoStatus status) {
  if (status == IoStatus::timed_out) core_.timeouts.fetch_add(1, std::memory_order_relaxed);
  return status == IoStatus::ok;
}

Task<bool> Connection::send_pieces(Stream::Pieces pieces) {
  const IoStatus status = co_await stream_->write(pieces, shared_.limits.write_timeout);
  co_return settle_write(status);
}

// False when the connection is broken, or must be broken so that the peer sees no clean end.
Task<bool> Connection::send(Response response, bool is_head, bool is_keep_alive) {
  ResponseFraming framing;
  framing.keep_alive = is_keep_alive;
  framing.version_minor = parser_.head().version_minor;
  if (is_head || forbids_body(response.status)) {
    framing.content_length = response.content_length;
    if (is_head && !framing.content_length && !response.body.empty())
      framing.content_length = response.body.size();
    if (response.status == 204) framing.content_length.reset();
    response.body.clear();
    response.stream.reset();
  } else if (response.stream != nullptr) {
    framing.content_length = response.content_length;
    framing.chunked = !response.content_length && framing.version_minor >= 1;
    if (!response.content_length && !framing.chunked)
      framing.keep_alive = false;  // HTTP/1.0: its end is the close
    auto sending = send_stream(response, framing);
    co_return co_await std::move(sending);
  } else {
    framing.content_length = response.body.size();
  }
  head_bytes_.clear();
  append_response_head(head_bytes_, response.status, response.headers, framing, core_.loop.http_date());
  const Stream::Pieces pieces{head_bytes_, response.body};
  const IoStatus status = co_await stream_->write(pieces, shared_.limits.write_timeout);
  co_return settle_write(status);
}

void Connection::cut_answer(const Error& why) {
  core_.cut_answers.fetch_add(1, std::memory_order_relaxed);
  log_stream_error(request_id_, why);
}

Task<bool> Connection::send_stream(Response& response, ResponseFraming framing) {
  FirstPiece first;
  spawn(FirstPiece::start(*response.stream, first));
  if (first.piece && !*first.piece) {
    log_stream_error(request_id_, first.piece->error());
    response.stream.reset();
    Response error = make_error(500, "internal error");
    auto sending = send(std::move(error), false, framing.keep_alive);
    co_return co_await std::move(sending);
  }
  head_bytes_.clear();
  append_response_head(head_bytes_, response.status, response.headers, framing, core_.loop.http_date());
  bool is_broken = false;
  if (!first.piece) {
    const Stream::Pieces head{head_bytes_};
    const IoStatus status = co_await stream_->write(head, shared_.limits.write_timeout);
    is_broken = !settle_write(status);
    head_bytes_.clear();
  }
  Result<ByteView> piece = co_await first;
  std::uint64_t left = framing.content_length.value_or(0);
  for (unsigned count = 1; !is_broken; ++count) {
    if (!piece) {
      cut_answer(piece.error());
      co_return false;
    }
    const bool is_last = piece->empty();
    if (framing.content_length && piece->size() > left) {
      cut_answer({ErrorCode::internal, "more bytes than the answer's Content-Length said"});
      co_return false;
    }
    if (framing.content_length && is_last && left > 0) {
      cut_answer({ErrorCode::internal, "fewer bytes than the answer's Content-Length said"});
      co_return false;
    }
    left -= framing.content_length ? piece->size() : 0;
    if (framing.chunked && !is_last) append_chunk_size(head_bytes_, piece->size());
    const std::string_view end = !framing.chunked ? std::string_view() : is_last ? kLastChunk : kLineEnd;
    const Stream::Pieces pieces{head_bytes_, as_text(*piece), end};
    const IoStatus status = co_await stream_->write(pieces, shared_.limits.write_timeout);
    if (!settle_write(status)) break;
    if (is_last || (framing.content_length && left == 0)) co_return true;
    head_bytes_.clear();
    if (count % kPiecesInARowMax == 0) co_await core_.loop.yield();
    auto pulling = pull(*response.stream);
    piece = co_await std::move(pulling);
  }
  co_return false;  // the peer is gone: what is left is never pulled
}

}  // namespace anabranch::http::internal
