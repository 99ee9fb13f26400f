// http/internal/stream.h — a connected socket as coroutines see it: read some, write all, each with a
// deadline.
//
// What is ready costs one system call and no suspension; else the reactor waits. One read and one write may
// wait at a time. Everything happens on the loop's thread.
#pragma once

#include <sys/uio.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "http/internal/loop.h"

namespace anabranch::http::internal {

enum class IoStatus : std::uint8_t { ok, closed, failed, timed_out };

class Stream final : public Watched {
 public:
  using Socket =
      boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  /// Takes a connected socket of `loop`'s io_context; makes it non-blocking and TCP_NODELAY.
  Stream(Loop& loop, Socket socket);
  ~Stream();

  struct ReadResult {
    IoStatus status = IoStatus::ok;  // closed: the peer has sent its last byte
    std::size_t size = 0;
  };
  class Read {
   public:
    Read(Stream& stream, std::span<char> into, TimePoint deadline)
        : stream_(stream), into_(into), deadline_(deadline) {}
    bool await_ready();
    void await_suspend(std::coroutine_handle<> handle);
    ReadResult await_resume() const noexcept { return result_; }

   private:
    Stream& stream_;
    std::span<char> into_;
    TimePoint deadline_;
    ReadResult result_;
  };
  /// Reads what is there, at least one byte.
  Read read_some(std::span<char> into, TimePoint deadline) { return Read(*this, into, deadline); }

  /// Changes the deadline of the read that waits, if one does.
  void set_read_deadline(TimePoint deadline) {
    if (is_reading_) read_deadline_ = deadline;
  }

  static constexpr std::size_t kPiecesMax = 4;
  using Pieces = std::array<std::string_view, kPiecesMax>;
  class Write {
   public:
    Write(Stream& stream, const Pieces& pieces, std::chrono::milliseconds timeout);
    bool await_ready() { return step(); }
    void await_suspend(std::coroutine_handle<> handle) {
      handle_ = handle;
      wait();
    }
    IoStatus await_resume() const noexcept { return status_; }

   private:
    bool step();  // true when all is written, or never will be
    void wait();

    Stream& stream_;
    std::array<iovec, kPiecesMax> left_{};
    std::chrono::milliseconds timeout_;
    std::coroutine_handle<> handle_;
    IoStatus status_ = IoStatus::ok;
  };
  /// Writes all of the pieces, in one call where the socket takes them. `timeout`: with no byte taken.
  Write write(const Pieces& pieces, std::chrono::milliseconds timeout) {
    return Write(*this, pieces, timeout);
  }

  /// Ends a read that waits, as if the peer had closed; later reads work. For idle connections.
  void cancel_waits();
  /// Tells the peer that no more comes.
  void shutdown_send();
  /// Makes abort() and the destructor reset the connection (RST), which no peer takes for a clean end.
  void reset_at_close();
  /// Fails everything that waits and everything later.
  void abort();
  /// Has the peer of an idle connection closed it, or sent what nobody asked for?
  bool is_stale();

  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_written() const { return bytes_written_; }
  /// "127.0.0.1:51234"
  std::string peer_address() const;

 private:
  friend class Read;
  friend class Write;
  void on_tick(TimePoint now) override;

  Loop& loop_;
  Socket socket_;
  TimePoint read_deadline_ = TimePoint::max();
  TimePoint write_deadline_ = TimePoint::max();
  bool timed_out_ = false;
  bool is_reading_ = false;
  bool aborted_ = false;
  bool resets_ = false;
  // Asio's reactor is edge-triggered: after a read that filled its buffer more may be there, without a new
  // edge.
  bool may_hold_more_ = true;
  unsigned reads_in_a_row_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_written_ = 0;
};

/// "127.0.0.1:51234", "[::1]:8000"
std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace anabranch::http::internal
