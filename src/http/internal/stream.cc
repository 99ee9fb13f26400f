#include "http/internal/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <utility>

namespace anabranch::http::internal {
namespace {
// After so many reads that did not wait, the others on the loop get their turn.
constexpr unsigned kReadsInARowMax = 16;
}  // namespace

Stream::Stream(Loop& loop, Socket socket) : loop_(loop), socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  const int on = 1;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  loop_.watch(*this);
}

Stream::~Stream() { loop_.unwatch(*this); }

bool Stream::Read::await_ready() {
  if (stream_.aborted_) {
    result_ = {IoStatus::failed, 0};
    return true;
  }
  if (!stream_.may_hold_more_ || ++stream_.reads_in_a_row_ > kReadsInARowMax) return false;
  ssize_t size = 0;
  do {
    size = ::recv(stream_.socket_.native_handle(), into_.data(), into_.size(), MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
  if (size <= 0) {
    result_ = {size == 0 ? IoStatus::closed : IoStatus::failed, 0};
    return true;
  }
  result_.size = static_cast<std::size_t>(size);
  stream_.bytes_read_ += result_.size;
  stream_.may_hold_more_ = result_.size == into_.size();
  return true;
}

void Stream::Read::await_suspend(std::coroutine_handle<> handle) {
  stream_.reads_in_a_row_ = 0;
  stream_.read_deadline_ = deadline_;
  stream_.is_reading_ = true;
  stream_.socket_.async_read_some(boost::asio::buffer(into_.data(), into_.size()),
                                  [this, handle](const boost::system::error_code& error, std::size_t size) {
                                    stream_.read_deadline_ = TimePoint::max();
                                    stream_.is_reading_ = false;
                                    stream_.bytes_read_ += size;
                                    result_.size = size;
                                    if (!error) {
                                      stream_.may_hold_more_ = size == into_.size();
                                    } else if (stream_.timed_out_) {
                                      result_.status = IoStatus::timed_out;
                                    } else {
                                      result_.status = error == boost::asio::error::eof ? IoStatus::closed
                                                                                        : IoStatus::failed;
                                    }
                                    stream_.timed_out_ = false;
                                    handle.resume();
                                  });
}

Stream::Write::Write(Stream& stream, const Pieces& pieces, std::chrono::milliseconds timeout)
    : stream_(stream), timeout_(timeout) {
  for (std::size_t i = 0; i < kPiecesMax; ++i) {
    left_[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
}

bool Stream::Write::step() {
  if (stream_.aborted_) {
    status_ = IoStatus::failed;
    return true;
  }
  while (true) {
    std::size_t first = 0;
    while (first < kPiecesMax && left_[first].iov_len == 0) ++first;
    if (first == kPiecesMax) return true;
    msghdr message{};
    message.msg_iov = &left_[first];
    message.msg_iovlen = kPiecesMax - first;
    const ssize_t sent = ::sendmsg(stream_.socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
      status_ = IoStatus::failed;
      return true;
    }
    auto taken = static_cast<std::size_t>(sent);
    stream_.bytes_written_ += taken;
    for (std::size_t i = first; i < kPiecesMax && taken > 0; ++i) {
      const std::size_t part = std::min(taken, left_[i].iov_len);
      left_[i].iov_base = static_cast<char*>(left_[i].iov_base) + part;
      left_[i].iov_len -= part;
      taken -= part;
    }
  }
}

void Stream::Write::wait() {
  stream_.write_deadline_ = std::chrono::steady_clock::now() + timeout_;
  stream_.socket_.async_wait(Socket::wait_write, [this](const boost::system::error_code& error) {
    stream_.write_deadline_ = TimePoint::max();
    const bool timed_out = std::exchange(stream_.timed_out_, false);
    if (error) {
      status_ = timed_out ? IoStatus::timed_out : IoStatus::failed;
      handle_.resume();
    } else if (step()) {
      handle_.resume();
    } else {
      wait();
    }
  });
}

void Stream::on_tick(TimePoint now) {
  if (now < read_deadline_ && now < write_deadline_) return;
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Stream::cancel_waits() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Stream::shutdown_send() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::reset_at_close() {
  resets_ = true;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Stream::abort() {
  aborted_ = true;
  boost::system::error_code ignored;
  if (!resets_) socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.cancel(ignored);
}

bool Stream::is_stale() {
  char byte = 0;
  const ssize_t size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

std::string Stream::peer_address() const {
  boost::system::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  return error ? std::string() : to_string(endpoint);
}

std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace anabranch::http::internal
