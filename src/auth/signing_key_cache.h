// auth/signing_key_cache.h — version 4 signing keys, made once per access key, date and region instead of per
// request.
//
// A key costs four HMACs, about as much as all the rest of a check. Keys enter only after a signature was
// good, so that strangers cannot fill the cache.
#pragma once

#include <functional>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/signature.h"

namespace anabranch::auth {

/// Thread safety: every method from any thread.
class SigningKeyCache {
 public:
  /// Holds at most `size_max` keys; when full it starts afresh, which costs each client one making.
  explicit SigningKeyCache(std::size_t size_max) : size_max_(size_max) {}

  /// nullopt: not here, or made from another secret.
  std::optional<std::string> find(const SignatureFacts& facts, std::string_view secret) const;
  void add(const SignatureFacts& facts, std::string_view secret, std::string signing_key);
  std::size_t size() const;

 private:
  struct Entry {
    std::string secret;
    std::string signing_key;
  };

  const std::size_t size_max_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // guarded by mutex_; by access key id and scope
};

}  // namespace anabranch::auth
