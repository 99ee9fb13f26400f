// http/internal/client_connection.h — one connection of the client: one request out, one answer in, at the
// same time.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <string>

#include "base/task.h"
#include "http/client.h"
#include "http/internal/body_decoder.h"
#include "http/internal/message_parser.h"
#include "http/internal/read_buffer.h"
#include "http/internal/stream.h"

namespace anabranch::http::internal {

/// What goes out: a head, then a body or a stream.
struct Upload {
  std::string head;
  std::string body;
  std::unique_ptr<ByteSource> stream;
  std::optional<std::uint64_t> stream_size_bytes;
  bool expects_continue = false;
};

/// Lives on its loop; everything is called there.
class ClientConnection final : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(Loop& loop, Stream::Socket socket, std::chrono::milliseconds read_timeout);
  ~ClientConnection();

  /// Sends while it waits for the answer's head. One exchange at a time.
  Task<Result<void>> exchange(Upload upload, bool is_head);
  /// After exchange().
  MessageHead& answer() { return parser_.head(); }
  /// The next bytes of the answer's body; empty at its end. Errors: incomplete_body, malformed, timeout.
  Task<Result<ByteView>> next_body();
  /// The whole body, if it has arrived already and is of known size.
  std::optional<std::string> take_arrived_body();

  /// Did the last exchange fail before a byte of its answer came? And what was being sent, to be sent again.
  bool got_no_byte() const { return got_no_byte_; }
  Upload& upload() { return upload_; }
  /// May another exchange use this connection?
  bool is_reusable() const;
  bool is_stale() { return stream_.is_stale(); }
  void abort() { stream_.abort(); }

 private:
  class ContinueGate;

  static Task<void> send_upload(std::shared_ptr<ClientConnection> self);
  Task<bool> send_stream();
  Task<Result<void>> read_head(bool is_head);
  void open_gate();
  TimePoint read_deadline() const;

  Loop& loop_;
  Stream stream_;
  const std::chrono::milliseconds read_timeout_;
  MessageParser parser_{MessageParser::Kind::response, {}};
  ReadBuffer buffer_;
  BodyDecoder decoder_{parser_, buffer_};

  Upload upload_;
  bool is_sent_ = true;
  bool has_failed_ = false;
  bool got_no_byte_ = true;
  std::optional<Error> source_error_;  // of the request's own stream
  // Expect: 100-continue
  std::optional<boost::asio::steady_timer> gate_timer_;
  bool is_answered_ = false;  // by a final status
};

}  // namespace anabranch::http::internal
