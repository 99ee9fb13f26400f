#include "auth/credentials.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "auth/canonical.h"
#include "auth/credential_record.h"
#include "auth/ended_sessions.h"
#include "auth/signing_key_cache.h"
#include "auth/token.h"
#include "base/hash.h"

namespace anabranch::auth {
namespace {

constexpr std::size_t kCachedCredentialsMax = 16'384;
constexpr std::size_t kCachedSigningKeysMax = 4'096;
constexpr int kChangeTriesMax = 100;

using CredentialPtr = std::shared_ptr<const Credential>;

std::string record_key(std::string_view access_key_id) {
  return std::string(kCredentialPrefix).append(access_key_id);
}

Principal principal_of(const Credential& credential) {
  return {credential.user_id, credential.key.access_key_id, credential.policy};
}

/// Says no more than that: whether the key exists is not for those who do not know its secret.
tl::unexpected<Error> refuse_pair() {
  return fail(ErrorCode::unauthenticated, "the access key id or the secret access key is wrong");
}

std::optional<Credential> remove_it(Credential) { return std::nullopt; }

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::invalid_access_key || code == ErrorCode::expired;
}

}  // namespace

KeyPair make_key_pair() {
  constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr std::size_t kIdRandomSize = 16;
  constexpr std::size_t kSecretBytes = 30;  // 40 characters of base64
  KeyPair pair{"AKIA", to_base64(random_bytes(kSecretBytes))};
  for (const char byte : random_bytes(kIdRandomSize)) {
    pair.access_key_id.push_back(kBase32[static_cast<unsigned char>(byte) % kBase32.size()]);
  }
  return pair;
}

class Credentials::Impl {
 public:
  Impl(kv::Store& kv, const Clock& clock, KeyPair root)
      : kv_(kv), clock_(clock), token_key_(make_token_key(root.secret_access_key)), ended_(kv, clock) {
    Credential credential;
    credential.key = std::move(root);
    credential.user_id = kRootUserId;
    credential.policy = Policy::everything();
    root_ = std::make_shared<const Credential>(std::move(credential));
  }

  void watch_runs(AskRun ask, TimeMs silent_ms_max) {
    ask_run_ = std::move(ask);
    silent_ms_max_ = silent_ms_max;
  }

  Result<RunState> run_state(const Credential& credential) const {
    if (!credential.run || !ask_run_) return RunState{};
    ANABRANCH_TRY(RunState state, ask_run_(*credential.run));
    if (state.kind == RunState::Kind::silent && state.silent_ms > silent_ms_max_)
      state.kind = RunState::Kind::over;
    return state;
  }

