// http/range.h — one byte range of a Range header. Source: RFC 9110, section 14.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace anabranch::http {

/// Bytes [offset, offset + size) of a representation; size > 0 unless the representation is empty.
struct ByteRange {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
  /// "bytes 0-9/100"
  std::string content_range(std::uint64_t whole_bytes) const {
    return "bytes " + std::to_string(offset_bytes) + "-" + std::to_string(offset_bytes + size_bytes - 1) +
           "/" + std::to_string(whole_bytes);
  }
};

/// What "bytes=0-9", "bytes=5-" or "bytes=-5" means for a representation of `whole_bytes`. nullopt: the
/// header is not a single byte range (other units, several ranges, nonsense), to be ignored as the RFC says.
/// Errors: invalid_range (beyond the end, or an empty suffix).
inline Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t whole_bytes) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::optional<ByteRange>();
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos)
    return std::optional<ByteRange>();
  const auto number = [](std::string_view text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  const auto unsatisfiable = [&] {
    return fail(ErrorCode::invalid_range,
                "range '" + std::string(header) + "' lies outside " + std::to_string(whole_bytes) + " bytes");
  };
  const std::string_view first_text = header.substr(0, dash);
  const std::string_view last_text = header.substr(dash + 1);
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (first_text.empty()) {
    std::uint64_t suffix = 0;
    if (!number(last_text, suffix)) return std::optional<ByteRange>();
    if (suffix == 0 || whole_bytes == 0) return unsatisfiable();
    if (suffix > whole_bytes) suffix = whole_bytes;
    return std::optional<ByteRange>({whole_bytes - suffix, suffix});
  }
  if (!number(first_text, first)) return std::optional<ByteRange>();
  if (last_text.empty()) {
    last = whole_bytes == 0 ? 0 : whole_bytes - 1;
  } else if (!number(last_text, last) || last < first) {
    return std::optional<ByteRange>();
  }
  if (first >= whole_bytes) return unsatisfiable();
  if (last >= whole_bytes) last = whole_bytes - 1;
  return std::optional<ByteRange>({first, last - first + 1});
}

}  // namespace anabranch::http
