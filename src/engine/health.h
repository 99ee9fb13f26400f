// engine/health.h — whether the engine may still write. Once a log write or a sync has failed it never does
// again.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "base/result.h"

namespace anabranch::engine {

/// Thread safety: every method from any thread.
class Health {
 public:
  /// Refuses all later writes; the first reason is kept.
  void fence(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (fenced_) return;
    reason_ = reason;
    fenced_ = true;
  }
  bool fenced() const { return fenced_; }
  /// Errors: unavailable.
  Result<void> check() const {
    if (!fenced_) return {};
    const std::lock_guard lock(mutex_);
    return fail(ErrorCode::unavailable, "the engine takes no more writes: " + reason_);
  }

 private:
  std::atomic<bool> fenced_ = false;
  mutable std::mutex mutex_;
  std::string reason_;  // guarded by mutex_
};

}  // namespace anabranch::engine
