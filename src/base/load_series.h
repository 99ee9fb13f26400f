// base/load_series.h — the last hour of a server's load in steps of ten seconds: requests, errors, bytes,
// latency.
//
// In:  each request as it ends, and now and then how many bytes went over the wire since the start.
// Out: points in order of time: zeros where nothing happened, no point where nothing is known. Memory is
// fixed: about 160 KiB.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.h"

namespace anabranch {

inline constexpr TimeMs kLoadIntervalMs = 10'000;
inline constexpr std::size_t kLoadIntervalsMax = 360;

/// One interval. Latencies are of S3 and REST together, from a request's headers to its answer's; 0 where
/// there was no request. They are read off a histogram whose steps are 19 % wide.
struct LoadPoint {
  TimeMs time_ms = 0;  // its beginning
  std::uint64_t s3_requests = 0;
  std::uint64_t rest_requests = 0;
  std::uint64_t client_errors = 0;
  std::uint64_t server_errors = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
};

/// Thread safety: every method from any thread. observe() is lock-free but for the first request of an
/// interval.
class LoadSeries {
 public:
  LoadSeries();
  ~LoadSeries();

  enum class Protocol : std::uint8_t { s3, rest };
  /// A request that ended now.
  void observe(Protocol protocol, int status, double seconds, TimeMs now);
  /// Totals since the start: what came since the last call counts for the interval of now. Called at least
  /// once in each interval: that is what tells "nothing happened" from "nothing is known".
  void observe_traffic(std::uint64_t received_bytes, std::uint64_t sent_bytes, TimeMs now);

  /// Those of the last `count` (at most kLoadIntervalsMax) whole intervals before now of which something is
  /// known, oldest first.
  std::vector<LoadPoint> points(std::size_t count, TimeMs now) const;

  /// All that is known, the present interval too: what another start hands to restore().
  std::vector<LoadPoint> history(TimeMs now) const;
  /// What was known before this start. Once, before any other call.
  void restore(std::vector<LoadPoint> points);

 private:
  struct Interval;
  /// The interval of now, emptied of what it held an hour ago; null where the clock stands far back.
  Interval* interval(TimeMs now);

  /// What is known of an interval: by this start, by those before it, or both.
  bool read(std::int64_t number, LoadPoint& point) const;

  std::unique_ptr<Interval[]> intervals_;
  std::unordered_map<std::int64_t, LoadPoint> restored_;  // by number; never changes after restore()
  std::mutex mutex_;                                      // for the turn to a new interval, and traffic
  std::uint64_t received_bytes_ = 0;                      // guarded by mutex_, as the next
  std::uint64_t sent_bytes_ = 0;
};

}  // namespace anabranch