  /// Of a key whose secret was seen: why it is refused is not for others.
  Result<void> check_run(const Credential& credential) const {
    ANABRANCH_TRY(const RunState state, run_state(credential));
    if (state.kind == RunState::Kind::good) return {};
    const std::string key = "the access key '" + credential.key.access_key_id + "' ";
    if (state.kind == RunState::Kind::over)
      return fail(ErrorCode::invalid_access_key, key + "ended with its run");
    return fail(ErrorCode::unavailable, key + "is suspended: nothing was heard of its run for " +
                                            std::to_string(state.silent_ms / 1'000) +
                                            " s; it is good again as soon as its runner speaks");
  }

  Result<CredentialPtr> find(const std::string& access_key_id) const {
    if (access_key_id == root_->key.access_key_id) return root_;
    ANABRANCH_TRY(const CredentialPtr credential, load(access_key_id));
    if (credential->disabled) {
      return fail(ErrorCode::invalid_access_key, "the access key '" + access_key_id + "' is disabled");
    }
    if (credential->expires_ms && clock_.now_ms() >= *credential->expires_ms) {
      return fail(ErrorCode::expired, "access key '" + access_key_id + "' has expired");
    }
    return credential;
  }

  Result<std::string> signing_key(const SignedRequest& request, const SignatureFacts& facts,
                                  const std::string& secret) const {
    const TimeMs now = clock_.now_ms();
    if (facts.version == SignatureFacts::Version::v2) return check_signature(request, facts, secret, now);
    if (auto known = signing_keys_.find(facts, secret)) {
      ANABRANCH_CHECK(check_signature_v4(request, facts, *known, now));
      return *std::move(known);
    }
    ANABRANCH_TRY(std::string fresh, check_signature(request, facts, secret, now));
    signing_keys_.add(facts, secret, fresh);
    return fresh;
  }

  /// Stores a new credential; `batch` may carry conditions of the caller's.
  Task<Result<void>> store(Credential credential, kv::Batch batch) {
    std::string record = encode_credential(credential);
    if (!decode_credential(record)) {
      co_return fail(ErrorCode::invalid_argument, "the user id or the policy is not UTF-8 text");
    }
    std::string key = record_key(credential.key.access_key_id);
    batch.require_absent(key);
    batch.put(std::move(key), std::move(record));
    auto task = kv::commit(kv_, std::move(batch));
    co_return co_await std::move(task);
  }

  /// Replaces a stored credential by what `change` makes of it (nullopt: removes it), and gives that.
  Task<Result<Credential>> change(std::string access_key_id,
                                  std::function<std::optional<Credential>(Credential)> change) {
    const std::string key = record_key(access_key_id);
    for (int tries = 0; tries < kChangeTriesMax; ++tries) {
      auto record = read_record(key);
      if (!record) co_return fail(std::move(record).error());
      auto found = *record ? decode_credential(**record) : Result<Credential>(Credential{});
      if (!found) co_return fail(std::move(found).error());
      if (!*record || found->user_id == kPresignerUserId) {
        co_return fail(ErrorCode::not_found, "there is no access key '" + access_key_id + "'");
      }
      std::optional<Credential> changed = change(*found);
      kv::Batch batch;
      batch.require_equals(key, **record);
      if (changed) {
        batch.put(key, encode_credential(*changed));
      } else {
        batch.erase(key);
      }
      auto task = kv::commit(kv_, std::move(batch));
      auto done = co_await std::move(task);
      forget(access_key_id);
      if (done) co_return changed ? *std::move(changed) : *std::move(found);
      if (done.error().code != ErrorCode::precondition_failed) co_return fail(std::move(done).error());
      // Another change came first, and is perhaps not to be read yet: this waits until it is.
      kv::Batch barrier;
      barrier.add(std::string(kCredentialBarrierKey), 0);
      auto waiting = kv::commit(kv_, std::move(barrier));
      auto waited = co_await std::move(waiting);
      if (!waited) co_return fail(std::move(waited).error());
    }
    co_return fail(ErrorCode::conflict, "access key '" + access_key_id + "' kept changing");
  }

  Result<std::vector<Credential>> list() const {
    std::vector<Credential> credentials;
    Result<void> decoded;
    ANABRANCH_CHECK(kv_.scan(kCredentialPrefix, kv::prefix_end(kCredentialPrefix),
                             [&](std::string_view, std::string_view value) {
                               auto credential = decode_credential(value);
                               if (!credential) {
                                 decoded = fail(std::move(credential).error());
                                 return kv::ScanStep::stop();
                               }
                               credential->key.secret_access_key.clear();
                               const auto state = run_state(*credential);
                               if (!state) {
                                 decoded = fail(state.error());
                                 return kv::ScanStep::stop();
                               }
                               credential->suspended = state->kind == RunState::Kind::silent;
                               if (credential->user_id != kPresignerUserId) {
                                 credentials.push_back(*std::move(credential));
                               }
                               return kv::ScanStep::next();
                             }));
    ANABRANCH_CHECK(std::move(decoded));
    return credentials;
  }

  std::optional<KeyPair> remembered_presigner() const {
    const std::lock_guard lock(presigner_mutex_);
    return presigner_;
  }
  /// The pair made earlier, or nullopt.
  Result<std::optional<KeyPair>> known_presigner() const {
    if (auto known = remembered_presigner()) return known;
    ANABRANCH_TRY(const std::optional<std::string> id, kv_.get(kPresignerKey));
    if (!id) return std::optional<KeyPair>();
    ANABRANCH_TRY(const CredentialPtr credential, load(*id));
    const std::lock_guard lock(presigner_mutex_);
    presigner_ = credential->key;
    return presigner_;
  }

  const Credential& root() const { return *root_; }
  const Clock& clock() const { return clock_; }
  std::string_view token_key() const { return token_key_; }
  EndedSessions& ended() { return ended_; }

 private:
  Result<std::optional<std::string>> read_record(const std::string& key) const {
    if (key.size() > kv::kKeySizeMax) return std::optional<std::string>();
    return kv_.get(key);
  }

  Result<CredentialPtr> load(const std::string& access_key_id) const {
    std::uint64_t generation = 0;
    {
      const std::shared_lock lock(mutex_);
      if (const auto cached = cache_.find(access_key_id); cached != cache_.end()) return cached->second;
      generation = generation_;
    }
    ANABRANCH_TRY(const std::optional<std::string> record, read_record(record_key(access_key_id)));
    if (!record) {
      return fail(ErrorCode::invalid_access_key, "the access key id '" + access_key_id + "' does not exist");
    }
    ANABRANCH_TRY(Credential decoded, decode_credential(*record));
    auto credential = std::make_shared<const Credential>(std::move(decoded));
    const std::unique_lock lock(mutex_);
    if (generation == generation_) {
      if (cache_.size() >= kCachedCredentialsMax) cache_.clear();
      cache_.insert_or_assign(access_key_id, credential);
    }
    return credential;
  }

  void forget(const std::string& access_key_id) {
    const std::unique_lock lock(mutex_);
    ++generation_;
    cache_.erase(access_key_id);
  }

  kv::Store& kv_;
  const Clock& clock_;
  AskRun ask_run_;
  TimeMs silent_ms_max_ = 0;
  const std::string token_key_;
  EndedSessions ended_;
  CredentialPtr root_;
  mutable SigningKeyCache signing_keys_{kCachedSigningKeysMax};

  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, CredentialPtr> cache_;  // guarded by mutex_
  /// Counts changes: what was read before one is not cached after it. Guarded by mutex_.
  std::uint64_t generation_ = 0;

  mutable std::mutex presigner_mutex_;
  mutable std::optional<KeyPair> presigner_;  // guarded by presigner_mutex_
};

Credentials::Credentials(kv::Store& kv, const Clock& clock, KeyPair root)
    : impl_(std::make_unique<Impl>(kv, clock, std::move(root))) {}
Credentials::~Credentials() = default;

void Credentials::watch_runs(AskRun ask, TimeMs silent_ms_max) {
  impl_->watch_runs(std::move(ask), silent_ms_max);
}

Result<Credential> Credentials::find(const std::string& access_key_id) const {
  ANABRANCH_TRY(const CredentialPtr credential, impl_->find(access_key_id));
  ANABRANCH_CHECK(impl_->check_run(*credential));
  return *credential;
}

Result<Principal> Credentials::principal(const std::string& access_key_id) const {
  ANABRANCH_TRY(const CredentialPtr credential, impl_->find(access_key_id));
  ANABRANCH_CHECK(impl_->check_run(*credential));
  return principal_of(*credential);
}

Task<Result<Credential>> Credentials::create(std::string user_id, Policy policy,
                                             std::optional<TimeMs> expires_ms, std::string description,
                                             std::optional<RunBinding> run) {
  const TimeMs now = impl_->clock().now_ms();
  if (user_id.empty()) co_return fail(ErrorCode::invalid_argument, "a credential needs a user id");
  if (user_id == kPresignerUserId) {
    co_return fail(ErrorCode::invalid_argument, "the user id '" + user_id + "' is the server's own");
  }
  if (expires_ms && *expires_ms <= now) {
    co_return fail(ErrorCode::invalid_argument, "the credential would expire before it is made");
  }
  if (description.size() > kDescriptionSizeMax) {
    co_return fail(ErrorCode::invalid_argument, "the description of an access key is at most " +
                                                    std::to_string(kDescriptionSizeMax) + " bytes");
  }
  Credential credential{
      make_key_pair(), std::move(user_id), std::move(policy), now, expires_ms, std::move(description),
      false,           std::move(run)};
  kv::Batch batch;
  auto task = impl_->store(credential, std::move(batch));
  auto done = co_await std::move(task);
  if (!done) co_return fail(std::move(done).error());
  co_return credential;
}

Task<Result<void>> Credentials::remove(std::string access_key_id) {
  if (access_key_id == impl_->root().key.access_key_id) {
    co_return fail(ErrorCode::not_allowed, "the root key is given at start and cannot be removed");
  }
  auto task = impl_->change(std::move(access_key_id), remove_it);
  auto done = co_await std::move(task);
  if (!done) co_return fail(std::move(done).error());
  co_return Result<void>{};
}

Task<Result<Credential>> Credentials::set_disabled(std::string access_key_id, bool disabled) {
  if (access_key_id == impl_->root().key.access_key_id) {
    co_return fail(ErrorCode::not_allowed, "the root key is given at start and cannot be disabled");
  }
  std::function<std::optional<Credential>(Credential)> set = [disabled](Credential credential) {
    credential.disabled = disabled;
    return std::optional<Credential>(std::move(credential));
  };
  auto task = impl_->change(std::move(access_key_id), std::move(set));
  auto changed = co_await std::move(task);
  if (changed) changed->key.secret_access_key.clear();
  co_return changed;
}

Task<Result<std::size_t>> Credentials::remove_expired() {
  auto credentials = impl_->list();
  if (!credentials) co_return fail(std::move(credentials).error());
  const TimeMs now = impl_->clock().now_ms();
  std::size_t removed = 0;
  for (const Credential& credential : *credentials) {
    if (!credential.expires_ms || now < *credential.expires_ms) {
      const auto state = impl_->run_state(credential);
      if (!state) co_return fail(state.error());
      if (state->kind != RunState::Kind::over) continue;
    }
    std::string id = credential.key.access_key_id;
    auto task = impl_->change(std::move(id), remove_it);
    auto done = co_await std::move(task);
    if (done) {
      ++removed;
    } else if (done.error().code != ErrorCode::not_found) {
      co_return fail(std::move(done).error());
    }
  }
  co_return removed;
}

Task<Result<void>> Credentials::remove_keys_of(std::string repository, std::string run) {
  auto credentials = impl_->list();
  if (!credentials) co_return fail(std::move(credentials).error());
  for (const Credential& credential : *credentials) {
    if (!credential.run || credential.run->id != run || credential.run->repository != repository) continue;
    std::string id = credential.key.access_key_id;
    auto task = impl_->change(std::move(id), remove_it);
    auto done = co_await std::move(task);
    if (!done && done.error().code != ErrorCode::not_found) co_return fail(std::move(done).error());
  }
  co_return Result<void>{};
}

Result<std::vector<Credential>> Credentials::list() const { return impl_->list(); }

std::optional<KeyPair> Credentials::known_presigner() const { return impl_->remembered_presigner(); }

Task<Result<KeyPair>> Credentials::presigner() {
  while (true) {
    auto known = impl_->known_presigner();
    if (!known) co_return fail(std::move(known).error());
    if (*known) co_return **known;

    Credential credential{make_key_pair(),
                          std::string(kPresignerUserId),
                          Policy::everything(),
                          impl_->clock().now_ms(),
                          std::nullopt,
                          {},
                          false};
    kv::Batch batch;
    batch.require_absent(std::string(kPresignerKey));
    batch.put(std::string(kPresignerKey), credential.key.access_key_id);
    auto task = impl_->store(std::move(credential), std::move(batch));
    auto done = co_await std::move(task);
    // Two may be first at the same time: the one that lost reads what the other made.
    if (!done && done.error().code != ErrorCode::precondition_failed) co_return fail(std::move(done).error());
  }
}

Result<std::optional<Credentials::Identity>> Credentials::authenticate(const SignedRequest& request) const {
  ANABRANCH_TRY(std::optional<SignatureFacts> facts, parse_signature(request));
  if (!facts) return std::optional<Identity>();
  ANABRANCH_TRY(Identity identity, authenticate(request, *facts));
  return std::optional<Identity>(std::move(identity));
}

Result<Credentials::Identity> Credentials::authenticate(const SignedRequest& request,
                                                        const SignatureFacts& facts) const {
  ANABRANCH_TRY(const CredentialPtr credential, impl_->find(facts.access_key_id));
  ANABRANCH_TRY(std::string key, impl_->signing_key(request, facts, credential->key.secret_access_key));
  ANABRANCH_CHECK(impl_->check_run(*credential));
  return Identity{principal_of(*credential), facts, std::move(key)};
}

Result<KeyPair> Credentials::parse_basic(std::string_view authorization_header) {
  constexpr std::string_view kScheme = "basic ";
  const std::string_view header = trimmed(authorization_header);
  if (!starts_with_ignoring_case(header, kScheme)) {
    return fail(ErrorCode::unauthenticated, "the Authorization header is not of the form 'Basic <base64>'");
  }
  const auto pair = from_base64(trimmed(header.substr(kScheme.size())));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return fail(ErrorCode::unauthenticated, "the Authorization header holds no base64 of '<id>:<secret>'");
  }
  return KeyPair{pair->substr(0, colon), pair->substr(colon + 1)};
}

