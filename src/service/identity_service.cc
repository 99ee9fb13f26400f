#include "service/identity_service.h"

#include <utility>

#include "auth/canonical.h"
#include "service/presigned_url.h"

namespace anabranch::service {
namespace {

AccessKey about(const auth::Credential& credential) {
  return {credential.key.access_key_id, credential.user_id,     credential.created_ms,
          credential.expires_ms,        credential.description, credential.disabled};
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
  constexpr std::string_view kBearer = "Bearer ";
  const bool by_bearer = authorization.starts_with(kBearer);
  if (!authorization.empty() && !by_bearer) return credentials.authenticate_basic(authorization);
  const std::string_view token =
      by_bearer ? std::string_view(authorization).substr(kBearer.size()) : std::string_view(session_token);
  if (token.empty()) return fail(ErrorCode::unauthenticated, "the request carries no credentials");
  ANABRANCH_TRY(auto holder, credentials.authenticate_token(token));
  return std::move(holder.principal);
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
    : credentials_(credentials), clock_(clock), workers_(workers), sign_ins_(clock) {}

Task<Result<std::optional<Authenticated>>> IdentityService::authenticate_s3(SignedRequest request,
                                                                            std::string request_id) {
  using Identity = auth::Credentials::Identity;
  bool by_server = false;
  const auto check = [this, &request, &by_server]() -> Result<std::optional<Identity>> {
    ANABRANCH_TRY(auto identity, credentials_.authenticate(request));
    if (identity && identity->principal.user_id == auth::kPresignerUserId) {
      by_server = true;
      ANABRANCH_TRY(identity->principal, asking_principal(credentials_, request));
    }
    return identity;
  };
  auto task = inline_or_on(workers_, check);
  auto identity = co_await std::move(task);
  if (!identity) co_return fail(std::move(identity).error());
  if (!*identity) co_return std::optional<Authenticated>();
  auth::Credentials::Identity& found = **identity;
  co_return std::optional<Authenticated>(
      Authenticated{Caller{std::move(found.principal), std::move(request_id),
                           by_server && request.method != "GET" && request.method != "HEAD"},
                    std::move(found.facts), std::move(found.signing_key)});
}

Task<Result<Caller>> IdentityService::authenticate_rest(std::string authorization, std::string session_token,
                                                        std::string request_id) {
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

Task<Result<IdentityService::Login>> IdentityService::login(std::string access_key_id,
                                                            std::string secret_access_key,
                                                            std::string address) {
  if (const TimeMs wait_ms = sign_ins_.admit(address, access_key_id); wait_ms > 0) {
    co_return Login{{}, {}, wait_ms};
  }
  const auto check = [this, &access_key_id, &secret_access_key] {
    return credentials_.authenticate_pair(access_key_id, secret_access_key);
  };
  auto task = inline_or_on(workers_, check);
  auto principal = co_await std::move(task);
  if (!principal) {
    if (principal.error().code != ErrorCode::unauthenticated) sign_ins_.forgive(address, access_key_id);
    co_return fail(std::move(principal).error());
  }
  sign_ins_.accept(address, access_key_id);
  std::string token = credentials_.make_token(*principal);
  auto holder = credentials_.authenticate_token(token);
  if (!holder) co_return fail(std::move(holder).error());
  co_return Login{std::move(token), session_of(*holder), 0};
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
                                                           TimeMs lifetime_ms) {
  const Resource resource = Resource::repository(repository, branch);
  auto allowed = auth::authorize(caller.principal, Action::manage_credentials, resource);
  if (!allowed) co_return fail(std::move(allowed).error());
  if (lifetime_ms <= 0 || lifetime_ms > kRunKeyLifetimeMaxMs) {
    co_return fail(ErrorCode::invalid_argument,
                   "ttl_seconds must be between 1 and " + std::to_string(kRunKeyLifetimeMaxMs / 1000));
  }
  auto sweeping = credentials_.remove_expired();  // those of runs that are over
  auto swept = co_await std::move(sweeping);
  if (!swept) co_return fail(std::move(swept).error());
  auto task =
      credentials_.create("run/" + run, auth::Policy::run(repository, branch), clock_.now_ms() + lifetime_ms);
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
  auto task = credentials_.set_disabled(std::move(access_key_id), disabled);
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
  auto task = credentials_.remove(std::move(access_key_id));
  co_return co_await std::move(task);
}

Task<Result<std::vector<AccessKey>>> IdentityService::list_keys(Caller caller) {
  auto allowed = auth::authorize(caller.principal, Action::manage_credentials, Resource::server());
  if (!allowed) co_return fail(std::move(allowed).error());
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
  co_return PresignedUrl{make_presigned_url("GET", request.endpoint, path, credential->key, now, seconds),
                         now / 1000 + seconds};
}

}  // namespace anabranch::service
