// service/sign_in_guard.h — how many wrong guesses at secrets are heard, over all doors: Basic, sign-in, AWS
// signatures.
//
// In:  how each look at a secret ended. Out: whether to look at the next one at all.
//
// Failures count per address and access key: over the limit that pair waits. The key's failures from
// everywhere make only those addresses wait from which nobody lately signed in with it, so that strangers
// lock nobody out. A connection that signed in itself goes on, whatever its neighbours behind one address do.
// Nothing is held while a secret is looked at: right ones side by side never wait for each other. Memory is
// bounded; what was longest without use is forgotten first, and guesses at keys that do not exist never push
// out what is known of those that do.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.h"

namespace anabranch::service {

inline constexpr TimeMs kSignInWindowMs = 60'000;
/// Of one address and key in a window. A signature can be wrong for innocent reasons (a path that a proxy
/// rewrote), a secret that is sent as such can not: it counts for three.
inline constexpr std::size_t kWrongSecretsMax = 10;
inline constexpr std::size_t kWrongSignaturesMax = 3 * kWrongSecretsMax;
/// Of one key from all addresses, in wrong signatures.
inline constexpr std::size_t kWrongOfKeyMax = 10 * kWrongSignaturesMax;
/// An address from which a key signed in is known for so long.
inline constexpr TimeMs kSignedInLatelyMs = 24LL * 60 * 60 * 1000;
/// Pairs of address and key that are remembered, some 450 bytes each: known ones, those that only failed, and
/// as many again with keys that do not exist.
inline constexpr std::size_t kKnownPairsMax = 16'000;
inline constexpr std::size_t kOtherPairsMax = 8'000;

/// Thread safety: every method from any thread.
class SignInGuard {
 public:
  explicit SignInGuard(const Clock& clock);
  ~SignInGuard();

  /// 0: the secret may be looked at. Else the milliseconds until it may. `address` is an IP address; with a
  /// port it is one connection's.
  TimeMs wait(const std::string& address, const std::string& access_key_id) const;
  /// The secret was right.
  void succeeded(const std::string& address, const std::string& access_key_id);
  enum class Proof : unsigned char { secret, signature };
  /// It was wrong, or there is no such key.
  void failed(const std::string& address, const std::string& access_key_id, Proof proof, bool key_exists);

  /// Pairs that are remembered.
  std::size_t pairs() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::service
