#include "http/message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <span>

namespace anabranch::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(ErrorCode::malformed, "broken percent escape at byte " + std::to_string(i) + " of '" +
                                              std::string(text.substr(0, 256)) + "'");
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

constexpr std::array<bool, 256> make_unreserved() {
  std::array<bool, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : {'-', '.', '_', '~'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kUnreserved = make_unreserved();

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

// A cursor over a date; every step says whether the text went on as expected.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool number(std::size_t digits, int& out) {
    if (rest_.size() < digits) return false;
    const auto end = std::from_chars(rest_.data(), rest_.data() + digits, out);
    if (end.ec != std::errc{} || end.ptr != rest_.data() + digits || rest_[0] == '-') return false;
    rest_.remove_prefix(digits);
    return true;
  }
  // asctime's day: two characters, the first may be a blank.
  bool padded_day(int& out) {
    return rest_.starts_with(" ") ? literal(" ") && number(1, out) : number(2, out);
  }
  bool one_of(std::span<const std::string_view> words, int& index) {
    for (index = 0; index < static_cast<int>(words.size()); ++index) {
      if (literal(words[static_cast<std::size_t>(index)])) return true;
    }
    return false;
  }
  bool time(std::tm& tm) {
    return number(2, tm.tm_hour) && literal(":") && number(2, tm.tm_min) && literal(":") &&
           number(2, tm.tm_sec);
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
bool read_imf_fixdate(DateReader reader, std::tm& tm) {
  if (!reader.one_of(kDays, tm.tm_wday) || !reader.literal(", ") || !reader.number(2, tm.tm_mday))
    return false;
  if (!reader.literal(" ") || !reader.one_of(kMonths, tm.tm_mon) || !reader.literal(" ")) return false;
  if (!reader.number(4, tm.tm_year) || !reader.literal(" ") || !reader.time(tm)) return false;
  tm.tm_year -= 1900;
  return reader.literal(" GMT") && reader.at_end();
}

// "Sunday, 06-Nov-94 08:49:37 GMT": a year of two digits that seems over 50 years ahead is of the last
// century.
bool read_rfc850(DateReader reader, std::tm& tm) {
  if (!reader.one_of(kLongDays, tm.tm_wday) || !reader.literal(", ") || !reader.number(2, tm.tm_mday))
    return false;
  if (!reader.literal("-") || !reader.one_of(kMonths, tm.tm_mon) || !reader.literal("-")) return false;
  if (!reader.number(2, tm.tm_year) || !reader.literal(" ") || !reader.time(tm)) return false;
  const std::time_t now = std::time(nullptr);
  std::tm today{};
  gmtime_r(&now, &today);
  tm.tm_year += today.tm_year / 100 * 100;
  if (tm.tm_year > today.tm_year + 50) tm.tm_year -= 100;
  return reader.literal(" GMT") && reader.at_end();
}

// "Sun Nov  6 08:49:37 1994"
bool read_asctime(DateReader reader, std::tm& tm) {
  if (!reader.one_of(kDays, tm.tm_wday) || !reader.literal(" ") || !reader.one_of(kMonths, tm.tm_mon))
    return false;
  if (!reader.literal(" ") || !reader.padded_day(tm.tm_mday) || !reader.literal(" ") || !reader.time(tm))
    return false;
  if (!reader.literal(" ") || !reader.number(4, tm.tm_year)) return false;
  tm.tm_year -= 1900;
  return reader.at_end();
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return x == y || lower(x) == lower(y); });
}

const std::string* Headers::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (equal_ignoring_case(field.first, name)) return &field.second;
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view name, std::string_view fallback) const {
  const std::string* value = find(name);
  return value != nullptr ? std::string_view(*value) : fallback;
}

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  for (auto field = fields_.begin(); field != fields_.end(); ++field) {
    if (!equal_ignoring_case(field->first, name)) continue;
    field->second = std::move(value);
    const auto is_same = [&](const Field& other) { return equal_ignoring_case(other.first, name); };
    fields_.erase(std::remove_if(field + 1, fields_.end(), is_same), fields_.end());
    return;
  }
  add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return equal_ignoring_case(field.first, name); });
}

Result<std::string> percent_decode(std::string_view text) { return decode(text, false); }

std::string percent_encode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved[byte] || (c == '/' && keep_slash)) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<QueryParameters> parse_query(std::string_view query, bool plus_is_blank) {
  QueryParameters parameters;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    ANABRANCH_TRY(std::string name, decode(part.substr(0, equals), plus_is_blank));
    std::string value;
    if (equals != std::string_view::npos) {
      ANABRANCH_TRY(value, decode(part.substr(equals + 1), plus_is_blank));
    }
    parameters.emplace_back(std::move(name), std::move(value));
  }
  return parameters;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 305:
      return "Use Proxy";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";  // RFC 6585
    case 431:
      return "Request Header Fields Too Large";  // RFC 6585
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";  // RFC 4918
    default:
      return "Unknown";
  }
}

std::string format_http_date(std::int64_t time_ms) {
  // Floor, so that instants before 1970 come out right too.
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000 - (time_ms % 1000 < 0 ? 1 : 0));
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<std::size_t>(tm.tm_wday)].data(), tm.tm_mday,
                                 kMonths[static_cast<std::size_t>(tm.tm_mon)].data(), tm.tm_year + 1900,
                                 tm.tm_hour, tm.tm_min, tm.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const DateReader reader(text);
  std::tm tm{};
  if (!read_imf_fixdate(reader, tm) && !read_rfc850(reader, tm) && !read_asctime(reader, tm))
    return std::nullopt;
  if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60 || tm.tm_mday < 1) return std::nullopt;
  const int day = tm.tm_mday;
  const int month = tm.tm_mon;
  const bool leap_second = tm.tm_sec == 60;
  const std::time_t seconds = timegm(&tm);
  // timegm() turns 31 February into 3 March; a leap second at the end of a month does so rightly.
  if (!leap_second && (tm.tm_mday != day || tm.tm_mon != month)) return std::nullopt;
  return static_cast<std::int64_t>(seconds) * 1000;
}

}  // namespace anabranch::http
