#include "raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace anabranch::http {

RawClient::RawClient(const std::string& address, int receive_buffer_bytes) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
    throw std::runtime_error("cannot connect to " + address);
  }
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      was_reset_(other.was_reset_),
      buffer_(std::move(other.buffer_)) {}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

std::string RawClient::read_some(std::size_t size) {
  if (!buffer_.empty()) {
    std::string bytes = buffer_.substr(0, size);
    buffer_.erase(0, bytes.size());
    return bytes;
  }
  std::string bytes(size, '\0');
  const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (got < 0 && errno == ECONNRESET) was_reset_ = true;
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    throw std::runtime_error("no byte came in ten seconds");
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string RawClient::read_to_end() {
  std::string all = std::exchange(buffer_, {});
  while (true) {
    const std::string piece = read_some(65'536);
    if (piece.empty()) return all;
    all += piece;
  }
}

std::string RawClient::read_answer(bool is_head) {
  std::string answer;
  const auto fetch = [&] {
    const std::string piece = read_some(65'536);
    answer += piece;
    return !piece.empty();
  };
  std::size_t head_end = std::string::npos;
  while ((head_end = answer.find("\r\n\r\n")) == std::string::npos) {
    if (!fetch()) return answer;
  }
  head_end += 4;
  std::size_t end = head_end;
  const std::string head = answer.substr(0, head_end);
  if (const std::size_t length = head.find("Content-Length: "); !is_head && length != std::string::npos) {
    end += std::stoul(head.substr(length + 16));
    while (answer.size() < end && fetch()) {
    }
  } else if (!is_head && head.find("Transfer-Encoding: chunked") != std::string::npos) {
    std::size_t last = 0;
    while ((last = answer.find("0\r\n\r\n", head_end)) == std::string::npos && fetch()) {
    }
    end = last == std::string::npos ? answer.size() : last + 5;
  }
  if (answer.size() > end) {
    buffer_ = answer.substr(end) + buffer_;
    answer.resize(end);
  }
  return answer;
}

int status_of(std::string_view answer) {
  int status = 0;
  if (answer.starts_with("HTTP/1.1 ") && answer.size() >= 12)
    std::from_chars(answer.data() + 9, answer.data() + 12, status);
  return status;
}

std::string body_of(std::string_view answer) {
  const std::size_t head_end = answer.find("\r\n\r\n");
  return head_end == std::string_view::npos ? std::string() : std::string(answer.substr(head_end + 4));
}

std::string dechunked(std::string_view body) {
  std::string all;
  while (true) {
    std::size_t size = 0;
    const auto end = std::from_chars(body.data(), body.data() + body.size(), size, 16);
    const auto digits = static_cast<std::size_t>(end.ptr - body.data());
    if (end.ec != std::errc{} || body.substr(digits, 2) != "\r\n" || body.size() < digits + 4 + size)
      return "<broken>";
    all += body.substr(digits + 2, size);
    if (body.substr(digits + 2 + size, 2) != "\r\n") return "<broken>";
    body.remove_prefix(digits + size + 4);
    if (size == 0) return body.empty() ? all : "<broken>";
  }
}

TestServer::TestServer(Handler handler, ServerOptions options, ProtocolErrorBody protocol_error)
    : server_(std::make_unique<Server>(options, std::move(handler), std::move(protocol_error))) {
  Result<std::string> address = server_->listen("127.0.0.1:0");
  if (!address) throw std::runtime_error(address.error().message);
  address_ = *address;
  server_->start();
}

}  // namespace anabranch::http
