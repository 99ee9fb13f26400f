#include "service/identity_service.h"

#include <type_traits>
#include <utility>

#include "auth/canonical.h"
#include "service/presigned_url.h"

namespace anabranch::service {
namespace {

constexpr std::string_view kBearer = "Bearer ";

Refusal must_wait(TimeMs wait_ms) {
  constexpr TimeMs kMsPerSecond = 1000;
  const TimeMs seconds = (wait_ms + kMsPerSecond - 1) / kMsPerSecond;
  return {Error{ErrorCode::unavailable,
                "too many wrong secrets or signatures came for this access key: the next one "
                "is looked at in " +
                    std::to_string(seconds) + " s"},
          seconds * kMsPerSecond};
}

bool is_presigner(const auth::Credentials& credentials, const std::string& access_key_id) {
  const auto principal = credentials.principal(access_key_id);
  return principal && principal->user_id == auth::kPresignerUserId;
}

AccessKey about(const auth::Credential& credential) {
  return {credential.key.access_key_id,
          credential.user_id,
          credential.created_ms,
          credential.expires_ms,
          credential.description,
          credential.disabled,
          credential.run ? credential.run->id : std::string(),
          credential.suspended};
}

IdentityService::Session session_of(const auth::TokenHolder& holder) {
  return {holder.principal.user_id, holder.principal.access_key_id, holder.expires_ms};
}

Result<auth::TokenHolder> token_holder(const auth::Credentials& credentials, const std::string& token) {
  if (token.empty()) return fail(ErrorCode::unauthenticated, "the request carries no session");
  return credentials.authenticate_token(token);
}

Result<Principal> rest_principal(const auth::Credentials& credentials, const std::string& authorization,
                                 const std::string& session_token) {
  const bool by_bearer = authorization.starts_with(kBearer);
  if (!authorization.empty() && !by_bearer) return credentials.authenticate_basic(authorization);
  const std::string_view token =
      by_bearer ? std::string_view(authorization).substr(kBearer.size()) : std::string_view(session_token);
  if (token.empty()) return fail(ErrorCode::unauthenticated, "the request carries no credentials");
  ANABRANCH_TRY(auto holder, credentials.authenticate_token(token));
  return std::move(holder.principal);
}

/// Changes of credentials read kv on the thread that begins them: that is none of the network's.
template <class Start>
auto on_pool(Workers& workers, Start start) -> std::invoke_result_t<Start&> {
  auto task = on_workers(workers, [&start] { return block_on(start()); });
  co_return co_await std::move(task);
}

/// Who asked for a URL that the server signed with its own key.
Result<Principal> asking_principal(const auth::Credentials& credentials, const SignedRequest& request) {
  for (const auto& parameter : auth::split_query(request.query)) {
    if (parameter.name != kAskedByParameter) continue;
    auto principal = credentials.principal(parameter.value);
    if (principal || principal.error().code != ErrorCode::invalid_access_key) return principal;
    return fail(ErrorCode::access_denied, "the access key that asked for this URL was removed or disabled");
  }
  return fail(ErrorCode::access_denied, "the URL does not say which access key asked for it");
}

}  // namespace

IdentityService::IdentityService(auth::Credentials& credentials, const Clock& clock, Workers& workers)
    : credentials_(credentials), clock_(clock), workers_(workers), guard_(clock) {}

Task<tl::expected<std::optional<Authenticated>, Refusal>> IdentityService::authenticate_s3(
    SignedRequest request, std::string address, std::string request_id) {
  auto facts = auth::parse_signature(request);
  if (!facts) co_return fail(std::move(facts).error());
  if (!*facts) co_return std::optional<Authenticated>();
  const std::string& key = (*facts)->access_key_id;
  if (const TimeMs wait_ms = guard_.wait(address, key); wait_ms > 0) {
    co_return tl::unexpected(must_wait(wait_ms));
  }
  bool by_server = false;
  const auto check = [this, &request, &facts, &by_server]() -> Result<auth::Credentials::Identity> {
    ANABRANCH_TRY(auto identity, credentials_.authenticate(request, **facts));
    by_server = identity.principal.user_id == auth::kPresignerUserId;
    if (by_server) {
      ANABRANCH_TRY(identity.principal, asking_principal(credentials_, request));
    }
    return identity;
  };
  auto task = inline_or_on(workers_, check);
  auto identity = co_await std::move(task);
  // The server's own key is nobody's to guess: its id stands in URLs that many hold.
  if (!identity && identity.error().code == ErrorCode::signature_mismatch &&
      !is_presigner(credentials_, key)) {
    guard_.failed(address, key, SignInGuard::Proof::signature, true);
  }
  if (!identity) co_return fail(std::move(identity).error());
  if (!by_server) guard_.succeeded(address, key);
  const bool writes = request.method != "GET" && request.method != "HEAD";
  co_return std::optional<Authenticated>(
      Authenticated{Caller{std::move(identity->principal), std::move(request_id), by_server && writes},
                    std::move(identity->facts), std::move(identity->signing_key)});
}

Task<tl::expected<Principal, Refusal>> IdentityService::check_pair(KeyPair pair, std::string address) {
  const std::string& key = pair.access_key_id;
  if (const TimeMs wait_ms = guard_.wait(address, key); wait_ms > 0) {
    co_return tl::unexpected(must_wait(wait_ms));
  }
  bool key_exists = true;
  const auto check = [this, &pair, &key_exists]() -> Result<Principal> {
    auto principal = credentials_.authenticate_pair(pair.access_key_id, pair.secret_access_key);
    if (principal || principal.error().code != ErrorCode::unauthenticated) return principal;
    const auto found = credentials_.find(pair.access_key_id);
    if (!found && found.error().code == ErrorCode::would_block) return fail(found.error());
    key_exists = found.has_value();
    return principal;
  };
  auto task = inline_or_on(workers_, check);
  auto principal = co_await std::move(task);
  if (principal) {
    guard_.succeeded(address, key);
  } else if (principal.error().code == ErrorCode::unauthenticated) {
    guard_.failed(address, key, SignInGuard::Proof::secret, key_exists);
  }
  if (!principal) co_return fail(std::move(principal).error());
  co_return *std::move(principal);
}

Task<tl::expected<Caller, Refusal>> IdentityService::authenticate_rest(std::string authorization,
                                                                       std::string session_token,
                                                                       std::string address,
                                                                       std::string request_id) {
  if (!authorization.empty() && !authorization.starts_with(kBearer)) {
    auto pair = auth::Credentials::parse_basic(authorization);
    if (!pair) co_return fail(std::move(pair).error());
    auto checking = check_pair(*std::move(pair), std::move(address));
    auto principal = co_await std::move(checking);
    if (!principal) co_return tl::unexpected(std::move(principal).error());
    co_return Caller{*std::move(principal), std::move(request_id)};
  }
  // Tokens are not counted: none can be guessed, and a session goes on whatever others try with its key.
  const auto check = [this, &authorization, &session_token] {
    return rest_principal(credentials_, authorization, session_token);
  };
  auto task = inline_or_on(workers_, check);
  auto principal = co_await std::move(task);
  if (!principal) co_return fail(std::move(principal).error());
  co_return Caller{*std::move(principal), std::move(request_id)};
}

Task<bool> IdentityService::is_good_still(std::string authorization, std::string session_token) {
  const auto check = [this, &authorization, &session_token] {
    return rest_principal(credentials_, authorization, session_token);
  };
  auto task = inline_or_on(workers_, check);
  const auto principal = co_await std::move(task);
  co_return principal.has_value();
}

Task<tl::expected<IdentityService::Login, Refusal>> IdentityService::login(std::string access_key_id,
                                                                           std::string secret_access_key,
                                                                           std::string address) {
  KeyPair pair{std::move(access_key_id), std::move(secret_access_key)};
  auto checking = check_pair(std::move(pair), std::move(address));
  auto principal = co_await std::move(checking);
  if (!principal) co_return tl::unexpected(std::move(principal).error());
  std::string token = credentials_.make_token(*principal);
  const auto check = [this, &token] { return credentials_.authenticate_token(token); };
  auto task = inline_or_on(workers_, check);
  auto holder = co_await std::move(task);
  if (!holder) co_return fail(std::move(holder).error());
  co_return Login{std::move(token), session_of(*holder)};
}

Task<Result<IdentityService::Session>> IdentityService::session(std::string token) {
  const auto check = [this, &token] { return token_holder(credentials_, token); };
  auto task = inline_or_on(workers_, check);
  auto holder = co_await std::move(task);
  if (!holder) co_return fail(std::move(holder).error());
  co_return session_of(*holder);
}

Task<Result<void>> IdentityService::end_session(std::string token) {
  const auto check = [this, &token] { return token_holder(credentials_, token); };
  auto task = inline_or_on(workers_, check);
  auto holder = co_await std::move(task);
  if (!holder) {
    const ErrorCode why = holder.error().code;
    if (why == ErrorCode::unauthenticated || why == ErrorCode::expired) co_return Result<void>{};
    co_return fail(std::move(holder).error());
  }
  auto ending = credentials_.end_token(std::move(token));
  co_return co_await std::move(ending);
}

Task<Result<Authenticated>> IdentityService::authenticate_session(std::string token, std::string request_id) {
  const auto check = [this, &token] { return token_holder(credentials_, token); };
  auto task = inline_or_on(workers_, check);
  auto holder = co_await std::move(task);
  if (!holder) co_return fail(std::move(holder).error());
  Authenticated authenticated{{std::move(holder->principal), std::move(request_id)}, {}, {}};
  authenticated.facts.payload_hash = "UNSIGNED-PAYLOAD";
  co_return authenticated;
}

Task<Result<NewAccessKey>> IdentityService::create_run_key(Caller caller, std::string repository,
                                                           std::string branch, std::string run,
                                                           TimeMs lifetime_ms,
                                                           std::optional<auth::RunBinding> binding) {
  const Resource resource = Resource::repository(repository, branch);
  auto allowed = auth::authorize(caller.principal, Action::manage_credentials, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  if (lifetime_ms <= 0 || lifetime_ms > kRunKeyLifetimeMaxMs) {
    co_return fail(ErrorCode::invalid_argument,
                   "ttl_seconds must be between 1 and " + std::to_string(kRunKeyLifetimeMaxMs / 1000));
  }
  // Those of runs that are over.
  auto sweeping = on_pool(workers_, [this] { return credentials_.remove_expired(); });
  auto swept = co_await std::move(sweeping);
  if (!swept) co_return fail(std::move(swept).error());
  auto task = credentials_.create("run/" + run, auth::Policy::run(repository, branch),
                                  clock_.now_ms() + lifetime_ms, {}, std::move(binding));
  auto credential = co_await std::move(task);
  if (!credential) co_return fail(std::move(credential).error());
  co_return NewAccessKey{credential->key, about(*credential)};
}

Task<Result<NewAccessKey>> IdentityService::create_key(Caller caller, std::string description) {
  auto allowed = auth::authorize(caller.principal, Action::manage_credentials, Resource::server());
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = credentials_.create(caller.principal.user_id, caller.principal.policy, std::nullopt,
                                  std::move(description));
  auto credential = co_await std::move(task);
  if (!credential) co_return fail(std::move(credential).error());
  co_return NewAccessKey{credential->key, about(*credential)};
}

Task<Result<AccessKey>> IdentityService::set_key_disabled(Caller caller, std::string access_key_id,
                                                          bool disabled) {
  auto allowed = auth::authorize(caller.principal, Action::manage_credentials, Resource::server());
  if (!allowed) co_return fail(std::move(allowed).error());
  auto task = on_pool(workers_, [this, access_key_id, disabled] {
    return credentials_.set_disabled(access_key_id, disabled);
  });
  auto changed = co_await std::move(task);
  if (!changed) co_return fail(std::move(changed).error());
  co_return about(*changed);
}

Task<Result<void>> IdentityService::remove_key(Caller caller, std::string access_key_id) {
  // Whoever holds a key may give it up: a run ends its own.
  if (caller.principal.access_key_id != access_key_id) {
    auto allowed = auth::authorize(caller.principal, Action::manage_credentials, Resource::server());
    if (!allowed) co_return fail(std::move(allowed).error());
  }
  auto task = on_pool(workers_, [this, access_key_id] { return credentials_.remove(access_key_id); });
  co_return co_await std::move(task);
}

Task<Result<std::vector<AccessKey>>> IdentityService::list_keys(Caller caller) {
  auto allowed = auth::authorize(caller.principal, Action::manage_credentials, Resource::server());
  if (!allowed) co_return fail(std::move(allowed).error());
  auto sweeping = on_pool(workers_, [this] { return credentials_.remove_expired(); });
  auto swept = co_await std::move(sweeping);
  if (!swept) co_return fail(std::move(swept).error());
  const auto read = [this] { return credentials_.list(); };
  auto task = inline_or_on(workers_, read);
  auto credentials = co_await std::move(task);
  if (!credentials) co_return fail(std::move(credentials).error());
  std::vector<AccessKey> keys;
  keys.reserve(credentials->size());
  for (const auto& credential : *credentials) keys.push_back(about(credential));
  co_return keys;
}

Task<Result<PresignedUrl>> IdentityService::presign_get(Caller caller, std::string bucket, std::string key,
                                                        PresignRequest request, std::int64_t seconds) {
  if (seconds < 1 || seconds > auth::kPresignedSecondsMax) {
    co_return fail(ErrorCode::invalid_argument,
                   "expires_seconds must be between 1 and " + std::to_string(auth::kPresignedSecondsMax));
  }
  const auto find = [this, &caller] { return credentials_.find(caller.principal.access_key_id); };
  auto task = inline_or_on(workers_, find);
  auto credential = co_await std::move(task);
  if (!credential) co_return fail(std::move(credential).error());
  const TimeMs now = clock_.now_ms();
  const std::string path = "/" + bucket + "/" + key;
  co_return PresignedUrl{make_presigned_url("GET", request, path, credential->key, now, seconds),
                         now / 1000 + seconds};
}

}  // namespace anabranch::service
