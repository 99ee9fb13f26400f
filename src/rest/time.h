// rest/time.h — points in time as JSON and queries spell them. Pure. Private to rest.
//
// Source: RFC 3339.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace anabranch::rest {

/// "2026-11-22T10:11:12Z", with or without a fraction (which is cut off) or an offset, to unix seconds;
/// without "Z" or an offset it is UTC. A blank stands for the plus that it may have been in a query. Errors:
/// invalid_argument: anything else, days that no calendar has and hours that no day has among them.
Result<std::int64_t> parse_time(std::string_view text);

}  // namespace anabranch::rest
