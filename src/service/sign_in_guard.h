// service/sign_in_guard.h — how many wrong guesses at secrets are heard: by address and by access key.
//
// In:  each attempt to sign in, and how it ended. Out: whether to look at it at all. Memory is bounded: the
// subject that was longest without a failure is forgotten first.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace anabranch::service {

inline constexpr std::size_t kSignInFailuresMax = 10;
inline constexpr TimeMs kSignInWindowMs = 60'000;
inline constexpr std::size_t kSignInSubjectsMax = 10'000;

/// Thread safety: every method from any thread.
class SignInGuard {
 public:
  explicit SignInGuard(const Clock& clock) : clock_(clock) {}

  /// 0: the attempt may be made, and counts as failed until accept() or forgive() says otherwise, so that
  /// attempts side by side are counted too. Else the milliseconds until the next one is heard. `address` may
  /// hold a port.
  TimeMs admit(const std::string& address, const std::string& access_key_id);
  /// The secret was right: the key's failures are forgotten, of the address only this attempt.
  void accept(const std::string& address, const std::string& access_key_id);
  /// The attempt came to no answer (the store failed).
  void forgive(const std::string& address, const std::string& access_key_id);

  std::size_t subjects() const;

 private:
  struct Subject {
    std::string name;
    std::array<TimeMs, kSignInFailuresMax> failures{};  // a ring; 0: none
    std::size_t next = 0;
  };
  using Subjects = std::list<Subject>;  // the one that failed last is in front

  TimeMs wait_of(const std::string& name, TimeMs now) const;
  void note(const std::string& name, TimeMs now);
  void take_back(const std::string& name);

  const Clock& clock_;
  mutable std::mutex mutex_;
  Subjects subjects_;                                          // guarded by mutex_
  std::unordered_map<std::string, Subjects::iterator> index_;  // guarded by mutex_
};

}  // namespace anabranch::service
