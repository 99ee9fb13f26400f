#include "service/sign_in_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace anabranch::service {
namespace {

/// Longer names share a count; no real key is so long.
constexpr std::size_t kNameSizeMax = 128;
constexpr std::size_t kShards = 16;
/// Connections of a pair that are known to have signed in; the latest.
constexpr std::size_t kConnectionsMax = 16;
constexpr std::size_t kKeysMax = 10'000;
constexpr std::size_t kSecretWeight = kWrongSignaturesMax / kWrongSecretsMax;

struct Source {
  std::string name;
  std::uint16_t port = 0;  // 0: not known which connection
};

/// An IPv6 client has a whole network of 64 bits to choose addresses from.
std::string network_of(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return host;
  constexpr std::size_t kHostBits = 8;
  if (!IN6_IS_ADDR_V4MAPPED(&address)) std::memset(address.s6_addr + kHostBits, 0, kHostBits);
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET6, &address, text.data(), text.size());
}

/// "192.0.2.1:50000", "[2001:db8::1]:50000", and both without a port (and brackets).
Source source_of(const std::string& address) {
  const auto colon = address.rfind(':');
  const bool has_port =
      colon != std::string::npos && colon > 0 && (address.find(':') == colon || address[colon - 1] == ']');
  Source source;
  std::string host = address.substr(0, has_port ? colon : std::string::npos).substr(0, kNameSizeMax);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  source.name = network_of(host);
  if (has_port) std::from_chars(address.data() + colon + 1, address.data() + address.size(), source.port);
  return source;
}

/// Items by name; the one that was longest without use goes first. Not thread safe.
template <class T>
class Book {
 public:
  explicit Book(std::size_t size_max) : size_max_(size_max) {}
  T* find(const std::string& name) {
    const auto found = index_.find(name);
    if (found == index_.end()) return nullptr;
    items_.splice(items_.begin(), items_, found->second);
    return &found->second->second;
  }
  T& get(const std::string& name) {
    if (T* const known = find(name)) return *known;
    if (items_.size() >= size_max_) {
      index_.erase(items_.back().first);
      items_.pop_back();
    }
    items_.emplace_front(name, T{});
    index_.emplace(items_.front().first, items_.begin());
    return items_.front().second;
  }
  void erase(const std::string& name) {
    const auto found = index_.find(name);
    if (found == index_.end()) return;
    const auto item = found->second;
    index_.erase(found);  // its key is a view into the item
    items_.erase(item);
  }
  std::size_t size() const { return items_.size(); }

 private:
  using Items = std::list<std::pair<std::string, T>>;
  const std::size_t size_max_;
  Items items_;  // the one used last is in front
  std::unordered_map<std::string_view, typename Items::iterator> index_;
};

/// What is known of one address and key.
struct Pair {
  std::array<TimeMs, kWrongSignaturesMax> failures{};  // a ring; 0: none
  std::size_t next = 0;
  TimeMs succeeded_ms = 0;
  std::array<std::uint16_t, kConnectionsMax> connections{};  // a ring of ports; 0: none
  std::size_t next_connection = 0;

  TimeMs wait(TimeMs now) const {
    const TimeMs oldest = failures[next];  // where the ring is full
    return oldest == 0 ? 0 : std::max<TimeMs>(0, oldest + kSignInWindowMs - now);
  }
  bool is_known(TimeMs now) const { return succeeded_ms != 0 && now - succeeded_ms < kSignedInLatelyMs; }
  bool has_connection(std::uint16_t port) const {
    return port != 0 && std::find(connections.begin(), connections.end(), port) != connections.end();
  }
  void add_connection(std::uint16_t port) {
    if (port == 0 || has_connection(port)) return;
    connections[next_connection] = port;
    next_connection = (next_connection + 1) % connections.size();
  }
  void drop_connection(std::uint16_t port) {
    std::replace(connections.begin(), connections.end(), port, std::uint16_t{0});
  }
};

/// What a key's failures from everywhere came to, window by window.
struct KeyTotal {
  TimeMs window_ms = 0;
  std::size_t failures = 0;
};

}  // namespace

class SignInGuard::Impl {
 public:
  explicit Impl(const Clock& clock) : clock_(clock) {}

