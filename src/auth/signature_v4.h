// auth/signature_v4.h — what checking and making version 4 signatures share, inside auth. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "auth/signature.h"

namespace anabranch::auth {

inline constexpr std::string_view kAlgorithmV4 = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
/// SHA-256 of no bytes.
inline constexpr std::string_view kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// How the path enters the canonical request: decoded and encoded again by AWS's rules, or as it was sent.
enum class PathForm : std::uint8_t { strict, as_sent };

/// Every header in `facts.signed_headers` must be in the request.
std::string canonical_request(const SignedRequest& request, const SignatureFacts& facts, PathForm form);
/// The signature in hex.
std::string signature_v4(std::string_view canonical, const SignatureFacts& facts,
                         std::string_view signing_key);

}  // namespace anabranch::auth
