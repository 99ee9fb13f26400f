// auth/credentials.h — access keys: the root pair, keys made by users, short-lived keys of runs. Kept in kv.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "auth/signature.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "kv/store.h"

namespace anabranch::auth {

/// A key pair as its owner gets it, once. Never logged.
struct KeyPair {
  std::string access_key_id;      // "AKIA" + 16 of A-Z2-7
  std::string secret_access_key;  // 40 characters of base64
};
KeyPair make_key_pair();

/// The user of Credentials::presigner().
inline constexpr std::string_view kPresignerUserId = "server/presigner";

inline constexpr TimeMs kTokenLifetimeMs = 24LL * 60 * 60 * 1000;

/// The attempt of a run that a key was made for.
struct RunBinding {
  std::string repository;
  std::string id;  // empty: of a run without a record; the key is good as long as the repository is there
  std::int64_t attempt = 1;
  std::string repository_uid = {};  // which of the repositories that had this name; empty: not known
};
/// What that makes of the key: good; suspended while nothing is heard of the run; ended with the run, or with
/// the attempt.
struct RunState {
  enum class Kind : unsigned char { good, silent, over } kind = Kind::good;
  TimeMs silent_ms = 0;
};

struct Credential {
  KeyPair key;
  std::string user_id;
  Policy policy;
  TimeMs created_ms = 0;
  std::optional<TimeMs> expires_ms;  // past it the key is refused (expired) and removed in time
  std::string description = {};      // its owner's words; empty: none
  bool disabled = false;             // refused everywhere, until it is enabled again
  std::optional<RunBinding> run = std::nullopt;
  bool suspended = false;  // made at listing
};

/// What may be said of a key, in bytes.
inline constexpr std::size_t kDescriptionSizeMax = 256;

/// A token that was checked.
struct TokenHolder {
  Principal principal;
  TimeMs expires_ms = 0;  // when the token ends, or its access key if that is earlier
};

/// Thread safety: every method from any thread. Look-ups are cached in memory.
class Credentials {
 public:
  /// `root` may do everything (user "admin") and is not stored in kv. Both references must outlive this
  /// object. kv keys: prefix "a/" (credential_record.h). No other process may write them: look-ups are cached
  /// here.
  Credentials(kv::Store& kv, const Clock& clock, KeyPair root);
  ~Credentials();

  /// Before the first request: keys of runs are worth what `ask` says of the run (errors: would_block, io),
  /// and end with it; those of a run that is silent for over `silent_ms_max` have ended too.
  using AskRun = std::function<Result<RunState>(const RunBinding&)>;
  void watch_runs(AskRun ask, TimeMs silent_ms_max);

  /// Errors: invalid_access_key (also of a disabled one, and of one that ended with its run), expired,
  /// unavailable (suspended while its run is silent); would_block (the first look-up of a key since start),
  /// io, corruption.
  Result<Credential> find(const std::string& access_key_id) const;
  /// The only time that the secret is given out. Errors: invalid_argument (an empty or reserved user id, an
  /// expiry in the past, a description over kDescriptionSizeMax, text that is not UTF-8); those of
  /// kv::Store::commit.
  Task<Result<Credential>> create(std::string user_id, Policy policy, std::optional<TimeMs> expires_ms,
                                  std::string description = {}, std::optional<RunBinding> run = std::nullopt);
  /// A disabled key is refused from the moment this is done, its tokens too. Gives the key without its
  /// secret. Reads kv on this thread. Errors: not_found, not_allowed (the root key); those of kv.
  Task<Result<Credential>> set_disabled(std::string access_key_id, bool disabled);
  /// Refused from the moment this is done, tokens of the key too. Reads kv on this thread.
  /// Errors: not_found, not_allowed (the root key); those of kv.
  Task<Result<void>> remove(std::string access_key_id);
  /// Removes the keys of a run. Reads kv on this thread.
  Task<Result<void>> remove_keys_of(std::string repository, std::string run);
  /// Removes the keys that have expired, or ended with their runs; says how many. To be called now and then.
  /// Reads kv on this thread.
  Task<Result<std::size_t>> remove_expired();
  /// All but the root's and the presigner's, by access key id, without secrets. Errors: would_block, io,
  /// corruption.
  Result<std::vector<Credential>> list() const;

  /// The pair that the server itself signs presigned URLs with: known to nobody else; made at first use and
  /// kept in kv, so that URLs outlive a restart. What it signs names the access key that asked, and is worth
  /// what that key is worth when it is used (service/presigned_url.h). Errors: those of kv.
  /// Reads kv on this thread, unless known_presigner() gives the pair.
  Task<Result<KeyPair>> presigner();
  /// The pair, if it was asked for before: from memory.
  std::optional<KeyPair> known_presigner() const;
  /// Whom a key stands for now. Errors: as find().
  Result<Principal> principal(const std::string& access_key_id) const;

  struct Identity {
    Principal principal;
    SignatureFacts facts;
    std::string signing_key;  // v4: for chunk_signature()
  };
  /// nullopt: no AWS signature. Errors: those of parse_signature, check_signature and find.
  Result<std::optional<Identity>> authenticate(const SignedRequest& request) const;
  /// `facts` as parse_signature() found them. Errors: those of check_signature and find.
  Result<Identity> authenticate(const SignedRequest& request, const SignatureFacts& facts) const;
  /// Of a header "Basic <base64>". Errors: unauthenticated (it is none).
  static Result<KeyPair> parse_basic(std::string_view authorization_header);
  /// HTTP Basic: access key id and secret. Errors: unauthenticated (the same for an unknown key and a wrong
  /// secret); would_block, io, corruption.
  Result<Principal> authenticate_basic(std::string_view authorization_header) const;
  Result<Principal> authenticate_pair(const std::string& access_key_id, const std::string& secret) const;
  /// Bearer tokens (POST /auth/login): JSON Web Tokens, HMAC-signed with a key derived from the root secret,
  /// good for kTokenLifetimeMs. A token stands for its access key: it has that key's policy of now and ends
  /// with it, or by end_token(). Errors: unauthenticated, expired; would_block, io, corruption.
  std::string make_token(const Principal& principal) const;
  Result<TokenHolder> authenticate_token(std::string_view token) const;
  /// Refused from the moment this is done, also after a restart. To be called once authenticate_token() has
  /// looked at the token. Errors: those of authenticate_token() and kv::Store::commit.
  Task<Result<void>> end_token(std::string token);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anabranch::auth
