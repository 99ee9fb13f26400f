// experiments/downtime.h — times at which the server was not there to be spoken to: they count for no run's
// silence. Private to experiments.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/clock.h"

namespace anabranch::experiments {

/// After a time away runners have so much longer to speak than usual: they try again every few seconds.
inline constexpr TimeMs kReturnGraceMs = 15'000;
/// A server that did nothing for so long was asleep with its machine, or stopped.
inline constexpr std::int64_t kPauseMs = 5'000;

/// Thread safety: every method from any thread.
class Downtime {
 public:
  /// Nobody was listened to from `from` until `to`.
  void add(TimeMs from, TimeMs to);
  /// The time from which a run's silence counts that was heard of at `heard`. One that was silent for too
  /// long before the server went away stays so.
  TimeMs since(TimeMs heard) const;

  /// To be called at least once a second, by one thread: what is missed is time away. `now`: wall time.
  void tick(TimeMs now);
  /// No tick comes for a while, and that means nothing.
  void rest() { ticked_ms_ = 0; }

 private:
  struct Gap {
    TimeMs from = 0, to = 0;
  };
  /// This machine's time since its start, sleep included.
  static std::int64_t awake_ms();

  std::atomic<std::int64_t> ticked_ms_{0};  // 0: at rest
  mutable std::mutex mutex_;
  std::deque<Gap> gaps_;  // guarded by mutex_; in order
};

}  // namespace anabranch::experiments
