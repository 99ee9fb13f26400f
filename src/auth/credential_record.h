// auth/credential_record.h — credentials as kv holds them.
//
// Keys: "a/k/<access key id>" → one JSON object; "a/presigner" → the access key id that the server signs
// with. Value:
// {"version":1,"access_key_id":"","secret_access_key":"","user_id":"","created_ms":0,"expires_ms":0,
//         "policy":[{"allow":true,"actions":[""],"resources":[""]}],"description":"","disabled":true};
//         expires_ms and description are left out where there is none, disabled where it is not; a key of a
//         run has "run":{"repository":"","id":"","attempt":1,"uid":""} besides: uid is the repository's, and
//         not there in records of older versions; an empty id stands for a run without a record.
// "a/e/..." → sessions that were ended (ended_sessions.h).
// "a/y" → a counter that stays 0: committing a change to it waits for all that was committed before.
#pragma once

#include <string>
#include <string_view>

#include "auth/credentials.h"

namespace anabranch::auth {

inline constexpr std::string_view kCredentialPrefix = "a/k/";
inline constexpr std::string_view kPresignerKey = "a/presigner";
inline constexpr std::string_view kCredentialBarrierKey = "a/y";

std::string encode_credential(const Credential& credential);
/// Unknown members are skipped. Errors: corruption.
Result<Credential> decode_credential(std::string_view record);

}  // namespace anabranch::auth
