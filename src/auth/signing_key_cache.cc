#include "auth/signing_key_cache.h"

#include <mutex>

#include "base/hash.h"

namespace anabranch::auth {
namespace {
std::string name_of(const SignatureFacts& facts) {
  std::string name;
  name.reserve(facts.access_key_id.size() + facts.date.size() + facts.region.size() + facts.service.size() +
               3);
  // The three after the access key id hold no slash, so no two sets of facts share a name.
  name.append(facts.access_key_id).append("/").append(facts.date).append("/");
  return name.append(facts.region).append("/").append(facts.service);
}
}  // namespace

std::optional<std::string> SigningKeyCache::find(const SignatureFacts& facts, std::string_view secret) const {
  const std::string name = name_of(facts);
  const std::shared_lock lock(mutex_);
  const auto entry = entries_.find(name);
  if (entry == entries_.end() || !equal_constant_time(entry->second.secret, secret)) return std::nullopt;
  return entry->second.signing_key;
}

void SigningKeyCache::add(const SignatureFacts& facts, std::string_view secret, std::string signing_key) {
  std::string name = name_of(facts);
  const std::unique_lock lock(mutex_);
  if (entries_.size() >= size_max_) entries_.clear();
  entries_.insert_or_assign(std::move(name), Entry{std::string(secret), std::move(signing_key)});
}

std::size_t SigningKeyCache::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace anabranch::auth
