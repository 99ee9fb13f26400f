// base/log.h — structured logging: a message for people, and named values for machines.
//
//   log::info("request served", {{"request_id", id}, {"status", 200}, {"key", Secret(key)}});
//
// In:  events of the whole program. Out: one line each, JSON or text, on stderr unless init() says otherwise;
// written by a thread of its own, so that a network thread never waits for a terminal or a pipe. Where
// writing cannot keep up, the oldest lines waiting are dropped.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace anabranch::log {

enum class Level : std::uint8_t { debug, info, warning, error, off };
enum class Format : std::uint8_t { text, json };

/// What a field may hold. Strings are borrowed for the call; a Secret becomes "***" here already.
class Value {
 public:
  using Variant = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  Value(std::string_view text) : value_(text) {}
  Value(const std::string& text) : value_(std::string_view(text)) {}
  Value(const char* text) : value_(std::string_view(text)) {}
  Value(const Secret&) : value_(Secret::kShown) {}
  Value(ErrorCode code) : value_(to_string(code)) {}
  Value(bool value) : value_(value) {}
  Value(std::floating_point auto value) : value_(static_cast<double>(value)) {}
  Value(std::signed_integral auto value) : value_(static_cast<std::int64_t>(value)) {}
  Value(std::unsigned_integral auto value) : value_(static_cast<std::uint64_t>(value)) {}

  const Variant& get() const { return value_; }

 private:
  Variant value_;
};

/// "request_id" is the key by which lines of one request are found; "time", "level" and "message" are the
/// line's own.
struct Field {
  std::string_view key;
  Value value;
};
using Fields = std::initializer_list<Field>;

struct Options {
  Level level = Level::info;
  Format format = Format::text;
  /// Gets each line, which ends in a newline, from the logging thread; null means stderr.
  std::function<void(std::string_view line)> write;
};

/// Replaces what was set before; until the first call, Options{} hold. Not while other threads log.
void init(Options options);
/// Waits until all lines logged before are written. For the end of the program, and tests.
void flush();

/// For skipping work whose only use is a line. Thread safety: any thread, as all below.
bool enabled(Level level) noexcept;
void write(Level level, std::string_view message, Fields fields = {});
inline void debug(std::string_view message, Fields fields = {}) { write(Level::debug, message, fields); }
inline void info(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }
inline void warning(std::string_view message, Fields fields = {}) { write(Level::warning, message, fields); }
inline void error(std::string_view message, Fields fields = {}) { write(Level::error, message, fields); }

/// Errors: invalid_argument, which names what may be said.
Result<Level> parse_level(std::string_view text);
Result<Format> parse_format(std::string_view text);

/// One line with its newline. What users sent cannot forge another line: control characters are escaped, and
/// bytes that are not UTF-8 replaced, in both formats.
std::string format_line(Format format, TimeMs time, Level level, std::string_view message, Fields fields);

}  // namespace anabranch::log
