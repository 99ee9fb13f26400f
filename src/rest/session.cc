// Sessions of browsers: an access key given once, then a cookie that scripts cannot read. docs/adr/0007.
#include "http/browser.h"
#include "rest/call.h"
#include "rest/errors.h"
#include "rest/json.h"

namespace anabranch::rest {
namespace {

namespace json = boost::json;

constexpr std::string_view kOlderCookie = "internal_auth_session";  // lakeFS's

json::object to_json(const service::IdentityService::Session& session) {
  return {{"user_id", session.user_id},
          {"access_key_id", session.access_key_id},
          {"expires_ms", session.expires_ms}};
}

std::string cookie_of(const Call& call, std::string_view token, TimeMs lifetime_ms) {
  std::string cookie = std::string(service::kSessionCookie) + "=" + std::string(token) +
                       "; HttpOnly; SameSite=Strict; Path=/; Max-Age=" + std::to_string(lifetime_ms / 1000);
  if (http::equal_ignoring_case(call.request.headers.get("X-Forwarded-Proto"), "https")) cookie += "; Secure";
  return cookie;
}

/// Else another site could sign its visitors in as somebody else, or out.
http::Response refuse_other_origin() {
  return message_response(403,
                          "sessions begin and end on pages of this server: the request is not same-origin");
}

Task<http::Response> begin(const Services& services, Call call) {
  if (http::is_cross_origin(call.request)) co_return refuse_other_origin();
  auto task = sign_in(services, call);
  auto signed_in = co_await std::move(task);
  if (!signed_in) co_return std::move(signed_in).error();
  http::Response response = json_response(200, to_json(signed_in->session));
  response.headers.add("Set-Cookie", cookie_of(call, signed_in->token, service::kSessionLifetimeMs));
  response.headers.add("Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> show(const Services& services, Call call) {
  auto task = services.identity.session(std::string(session_token(call.request)));
  auto session = co_await std::move(task);
  if (!session) co_return error_response(session.error());
  http::Response response = json_response(200, to_json(*session));
  response.headers.add("Cache-Control", "no-store");
  co_return response;
}

/// The request's session is over wherever its token was copied to: the cookie's, and that of a bearer.
Task<http::Response> end(const Services& services, Call call) {
  if (http::is_cross_origin(call.request)) co_return refuse_other_origin();
  constexpr std::string_view kBearer = "Bearer ";
  std::vector<std::string> tokens;
  for (const std::string_view name : {service::kSessionCookie, kOlderCookie}) {
    tokens.emplace_back(http::cookie(call.request, name));
  }
  const std::string_view authorization = call.request.headers.get("Authorization");
  if (authorization.starts_with(kBearer)) tokens.emplace_back(authorization.substr(kBearer.size()));
  for (auto& token : tokens) {
    auto task = services.identity.end_session(std::move(token));
    auto ended = co_await std::move(task);
    if (!ended) co_return error_response(ended.error());
  }
  http::Response response = empty_response(204);
  response.headers.add("Set-Cookie", cookie_of(call, "", 0));
  co_return response;
}

}  // namespace

std::string_view session_token(const http::Request& request) {
  const std::string_view token = http::cookie(request, service::kSessionCookie);
  return token.empty() ? http::cookie(request, kOlderCookie) : token;
}

http::Response refusal_response(const service::Refusal& refusal) {
  if (refusal.retry_after_ms == 0) return error_response(refusal);
  http::Response response = message_response(429, refusal.message);
  response.headers.add("Retry-After", std::to_string(refusal.retry_after_ms / 1000));
  return response;
}

Task<tl::expected<service::IdentityService::Login, http::Response>> sign_in(const Services& services,
                                                                            Call& call) {
  auto read = read_json(call.request);
  auto body = co_await std::move(read);
  if (!body) co_return tl::unexpected(error_response(body.error()));
  auto access_key_id = required_string(*body, "access_key_id");
  auto secret = required_string(*body, "secret_access_key");
  if (!access_key_id) co_return tl::unexpected(error_response(access_key_id.error()));
  if (!secret) co_return tl::unexpected(error_response(secret.error()));
  auto task =
      services.identity.login(*std::move(access_key_id), *std::move(secret), call.request.remote_address);
  auto login = co_await std::move(task);
  if (!login) co_return tl::unexpected(refusal_response(login.error()));
  co_return *std::move(login);
}

Routes session_routes() {
  return {
      {"POST", "/session", begin, true},
      {"GET", "/session", show, true},
      {"DELETE", "/session", end, true},
  };
}

}  // namespace anabranch::rest
