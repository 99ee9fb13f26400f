// service/presigned_url.h — a URL that does one thing to one object, whoever holds it. Private to service.
//
// Those that the server signs with a key of its own, because they reach an address that the asking key itself
// has no right to, name the asking key in a signed parameter. At use that key must be good still, and may do
// then what it asked for.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "service/types.h"

namespace anabranch::service {

/// Holds the id of the access key that asked for the URL.
inline constexpr std::string_view kAskedByParameter = "X-Anabranch-Asked-By";

/// `path` is "/bucket/key", not encoded yet. `seconds` as kPresignedSecondsMax has it. `asked_by`: an access
/// key id, where `key` is the server's own; else empty.
std::string make_presigned_url(std::string_view method, const PresignRequest& request,
                               const std::string& path, const KeyPair& key, TimeMs now, std::int64_t seconds,
                               std::string_view asked_by = {});

}  // namespace anabranch::service