  TimeMs wait(const std::string& address, const std::string& key) {
    const TimeMs now = clock_.now_ms();
    const Source source = source_of(address);
    const std::string name = name_of(source, key);
    {
      Shard& shard = shard_of(name);
      const std::lock_guard lock(shard.mutex);
      if (const Pair* const pair = shard.find(name)) {
        if (const TimeMs wait = pair->wait(now); wait > 0 && !pair->has_connection(source.port)) return wait;
        if (pair->is_known(now)) return 0;
      }
    }
    const std::lock_guard lock(totals_mutex_);
    const KeyTotal* const total = totals_.find(key.substr(0, kNameSizeMax));
    if (total == nullptr || total->failures < kWrongOfKeyMax) return 0;
    return std::max<TimeMs>(0, total->window_ms + kSignInWindowMs - now);
  }

  void succeeded(const std::string& address, const std::string& key) {
    const Source source = source_of(address);
    const std::string name = name_of(source, key);
    Shard& shard = shard_of(name);
    const std::lock_guard lock(shard.mutex);
    Pair* pair = shard.known.find(name);
    if (pair == nullptr) {
      Pair before;
      if (const Pair* const stranger = shard.find(name)) before = *stranger;
      shard.strangers.erase(name);
      shard.of_no_key.erase(name);
      pair = &shard.known.get(name);
      *pair = before;
    }
    pair->succeeded_ms = clock_.now_ms();
    pair->add_connection(source.port);
  }

  void failed(const std::string& address, const std::string& key, Proof proof, bool key_exists) {
    const TimeMs now = clock_.now_ms();
    const std::size_t weight = proof == Proof::secret ? kSecretWeight : 1;
    const Source source = source_of(address);
    const std::string name = name_of(source, key);
    {
      Shard& shard = shard_of(name);
      const std::lock_guard lock(shard.mutex);
      Pair* pair = shard.find(name);
      if (pair == nullptr) pair = &(key_exists ? shard.strangers : shard.of_no_key).get(name);
      for (std::size_t i = 0; i < weight; ++i) {
        pair->failures[pair->next] = now;
        pair->next = (pair->next + 1) % pair->failures.size();
      }
      pair->drop_connection(source.port);
    }
    if (!key_exists) return;
    const std::lock_guard lock(totals_mutex_);
    KeyTotal& total = totals_.get(key.substr(0, kNameSizeMax));
    if (now - total.window_ms >= kSignInWindowMs) total = {now, 0};
    total.failures += weight;
  }

  std::size_t pairs() {
    std::size_t count = 0;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      count += shard.known.size() + shard.strangers.size() + shard.of_no_key.size();
    }
    return count;
  }

 private:
  struct Shard {
    std::mutex mutex;
    // All guarded by mutex.
    Book<Pair> known{kKnownPairsMax / kShards};      // signed in once
    Book<Pair> strangers{kOtherPairsMax / kShards};  // only failed
    Book<Pair> of_no_key{kOtherPairsMax / kShards};  // failed with keys that do not exist

    Pair* find(const std::string& name) {
      for (Book<Pair>* book : {&known, &strangers, &of_no_key}) {
        if (Pair* const pair = book->find(name)) return pair;
      }
      return nullptr;
    }
  };

  static std::string name_of(const Source& source, const std::string& key) {
    return source.name + "\n" + key.substr(0, kNameSizeMax);
  }
  Shard& shard_of(const std::string& name) { return shards_[std::hash<std::string>{}(name) % kShards]; }

  const Clock& clock_;
  std::array<Shard, kShards> shards_;
  std::mutex totals_mutex_;
  Book<KeyTotal> totals_{kKeysMax};  // guarded by totals_mutex_; only keys that exist
};

SignInGuard::SignInGuard(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
SignInGuard::~SignInGuard() = default;
TimeMs SignInGuard::wait(const std::string& address, const std::string& access_key_id) const {
  return impl_->wait(address, access_key_id);
}
void SignInGuard::succeeded(const std::string& address, const std::string& access_key_id) {
  impl_->succeeded(address, access_key_id);
}
void SignInGuard::failed(const std::string& address, const std::string& access_key_id, Proof proof,
                         bool key_exists) {
  impl_->failed(address, access_key_id, proof, key_exists);
}
std::size_t SignInGuard::pairs() const { return impl_->pairs(); }

}  // namespace anabranch::service
