#include "http/internal/core.h"

#include <array>

#include "base/clock.h"

namespace anabranch::http::internal {
namespace {

constexpr unsigned kCounterBits = 40;

std::uint64_t random_request_prefix() {
  std::uint64_t prefix = 0;
  for (const char c : random_bytes(3)) prefix = prefix << 8 | static_cast<unsigned char>(c);
  return prefix << kCounterBits;
}

}  // namespace

ServerShared::ServerShared(const ServerLimits& given_limits, Handler given_handler,
                           ProtocolErrorBody given_protocol_error)
    : limits(given_limits),
      handler(std::move(given_handler)),
      protocol_error(std::move(given_protocol_error)),
      next_request_(random_request_prefix()) {}

std::string ServerShared::next_request_id() {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::uint64_t number = next_request_.fetch_add(1, std::memory_order_relaxed);
  std::string id(16, '0');
  for (auto digit = id.rbegin(); digit != id.rend(); ++digit, number >>= 4) *digit = kHex[number & 15];
  return id;
}

void ServerShared::connection_opened() { open_count.fetch_add(1, std::memory_order_relaxed); }

void ServerShared::connection_closed() {
  if (open_count.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const std::lock_guard lock(mutex_);
  idle_.notify_all();
}

bool ServerShared::wait_until_idle(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  const auto is_idle = [this] { return open_count.load(std::memory_order_acquire) == 0; };
  if (at_most.count() >= 0) return idle_.wait_for(lock, at_most, is_idle);
  idle_.wait(lock, is_idle);
  return true;
}

}  // namespace anabranch::http::internal
