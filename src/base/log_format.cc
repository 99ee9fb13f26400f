// Lines of the log as text and JSON, for base/log.h.
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

#include "base/log.h"

namespace anabranch::log {
namespace {

constexpr std::array<std::string_view, 5> kLevelNames = {"debug", "info", "warning", "error", "off"};

/// How many bytes of `text` are one well-formed UTF-8 character at its start; 0 where there is none.
/// Source: RFC 3629, section 4.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return is_tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return is_tail(1) && is_tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool past_end = lead == 0xF4 && byte(1) > 0x8F;
    return is_tail(1) && is_tail(2) && is_tail(3) && !overlong && !past_end ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '\\' || c == '=') return true;
  }
  return false;
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_value(std::string& out, const Value& value, Format format) {
  std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string_view>) {
          if (format == Format::json || needs_quotes(held)) {
            append_quoted(out, held);
          } else {
            out += held;
          }
        } else if constexpr (std::is_same_v<Held, bool>) {
          out += held ? "true" : "false";
        } else if constexpr (std::is_same_v<Held, double>) {
          if (format == Format::json && !std::isfinite(held)) {
            out += "null";  // JSON has no word for it
          } else {
            append_number(out, held);
          }
        } else {
          append_number(out, held);
        }
      },
      value.get());
}

/// RFC 3339, UTC, milliseconds.
void append_time(std::string& out, TimeMs time) {
  TimeMs milliseconds = time % 1000;
  if (milliseconds < 0) milliseconds += 1000;
  const std::time_t seconds = (time - milliseconds) / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text;
  out.append(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts));
  const std::string digits = std::to_string(milliseconds);
  out.append(3 - digits.size(), '0');
  out += digits;
  out += 'Z';
}

std::string format_json(TimeMs time, Level level, std::string_view message, Fields fields) {
  std::string line = "{\"time\":\"";
  append_time(line, time);
  line += "\",\"level\":";
  append_quoted(line, kLevelNames[static_cast<std::size_t>(level)]);
  line += ",\"message\":";
  append_quoted(line, message);
  for (const Field& field : fields) {
    line += ',';
    append_quoted(line, field.key);
    line += ':';
    append_value(line, field.value, Format::json);
  }
  line += "}\n";
  return line;
}

std::string format_text(TimeMs time, Level level, std::string_view message, Fields fields) {
  constexpr std::size_t kLevelWidth = 8;  // "warning" and a space
  std::string line;
  append_time(line, time);
  line += ' ';
  const std::string_view name = kLevelNames[static_cast<std::size_t>(level)];
  line += name;
  line.append(kLevelWidth - name.size(), ' ');
  append_escaped(line, message);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value, Format::text);
  }
  line += '\n';
  return line;
}

}  // namespace

std::string format_line(Format format, TimeMs time, Level level, std::string_view message, Fields fields) {
  return format == Format::json ? format_json(time, level, message, fields)
                                : format_text(time, level, message, fields);
}

Result<Level> parse_level(std::string_view text) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == text) return static_cast<Level>(i);
  }
  return fail(ErrorCode::invalid_argument,
              "log level '" + std::string(text) + "' is none of debug, info, warning, error, off");
}

Result<Format> parse_format(std::string_view text) {
  if (text == "text") return Format::text;
  if (text == "json") return Format::json;
  return fail(ErrorCode::invalid_argument, "log format '" + std::string(text) + "' is neither text nor json");
}

}  // namespace anabranch::log
