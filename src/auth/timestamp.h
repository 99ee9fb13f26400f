// auth/timestamp.h — the times that signatures carry: "20130524T000000Z" and the dates of HTTP headers. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace anabranch::auth {

/// "20130524T000000Z". `time` lies in the years 1970 to 9999.
std::string to_basic_timestamp(TimeMs time);
/// Exactly that form; nullopt for anything else.
std::optional<TimeMs> parse_basic_timestamp(std::string_view text);
/// "Tue, 27 Mar 2007 19:36:42 GMT" (or +0000, -0730, UTC; the day's name may be missing), or the basic form.
/// Source: RFC 9110, section 5.6.7; RFC 5322, section 3.3.
std::optional<TimeMs> parse_header_date(std::string_view text);

}  // namespace anabranch::auth
