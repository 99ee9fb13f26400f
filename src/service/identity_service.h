// service/identity_service.h — credentials in, a Caller out; access keys made for runs and users.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/workers.h"
#include "service/sign_in_guard.h"
#include "service/types.h"

namespace anabranch::service {

/// How a request was signed: what the body's decoder needs for signed chunks.
struct Authenticated {
  Caller caller;
  auth::SignatureFacts facts;
  std::string signing_key;  // V4
};

/// Why a request is not let in.
struct Refusal : Error {
  /// Over 0: too many wrong secrets came; what was sent was not looked at, and may be sent again then.
  TimeMs retry_after_ms = 0;

  // NOLINTNEXTLINE(google-explicit-constructor): any Error is a refusal
  Refusal(Error error, TimeMs retry_after = 0) : Error(std::move(error)), retry_after_ms(retry_after) {}
};

/// A key as it is shown after its creation: without the secret.
struct AccessKey {
  std::string access_key_id;
  std::string user_id;
  TimeMs created_ms = 0;
  std::optional<TimeMs> expires_ms;
  std::string description;
  bool disabled = false;
  std::string run;         // the id of the run's record that it was made for; empty: none
  bool suspended = false;  // nothing is heard of that run: refused until something is
};
struct NewAccessKey {
  KeyPair key;
  AccessKey about;
};

/// The cookie that holds a session's token.
inline constexpr std::string_view kSessionCookie = "anabranch_session";
inline constexpr TimeMs kSessionLifetimeMs = auth::kTokenLifetimeMs;

/// The lifetime of a run's key.
inline constexpr TimeMs kRunKeyLifetimeMaxMs = 7LL * 24 * 3600 * 1000;

/// Thread safety: every method from any thread. Tasks may be awaited on network threads.
class IdentityService {
 public:
  IdentityService(auth::Credentials& credentials, const Clock& clock, Workers& workers);

  /// Wrong secrets and signatures are counted per address and key (sign_in_guard.h); `address` is where the
  /// request came from, with the port of a connection of the client's own.

  /// An S3 request. nullopt: it carries no AWS signature (anonymous).
  /// Errors: invalid_access_key, signature_mismatch, clock_skew, expired, malformed, invalid_argument;
  /// access_denied (a URL that the server signed, for a key that is gone); unavailable where it must wait.
  Task<tl::expected<std::optional<Authenticated>, Refusal>> authenticate_s3(SignedRequest request,
                                                                            std::string address,
                                                                            std::string request_id);
  /// A REST request by its Authorization header (Basic or Bearer) or, where empty, a session token.
  /// Errors: unauthenticated, expired; unavailable where it must wait.
  Task<tl::expected<Caller, Refusal>> authenticate_rest(std::string authorization, std::string session_token,
                                                        std::string address, std::string request_id);
  /// Is what authenticate_rest() took good still? For answers that go on for long. Nothing is counted.
  Task<bool> is_good_still(std::string authorization, std::string session_token);

  struct Session {
    std::string user_id;
    std::string access_key_id;
    TimeMs expires_ms = 0;
  };
  struct Login {
    std::string token;
    Session session;
  };
  /// Errors: unauthenticated; unavailable where it must wait.
  Task<tl::expected<Login, Refusal>> login(std::string access_key_id, std::string secret_access_key,
                                           std::string address);
  /// Whose session a token is. Errors: unauthenticated (also where there is no token), expired.
  Task<Result<Session>> session(std::string token);
  /// The token is refused everywhere from now on, also after a restart. One that is not good, or was ended
  /// before, is no error. Errors: those of the store.
  Task<Result<void>> end_session(std::string token);
  /// An S3 request without a signature, by a session's token: its body counts as unsigned. Errors: as
  /// session().
  Task<Result<Authenticated>> authenticate_session(std::string token, std::string request_id);

  /// A key that is good for one repository and writes only to one branch of it. With a `binding` it ends with
  /// that very repository, is suspended (unavailable) while nothing is heard of that run, and ends with it.
  /// Errors: access_denied, invalid_argument (a lifetime over kRunKeyLifetimeMaxMs).
  Task<Result<NewAccessKey>> create_run_key(Caller caller, std::string repository, std::string branch,
                                            std::string run, TimeMs lifetime_ms,
                                            std::optional<auth::RunBinding> binding = std::nullopt);
  /// A key of the caller's own, with the caller's rights.
  Task<Result<NewAccessKey>> create_key(Caller caller, std::string description);
  /// Refused everywhere while it is disabled, its sessions too. Errors: not_found, not_allowed (the root
  /// key).
  Task<Result<AccessKey>> set_key_disabled(Caller caller, std::string access_key_id, bool disabled);
  Task<Result<void>> remove_key(Caller caller, std::string access_key_id);
  Task<Result<std::vector<AccessKey>>> list_keys(Caller caller);

  /// A URL that gets bucket/key with the caller's rights: signed with the caller's key, it ends with it. Ask
  /// first whether the object can be read. Errors: invalid_argument (seconds), those of the key.
  Task<Result<PresignedUrl>> presign_get(Caller caller, std::string bucket, std::string key,
                                         PresignRequest request, std::int64_t seconds);

 private:
  Task<tl::expected<Principal, Refusal>> check_pair(KeyPair pair, std::string address);

  auth::Credentials& credentials_;
  const Clock& clock_;
  Workers& workers_;
  SignInGuard guard_;
};

}  // namespace anabranch::service
