// http/internal/connection.h — one connection of the server: requests in, one after the other; answers out,
// in order.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/task.h"
#include "http/internal/body_decoder.h"
#include "http/internal/core.h"
#include "http/internal/message_parser.h"
#include "http/internal/read_buffer.h"
#include "http/internal/response_head.h"
#include "http/internal/stream.h"
#include "http/message.h"

namespace anabranch::http::internal {

/// Lives on its core's loop; everything is called there.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerShared& shared, Core& core, Stream::Socket socket, std::string local_address);
  ~Connection();

  /// Serves until the connection ends. `self` keeps it alive.
  static Task<void> serve(std::shared_ptr<Connection> self);
  /// The server stops: ends now if idle, else after the running request.
  void stop();
  /// Fails all input and output at once.
  void abort();

 private:
  class Body;
  struct FirstPiece;

  Task<bool> read_head();
  Task<bool> answer_request();
  Request make_request();
  Task<Response> call_handler(Request request);
  Task<bool> refuse(int status, const char* why);
  Response make_error(int status, const char* why) const;

  static Task<Result<ByteView>> next_body(std::shared_ptr<Connection> self, Body* body);
  Task<Result<ByteView>> read_body();
  Result<ByteView> take_body();
  Task<Result<void>> fill_body();
  bool may_keep_alive_after_body() const;
  Task<bool> drain_body();
  bool release_body();

  Task<bool> send(Response response, bool is_head, bool is_keep_alive);
  /// The status is sent and the bytes fail: nothing is left but to break the connection.
  void cut_answer(const Error& why);
  Task<bool> send_stream(Response& response, ResponseFraming framing);
  Task<bool> send_pieces(Stream::Pieces pieces);
  bool settle_write(IoStatus status);
  Task<void> linger();
  void count_bytes();

  ServerShared& shared_;
  Core& core_;
  std::optional<Stream> stream_;
  const std::string local_address_;
  const std::string remote_address_;
  MessageParser parser_;
  ReadBuffer buffer_;
  BodyDecoder decoder_{parser_, buffer_};
  std::string head_bytes_;  // of the answer; kept for its capacity
  bool is_idle_ = false;
  bool must_linger_ = false;
  std::uint64_t counted_in_ = 0, counted_out_ = 0;

  // the running request and its body
  std::string request_id_;
  Body* body_ = nullptr;  // while the handler, or the answer's stream, holds it
  bool must_send_continue_ = false;
  bool is_reading_body_ = false;
  std::optional<Error> body_error_;
  std::shared_ptr<Headers> trailers_;
};

}  // namespace anabranch::http::internal
