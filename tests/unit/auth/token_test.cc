// What this proves: a bearer token is good as it was given out, until it expires, and in no other form.
#include "auth/token.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace anabranch::auth {
namespace {

constexpr TimeMs kNow = 1'700'000'000'000;
const TokenClaims kClaims{"run/sweep \"1\" \u20AC", "AKIA", kNow + 60'000};

TEST(Token, GivesItsClaimsBackUntilItExpires) {
  const std::string key = make_token_key("root secret");
  const std::string token = encode_token(kClaims, key);

  const auto claims = decode_token(token, key, kNow + 59'999);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user_id, kClaims.user_id);
  EXPECT_EQ(claims->access_key_id, kClaims.access_key_id);
  EXPECT_EQ(claims->expires_ms, kClaims.expires_ms);
  EXPECT_EQ(decode_token(token, key, kNow + 60'000).error().code, ErrorCode::expired);
}

TEST(Token, AnyChangedCharacterIsRefused) {
  const std::string key = make_token_key("root secret");
  const std::string token = encode_token(kClaims, key);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(decode_token(changed, key, kNow).error().code, ErrorCode::unauthenticated) << "at " << i;
    EXPECT_EQ(decode_token(token.substr(0, i), key, kNow).error().code, ErrorCode::unauthenticated)
        << "cut at " << i;
  }
  EXPECT_FALSE(decode_token(token + "=", key, kNow));
}

TEST(Token, AnotherRootSecretRefusesIt) {
  const std::string token = encode_token(kClaims, make_token_key("root secret"));
  EXPECT_FALSE(decode_token(token, make_token_key("another"), kNow));
}

TEST(Token, UnsignedAlgorithmsAndSignedNonsenseAreRefused) {
  const std::string key = make_token_key("root secret");
  // {"alg":"none"} with no signature; and payloads that are signed well but are not claims.
  EXPECT_FALSE(decode_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.", key, kNow));
  for (const char* payload : {"", "e30", "bm90IGpzb24", "!!!!", "W10"}) {
    std::string token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + std::string(payload);
    std::string mac = to_base64(hmac_sha256(key, token));
    while (mac.ends_with('=')) mac.pop_back();
    for (char& c : mac) c = c == '+' ? '-' : c == '/' ? '_' : c;
    EXPECT_EQ(decode_token(token + "." + mac, key, kNow).error().code, ErrorCode::unauthenticated) << payload;
  }
}

}  // namespace
}  // namespace anabranch::auth
