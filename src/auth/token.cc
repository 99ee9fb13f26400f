#include "auth/token.h"

#include <boost/json.hpp>

#include "base/hash.h"

namespace anabranch::auth {
namespace {

namespace json = boost::json;

constexpr TimeMs kMsPerSecond = 1000;
/// base64url of {"alg":"HS256","typ":"JWT"}, compared as text.
constexpr std::string_view kHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
constexpr std::size_t kTokenSizeMax = 8 * KiB;

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

Result<std::string> from_base64url(std::string_view text) {
  std::string padded(text);
  for (char& c : padded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (padded.size() % 4 != 0) padded.push_back('=');
  return from_base64(padded);
}

std::string signature_of(std::string_view signed_text, std::string_view token_key) {
  return to_base64url(hmac_sha256(token_key, signed_text));
}

tl::unexpected<Error> refuse() {
  return fail(ErrorCode::unauthenticated, "the token is not one of this server's");
}

}  // namespace

std::string make_token_key(std::string_view root_secret) {
  return hmac_sha256(root_secret, "anabranch bearer token v1");
}

std::string encode_token(const TokenClaims& claims, std::string_view token_key) {
  json::object payload{
      {"sub", claims.user_id}, {"key", claims.access_key_id}, {"exp", claims.expires_ms / kMsPerSecond}};
  if (!claims.session_id.empty()) payload.emplace("jti", claims.session_id);
  std::string token(kHeader);
  token.append(".").append(to_base64url(json::serialize(payload)));
  const std::string signature = signature_of(token, token_key);
  return token.append(".").append(signature);
}

Result<TokenClaims> decode_token(std::string_view token, std::string_view token_key, TimeMs now) {
  const std::size_t last_dot = token.rfind('.');
  if (token.size() > kTokenSizeMax || last_dot == std::string_view::npos || last_dot <= kHeader.size() ||
      !token.starts_with(kHeader) || token[kHeader.size()] != '.') {
    return refuse();
  }
  const std::string_view signed_text = token.substr(0, last_dot);
  if (!equal_constant_time(signature_of(signed_text, token_key), token.substr(last_dot + 1))) return refuse();

  // Only what this server signed gets here.
  const auto payload = from_base64url(signed_text.substr(kHeader.size() + 1));
  if (!payload) return refuse();
  json::error_code error;
  const json::value value = json::parse(json::string_view(payload->data(), payload->size()), error);
  const json::object* const object = error ? nullptr : value.if_object();
  if (object == nullptr) return refuse();
  const json::value* const user = object->if_contains("sub");
  const json::value* const key = object->if_contains("key");
  const json::value* const expires = object->if_contains("exp");
  if (user == nullptr || key == nullptr || expires == nullptr || !user->is_string() || !key->is_string() ||
      !expires->is_int64()) {
    return refuse();
  }
  const json::value* const id = object->if_contains("jti");
  if (id != nullptr && !id->is_string()) return refuse();
  const TimeMs expires_ms = expires->get_int64() * kMsPerSecond;
  if (now >= expires_ms) return fail(ErrorCode::expired, "the token has expired: log in again");
  return TokenClaims{
      std::string(user->get_string().c_str(), user->get_string().size()),
      std::string(key->get_string().c_str(), key->get_string().size()), expires_ms,
      id != nullptr ? std::string(id->get_string().c_str(), id->get_string().size()) : to_hex(sha256(token))};
}

}  // namespace anabranch::auth
