// service/presigned_url.h — a URL that does one thing to one object, whoever holds it. Private to service.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "service/types.h"

namespace anabranch::service {

/// `path` is "/bucket/key", not encoded yet. `seconds` as kPresignedSecondsMax has it.
std::string make_presigned_url(std::string_view method, const std::string& endpoint, const std::string& path,
                               const KeyPair& key, TimeMs now, std::int64_t seconds);

}  // namespace anabranch::service
