// auth/signature_v2.h — AWS signature version 2, by header ("AWS id:signature") and by query, for old
// clients. Pure.
//
// Source: S3 developer guide, "Signing and authenticating REST requests" (signature version 2).
#pragma once

#include "auth/signature.h"

namespace anabranch::auth {

/// Errors: those of check_signature. Parameters outside the list of sub-resources are not signed by this
/// version.
Result<void> check_signature_v2(const SignedRequest& request, const SignatureFacts& facts,
                                std::string_view secret, TimeMs now);

}  // namespace anabranch::auth
