#include "http/internal/client_connection.h"

#include <array>
#include <charconv>
#include <utility>

namespace anabranch::http::internal {
namespace {

// A server that does not know Expect never says "continue": RFC 9110, section 10.1.1, bids us go on after a
// while.
constexpr auto kContinueWait = std::chrono::seconds(1);
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr int kInterimAnswersMax = 16;

std::string chunk_size_line(std::size_t size) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return std::string(digits.data(), end.ptr) + "\r\n";
}

}  // namespace

// Waits until the server says "continue", gives its final answer, or says nothing for a while.
class ClientConnection::ContinueGate {
 public:
  explicit ContinueGate(ClientConnection& connection) : connection_(connection) {}
  bool await_ready() const { return connection_.is_answered_; }
  void await_suspend(std::coroutine_handle<> handle) {
    connection_.gate_timer_.emplace(connection_.loop_.context(), kContinueWait);
    connection_.gate_timer_->async_wait([handle](const boost::system::error_code&) { handle.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  ClientConnection& connection_;
};

ClientConnection::ClientConnection(Loop& loop, Stream::Socket socket, std::chrono::milliseconds read_timeout)
    : loop_(loop), stream_(loop, std::move(socket)), read_timeout_(read_timeout) {}

ClientConnection::~ClientConnection() = default;

void ClientConnection::open_gate() {
  if (gate_timer_) gate_timer_->cancel();
}

// While the request is still being sent, its writes have the deadline; afterwards the answer does.
TimePoint ClientConnection::read_deadline() const {
  return is_sent_ ? std::chrono::steady_clock::now() + read_timeout_ : TimePoint::max();
}

Task<Result<void>> ClientConnection::exchange(Upload upload, bool is_head) {
  upload_ = std::move(upload);
  is_sent_ = has_failed_ = is_answered_ = false;
  got_no_byte_ = true;
  source_error_.reset();
  auto self = shared_from_this();
  spawn(send_upload(std::move(self)));
  auto reading = read_head(is_head);
  Result<void> head = co_await std::move(reading);
  is_answered_ = true;
  open_gate();
  if (head) co_return head;
  has_failed_ = true;
  stream_.abort();
  if (source_error_) co_return fail(*source_error_);
  co_return head;
}

Task<void> ClientConnection::send_upload(std::shared_ptr<ClientConnection> self) {
  Upload& upload = self->upload_;
  bool goes_on = true;
  if (upload.expects_continue) {
    const Stream::Pieces head{upload.head};
    goes_on = co_await self->stream_.write(head, self->read_timeout_) == IoStatus::ok;
    if (goes_on) {
      ContinueGate gate(*self);
      co_await gate;
      self->gate_timer_.reset();
    }
    // A final answer instead of "continue": the body is not wanted, and the connection is of no more use.
    goes_on = goes_on && !self->is_answered_ && !self->has_failed_;
  }
  const std::string_view head = upload.expects_continue ? std::string_view() : std::string_view(upload.head);
  if (goes_on) {
    const Stream::Pieces pieces{head, upload.body};
    goes_on = co_await self->stream_.write(pieces, self->read_timeout_) == IoStatus::ok;
  }
  if (goes_on && upload.stream != nullptr) {
    auto sending = self->send_stream();
    goes_on = co_await std::move(sending);
  }
  upload.stream.reset();
  // Reading goes on: a server may have refused the rest of the body and said why.
  self->is_sent_ = true;
  self->has_failed_ = self->has_failed_ || !goes_on;
  self->stream_.set_read_deadline(self->read_deadline());
}

Task<bool> ClientConnection::send_stream() {
  const bool chunked = !upload_.stream_size_bytes.has_value();
  std::uint64_t left = upload_.stream_size_bytes.value_or(0);
  while (true) {
    auto pulling = upload_.stream->next();
    const Result<ByteView> piece = co_await std::move(pulling);
    if (!piece) {
      source_error_ = piece.error();
    } else if (!chunked && (piece->size() > left || (piece->empty() && left > 0))) {
      source_error_ =
          Error{ErrorCode::invalid_argument, "the request's stream is not as long as its size says"};
    }
    if (source_error_) {
      stream_.abort();
      co_return false;
    }
    const bool is_last = piece->empty();
    if (is_last && !chunked) co_return true;
    left -= chunked ? 0 : piece->size();
    const std::string line = chunked && !is_last ? chunk_size_line(piece->size()) : std::string();
    const std::string_view end = !chunked  ? std::string_view()
                                 : is_last ? kLastChunk
                                           : std::string_view("\r\n");
    const Stream::Pieces pieces{line, as_text(*piece), end};
    const IoStatus status = co_await stream_.write(pieces, read_timeout_);
    if (status != IoStatus::ok) co_return false;
    if (is_last) co_return true;
  }
}

Task<Result<void>> ClientConnection::read_head(bool is_head) {
  parser_.reset();
  buffer_.shrink();
  int interim_answers = 0;
  while (true) {
    if (is_head) parser_.expect_no_body();
    if (!buffer_.empty()) {
      const MessageParser::State state = parser_.parse_head(buffer_.view());
      const int status = parser_.head().status;
      if (state == MessageParser::State::failed) {
        co_return fail(ErrorCode::malformed, std::string("the server's answer: ") + parser_.problem().why);
      }
      if (state == MessageParser::State::complete && status >= 200) {
        decoder_.begin();
        co_return Result<void>();
      }
      if (state == MessageParser::State::complete) {
        if (status == 101 || ++interim_answers > kInterimAnswersMax) {
          co_return fail(ErrorCode::malformed,
                         "the server's answer: an unexpected status " + std::to_string(status));
        }
        buffer_.consume(parser_.head_size());
        parser_.reset();
        if (status == 100) open_gate();
        continue;
      }
    }
    const std::span<char> room = buffer_.room();
    const TimePoint deadline = read_deadline();
    const Stream::ReadResult read = co_await stream_.read_some(room, deadline);
    buffer_.commit(read.size);
    if (read.status == IoStatus::ok) {
      got_no_byte_ = false;
    } else if (read.status == IoStatus::timed_out) {
      got_no_byte_ = false;  // it may be at work: nothing to send again
      co_return fail(ErrorCode::timeout, "the server did not answer in time");
    } else {
      co_return fail(ErrorCode::unavailable, "the server closed the connection before its answer");
    }
  }
}

std::optional<std::string> ClientConnection::take_arrived_body() {
  const bool is_sized = decoder_.framing() == Framing::sized && decoder_.left() <= buffer_.size();
  if (!decoder_.ended() && !is_sized) return std::nullopt;
  const Result<ByteView> piece = decoder_.take();
  return piece ? std::optional<std::string>(as_text(*piece)) : std::nullopt;
}

Task<Result<ByteView>> ClientConnection::next_body() {
  while (!decoder_.ended()) {
    const Result<ByteView> piece = decoder_.take();
    if (!piece) {
      has_failed_ = true;
      co_return piece;
    }
    if (!piece->empty()) co_return piece;
    if (decoder_.ended()) break;
    const std::span<char> room = decoder_.room();
    const TimePoint deadline = read_deadline();
    const Stream::ReadResult read = co_await stream_.read_some(room, deadline);
    buffer_.commit(read.size);
    if (read.status == IoStatus::ok) continue;
    has_failed_ = true;
    if (read.status == IoStatus::timed_out) {
      co_return fail(ErrorCode::timeout, "no byte of the answer's body arrived in time");
    }
    if (read.status == IoStatus::failed) {
      co_return fail(ErrorCode::incomplete_body, "the connection broke before the answer's body ended");
    }
    if (const Result<void> closed = decoder_.close(); !closed) co_return fail(closed.error());
  }
  co_return ByteView{};
}

bool ClientConnection::is_reusable() const {
  return is_sent_ && !has_failed_ && decoder_.ended() && decoder_.framing() != Framing::until_close &&
         buffer_.empty() && parser_.head().keep_alive;
}

}  // namespace anabranch::http::internal
