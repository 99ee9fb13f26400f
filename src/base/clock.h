// base/clock.h — time and randomness enter the product here, so that tests can choose them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace anabranch {

/// Wall time, milliseconds since 1970-01-01T00:00:00Z.
using TimeMs = std::int64_t;

/// Thread safety: every method from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs now_ms() const = 0;
};

/// The machine's clock.
const Clock& system_clock();

/// A clock that stands where a test puts it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimeMs now) : now_(now) {}
  TimeMs now_ms() const override { return now_; }
  void advance(TimeMs by_ms) { now_ += by_ms; }

 private:
  TimeMs now_;
};

/// `size` bytes from the operating system's generator (getrandom); aborts where there are none.
std::string random_bytes(std::size_t size);
/// A new BlobId: 128 random bits.
BlobId random_blob_id();
/// 20 characters of [0-9a-v], ordered by time, unique: the form of lakeFS's object names.
/// Source: https://github.com/rs/xid (4 bytes seconds, 3 machine, 2 process, 3 counter; base32hex).
std::string make_xid(TimeMs now);

}  // namespace anabranch
