#include "http/range.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "http/message.h"

namespace anabranch::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// 1*DIGIT; what no integer holds is the greatest one. nullopt: not a number.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, value);
  if (end != text_end || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? std::numeric_limits<std::uint64_t>::max() : value;
}

}  // namespace

Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t whole_bytes) {
  constexpr std::string_view kUnit = "bytes=";
  const std::optional<ByteRange> whole;
  if (header.size() < kUnit.size() || !equal_ignoring_case(header.substr(0, kUnit.size()), kUnit))
    return whole;
  const std::string_view range = trimmed(header.substr(kUnit.size()));
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return whole;
  const auto unsatisfiable = [&] {
    return fail(ErrorCode::invalid_range,
                "range '" + std::string(header) + "' lies outside " + std::to_string(whole_bytes) + " bytes");
  };
  const std::string_view first_text = range.substr(0, dash);
  const auto last = number(range.substr(dash + 1));
  if (first_text.empty()) {
    if (!last) return whole;
    if (*last == 0) return unsatisfiable();
    if (whole_bytes == 0) return whole;
    const std::uint64_t size = std::min(*last, whole_bytes);
    return std::optional<ByteRange>({whole_bytes - size, size});
  }
  const auto first = number(first_text);
  const bool is_open = dash + 1 == range.size();
  if (!first || (!is_open && (!last || *last < *first))) return whole;
  if (*first >= whole_bytes) return unsatisfiable();
  const std::uint64_t end = is_open || *last >= whole_bytes ? whole_bytes : *last + 1;
  return std::optional<ByteRange>({*first, end - *first});
}

bool if_range_holds(std::string_view header, std::string_view etag, std::int64_t last_modified_ms) {
  constexpr std::int64_t kMsPerSecond = 1000;
  const std::string_view validator = trimmed(header);
  if (validator.starts_with("W/")) return false;
  if (validator.size() >= 2 && validator.starts_with('"') && validator.ends_with('"')) {
    return validator.substr(1, validator.size() - 2) == etag;
  }
  if (const auto date = parse_http_date(validator)) {
    return *date / kMsPerSecond == last_modified_ms / kMsPerSecond;
  }
  return validator == etag;  // without its quotes, as S3's clients may send any ETag
}

}  // namespace anabranch::http