Result<Principal> Credentials::authenticate_basic(std::string_view authorization_header) const {
  ANABRANCH_TRY(const KeyPair pair, parse_basic(authorization_header));
  return authenticate_pair(pair.access_key_id, pair.secret_access_key);
}

Result<Principal> Credentials::authenticate_pair(const std::string& access_key_id,
                                                 const std::string& secret) const {
  const auto credential = impl_->find(access_key_id);
  if (!credential) {
    if (is_refusal(credential.error().code)) return refuse_pair();
    return fail(credential.error());
  }
  if (!equal_constant_time((*credential)->key.secret_access_key, secret)) return refuse_pair();
  if (auto good = impl_->check_run(**credential); !good) {
    if (is_refusal(good.error().code)) return refuse_pair();
    return fail(std::move(good).error());
  }
  return principal_of(**credential);
}

std::string Credentials::make_token(const Principal& principal) const {
  constexpr std::size_t kSessionIdBytes = 16;
  return encode_token({principal.user_id, principal.access_key_id, impl_->clock().now_ms() + kTokenLifetimeMs,
                       to_hex(random_bytes(kSessionIdBytes))},
                      impl_->token_key());
}

Result<TokenHolder> Credentials::authenticate_token(std::string_view token) const {
  ANABRANCH_TRY(const TokenClaims claims, decode_token(token, impl_->token_key(), impl_->clock().now_ms()));
  ANABRANCH_TRY(const bool ended, impl_->ended().contains(claims));
  if (ended) return fail(ErrorCode::unauthenticated, "the session was ended: sign in again");
  const auto credential = impl_->find(claims.access_key_id);
  if (!credential && credential.error().code == ErrorCode::invalid_access_key) {
    return fail(ErrorCode::unauthenticated,
                "the access key that the token stands for was removed or disabled");
  }
  if (!credential) return fail(credential.error());
  if ((*credential)->user_id != claims.user_id) {
    return fail(ErrorCode::unauthenticated, "the token's user is not that of its access key");
  }
  ANABRANCH_CHECK(impl_->check_run(**credential));
  const TimeMs key_expires_ms = (*credential)->expires_ms.value_or(claims.expires_ms);
  return TokenHolder{principal_of(**credential), std::min(claims.expires_ms, key_expires_ms)};
}

Task<Result<void>> Credentials::end_token(std::string token) {
  auto claims = decode_token(token, impl_->token_key(), impl_->clock().now_ms());
  if (!claims) co_return fail(std::move(claims).error());
  auto task = impl_->ended().end(*std::move(claims));
  co_return co_await std::move(task);
}

}  // namespace anabranch::auth
