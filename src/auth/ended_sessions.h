// auth/ended_sessions.h — tokens that were ended before their time. In memory, and in kv so that a restart
// changes nothing.
//
// A record lives as long as its token would. One access key may end many sessions: past kEndedOfKeyMax the
// oldest half of its records becomes one, which ends every token of the key that was given out before them.
//
// kv: "a/e/" + 13 digits of expires_ms + "/" + session id → {"version":1,"access_key_id":"","all":true};
// "all" is left out where only this one token is meant, else every token of the key that ends by then.
#pragma once

#include <cstddef>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "auth/token.h"
#include "base/task.h"
#include "kv/store.h"

namespace anabranch::auth {

inline constexpr std::string_view kEndedSessionPrefix = "a/e/";
inline constexpr std::size_t kEndedOfKeyMax = 1'000;

/// Thread safety: every method from any thread.
class EndedSessions {
 public:
  EndedSessions(kv::Store& kv, const Clock& clock) : kv_(kv), clock_(clock) {}

  /// Was the token ended? Errors: would_block (the first call since the start), io, corruption.
  Result<bool> contains(const TokenClaims& claims) const;
  /// The token is refused from now on, durably when done. To be called after contains(). Errors: those of
  /// kv::Store::commit.
  Task<Result<void>> end(TokenClaims claims);

  /// How many tokens are remembered one by one.
  std::size_t size() const;

 private:
  struct OfKey {
    TimeMs all_until_ms = 0;                         // tokens that end by then were all ended
    std::set<std::pair<TimeMs, std::string>> ended;  // expires_ms, session id
  };

  Result<void> load() const;
  kv::Batch note(const TokenClaims& claims);
  void drop_expired(kv::Batch& batch);

  kv::Store& kv_;
  const Clock& clock_;
  mutable std::shared_mutex mutex_;
  mutable bool loaded_ = false;                            // these three are guarded by mutex_
  mutable std::unordered_map<std::string, OfKey> of_key_;  // by access key id
  mutable std::set<std::string> records_;                  // their keys in kv, the first to expire in front
};

}  // namespace anabranch::auth
