#include "rest/time.h"

#include <charconv>
#include <chrono>
#include <optional>

namespace anabranch::rest {
namespace {

/// Takes pieces off the front of a text; what is not there makes the rest of the answers `false`.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool is_at_end() const { return rest_.empty(); }
  bool take_one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `size` digits, as a number from `min` to `max`.
  std::optional<int> take_number(std::size_t size, int min, int max) {
    const std::string_view digits = rest_.substr(0, size);
    if (digits.size() != size || digits.find_first_not_of(kDigits) != std::string_view::npos) return {};
    int value = 0;
    std::from_chars(digits.data(), digits.data() + size, value);
    if (value < min || value > max) return {};
    rest_.remove_prefix(size);
    return value;
  }
  bool take_digits() {
    const auto end = std::min(rest_.find_first_not_of(kDigits), rest_.size());
    rest_.remove_prefix(end);
    return end > 0;
  }

 private:
  static constexpr std::string_view kDigits = "0123456789";
  std::string_view rest_;
};

constexpr int kYearMax = 9999;

std::optional<std::chrono::sys_days> take_day(Reader& reader) {
  const auto year = reader.take_number(4, 0, kYearMax);
  if (!year || !reader.take_one_of("-")) return {};
  const auto month = reader.take_number(2, 1, 12);
  if (!month || !reader.take_one_of("-")) return {};
  const auto day = reader.take_number(2, 1, 31);
  if (!day) return {};
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return {};
  return std::chrono::sys_days(date);
}

std::optional<std::chrono::seconds> take_time(Reader& reader) {
  const auto hours = reader.take_number(2, 0, 23);
  if (!hours || !reader.take_one_of(":")) return {};
  const auto minutes = reader.take_number(2, 0, 59);
  if (!minutes || !reader.take_one_of(":")) return {};
  const auto seconds = reader.take_number(2, 0, 60);  // 60: a leap second
  if (!seconds || (reader.take_one_of(".") && !reader.take_digits())) return {};
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
}

/// East of UTC.
std::optional<std::chrono::seconds> take_offset(Reader& reader) {
  if (reader.is_at_end() || reader.take_one_of("Zz")) return std::chrono::seconds(0);
  const bool west = reader.take_one_of("-");
  if (!west && !reader.take_one_of("+ ")) return {};
  const auto hours = reader.take_number(2, 0, 23);
  if (!hours || !reader.take_one_of(":")) return {};
  const auto minutes = reader.take_number(2, 0, 59);
  if (!minutes) return {};
  const std::chrono::seconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -offset : offset;
}

}  // namespace

Result<std::int64_t> parse_time(std::string_view text) {
  Reader reader(text);
  const auto day = take_day(reader);
  const bool parted = day && reader.take_one_of("Tt ");
  const auto time = parted ? take_time(reader) : std::nullopt;
  const auto offset = time ? take_offset(reader) : std::nullopt;
  if (!offset || !reader.is_at_end()) {
    return fail(ErrorCode::invalid_argument,
                "time '" + std::string(text) + "' is not as RFC 3339 has it: 2026-11-22T10:11:12Z");
  }
  return std::chrono::seconds(day->time_since_epoch() + *time - *offset).count();
}

}  // namespace anabranch::rest
