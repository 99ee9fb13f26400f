#include "auth/timestamp.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace anabranch::auth {
namespace {

constexpr TimeMs kMsPerSecond = 1000;
constexpr int kYearMin = 1970;

/// Takes digits, words and signs off the front of a text; each step says whether it found what it wanted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool digits(std::size_t count_min, std::size_t count_max, int& out) {
    std::size_t count = 0;
    out = 0;
    while (count < count_max && count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      out = out * 10 + (rest_[count++] - '0');
    }
    rest_.remove_prefix(count);
    return count >= count_min;
  }
  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool blanks() {
    const std::size_t count = std::min(rest_.find_first_not_of(' '), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool month(int& out) {
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (literal(kMonths[i])) {
        out = static_cast<int>(i) + 1;
        return true;
      }
    }
    return false;
  }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<TimeMs> to_time(const Fields& fields, int offset_minutes) {
  const std::chrono::year_month_day date{std::chrono::year(fields.year),
                                         std::chrono::month(static_cast<unsigned>(fields.month)),
                                         std::chrono::day(static_cast<unsigned>(fields.day))};
  // 60: a leap second, which clients may send.
  if (!date.ok() || fields.year < kYearMin || fields.hour > 23 || fields.minute > 59 || fields.second > 60) {
    return std::nullopt;
  }
  const TimeMs days = std::chrono::sys_days(date).time_since_epoch().count();
  const TimeMs minutes = (days * 24 + fields.hour) * 60 + fields.minute - offset_minutes;
  return (minutes * 60 + fields.second) * kMsPerSecond;
}

}  // namespace

std::string to_basic_timestamp(TimeMs time) {
  const std::chrono::sys_seconds seconds(
      std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(time)));
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", int(date.year()),
                                 unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                                 int(clock.minutes().count()), int(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<TimeMs> parse_basic_timestamp(std::string_view text) {
  Scanner scan(text);
  Fields fields;
  const bool ok = scan.digits(4, 4, fields.year) && scan.digits(2, 2, fields.month) &&
                  scan.digits(2, 2, fields.day) && scan.literal("T") && scan.digits(2, 2, fields.hour) &&
                  scan.digits(2, 2, fields.minute) && scan.digits(2, 2, fields.second) && scan.literal("Z") &&
                  scan.at_end();
  return ok ? to_time(fields, 0) : std::nullopt;
}

std::optional<TimeMs> parse_header_date(std::string_view text) {
  if (const auto basic = parse_basic_timestamp(text)) return basic;
  if (const auto comma = text.find(','); comma != std::string_view::npos) text.remove_prefix(comma + 1);

  Scanner scan(text);
  scan.blanks();
  Fields fields;
  const bool ok = scan.digits(1, 2, fields.day) && scan.blanks() && scan.month(fields.month) &&
                  scan.blanks() && scan.digits(4, 4, fields.year) && scan.blanks() &&
                  scan.digits(2, 2, fields.hour) && scan.literal(":") && scan.digits(2, 2, fields.minute) &&
                  scan.literal(":") && scan.digits(2, 2, fields.second) && scan.blanks();
  if (!ok) return std::nullopt;

  if (scan.rest() == "GMT" || scan.rest() == "UTC" || scan.rest() == "Z") return to_time(fields, 0);
  const int sign = scan.literal("-") ? -1 : scan.literal("+") ? 1 : 0;
  int hours = 0;
  int minutes = 0;
  if (sign == 0 || !scan.digits(2, 2, hours) || !scan.digits(2, 2, minutes) || !scan.at_end()) {
    return std::nullopt;
  }
  return to_time(fields, sign * (hours * 60 + minutes));
}

}  // namespace anabranch::auth
