#include "experiments/downtime.h"

#include <time.h>

#include <limits>

#include "experiments/types.h"

namespace anabranch::experiments {
namespace {

constexpr std::size_t kGapsMax = 64;  // what happened before them is long lost

}  // namespace

std::int64_t Downtime::awake_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000LL + now.tv_nsec / 1'000'000;
}

void Downtime::add(TimeMs from, TimeMs to) {
  const std::lock_guard lock(mutex_);
  gaps_.push_back({from, to});
  if (gaps_.size() > kGapsMax) gaps_.pop_front();
}

TimeMs Downtime::since(TimeMs heard) const {
  const std::int64_t ticked = ticked_ms_;
  // It is away now, and only about to notice.
  if (ticked != 0 && awake_ms() - ticked > kPauseMs) return std::numeric_limits<TimeMs>::max() / 2;
  const std::lock_guard lock(mutex_);
  for (const Gap& gap : gaps_) {
    if (heard < gap.to && gap.from - heard <= kLostAfterMs) heard = gap.to + kReturnGraceMs;
  }
  return heard;
}

void Downtime::tick(TimeMs now) {
  const std::int64_t awake = awake_ms();
  const std::int64_t ticked = ticked_ms_;
  if (ticked != 0 && awake - ticked > kPauseMs) add(now - (awake - ticked), now);
  ticked_ms_ = awake;
}

}  // namespace anabranch::experiments
