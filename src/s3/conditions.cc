#include "s3/conditions.h"

#include <optional>

#include "s3/headers.h"

namespace anabranch::s3 {
namespace {

/// True if one of the comma-separated ETags (quoted or bare), or "*", is `etag`.
bool matches_any(std::string_view list, const std::string& etag) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item == "*" || unquoted(item) == etag) return true;
  }
  return false;
}

}  // namespace

Result<void> check_read_conditions(const http::Headers& headers, std::string_view prefix,
                                   const service::ObjectInfo& info) {
  const auto find = [&](std::string_view name) {
    return headers.find(std::string(prefix) + std::string(name));
  };
  const auto seconds = info.last_modified_ms / 1000;  // HTTP dates know no fractions
  const auto failed = [](std::string_view name) {
    return fail(ErrorCode::precondition_failed,
                "At least one of the pre-conditions you specified did not hold: " + std::string(name));
  };
  const auto unchanged = [&](std::string_view name) -> Result<void> {
    if (!prefix.empty()) return failed(name);
    return fail(ErrorCode::not_modified, "not modified: " + std::string(name));
  };
  // RFC 9110 lets a reader pass over a date that is none. Of a copy that would be another copy than was asked
  // for.
  const auto time_of = [&](const std::string& text, std::string_view name) -> Result<std::optional<TimeMs>> {
    const auto time = http::parse_http_date(text);
    if (time || prefix.empty()) return time;
    return fail(ErrorCode::invalid_argument,
                "The " + std::string(prefix) + std::string(name) + " header is no HTTP date: '" + text + "'");
  };
  if (const auto* if_match = find("if-match")) {
    if (!matches_any(*if_match, info.etag)) return failed("If-Match");
  } else if (const auto* since = find("if-unmodified-since")) {
    ANABRANCH_TRY(const auto time, time_of(*since, "if-unmodified-since"));
    if (time && seconds > *time / 1000) return failed("If-Unmodified-Since");
  }
  if (const auto* if_none_match = find("if-none-match")) {
    if (matches_any(*if_none_match, info.etag)) return unchanged("If-None-Match");
  } else if (const auto* since = find("if-modified-since")) {
    ANABRANCH_TRY(const auto time, time_of(*since, "if-modified-since"));
    if (time && seconds <= *time / 1000) return unchanged("If-Modified-Since");
  }
  return {};
}

}  // namespace anabranch::s3
