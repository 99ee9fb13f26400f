#include "base/clock.h"

#include <sys/random.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace anabranch {
namespace {

class SystemClock final : public Clock {
 public:
  TimeMs now_ms() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  }
};

void fill_random(void* out, std::size_t size) {
  auto* at = static_cast<unsigned char*>(out);
  while (size > 0) {
    const ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    ANABRANCH_ASSERT(got > 0, "getrandom: " + std::to_string(errno));
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

/// What tells this process's xids from those of others: chosen once, at random, rather than from the host's
/// name and the process's number, which containers share.
struct XidOrigin {
  std::array<unsigned char, 5> machine_and_process{};
  std::atomic<std::uint32_t> counter{0};

  XidOrigin() {
    fill_random(machine_and_process.data(), machine_and_process.size());
    std::uint32_t start = 0;
    fill_random(&start, sizeof start);
    counter = start;
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  fill_random(bytes.data(), bytes.size());
  return bytes;
}

BlobId random_blob_id() {
  BlobId id;
  fill_random(&id.high, sizeof id.high);
  fill_random(&id.low, sizeof id.low);
  return id;
}

std::string make_xid(TimeMs now) {
  static XidOrigin origin;
  const std::uint32_t counter = origin.counter.fetch_add(1, std::memory_order_relaxed);
  const auto seconds = static_cast<std::uint32_t>(now / 1000);

  std::array<unsigned char, 12> raw{};
  for (std::size_t i = 0; i < 4; ++i) raw[i] = static_cast<unsigned char>(seconds >> (24 - 8 * i));
  std::memcpy(raw.data() + 4, origin.machine_and_process.data(), origin.machine_and_process.size());
  for (std::size_t i = 0; i < 3; ++i) raw[9 + i] = static_cast<unsigned char>(counter >> (16 - 8 * i));

  // base32hex without padding, five bits at a time; the last character carries the one bit that is left.
  constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuv";
  std::string text;
  text.reserve(20);
  unsigned bits = 0;
  unsigned bit_count = 0;
  for (const unsigned char byte : raw) {
    bits = (bits << 8) | byte;
    bit_count += 8;
    for (; bit_count >= 5; bit_count -= 5) text.push_back(kAlphabet[(bits >> (bit_count - 5)) & 31U]);
    bits &= (1U << bit_count) - 1;
  }
  text.push_back(kAlphabet[(bits << (5 - bit_count)) & 31U]);
  return text;
}

}  // namespace anabranch
