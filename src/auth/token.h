// auth/token.h — bearer tokens: JSON Web Tokens of one fixed kind (HS256). Pure.
//
// Source: RFC 7519 (claims), RFC 7515 (signature). No other algorithm is read: "alg" is never believed.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace anabranch::auth {

struct TokenClaims {
  std::string user_id;
  std::string access_key_id;
  TimeMs expires_ms = 0;        // to the second
  std::string session_id = {};  // tells this token from all others ("jti")
};

/// The key that tokens are signed with; another use of the secret never yields it.
std::string make_token_key(std::string_view root_secret);
std::string encode_token(const TokenClaims& claims, std::string_view token_key);
/// A token of an older server, without an id, has one that follows from its text. Errors: unauthenticated
/// (not ours, or changed), expired.
Result<TokenClaims> decode_token(std::string_view token, std::string_view token_key, TimeMs now);

}  // namespace anabranch::auth
