#include "base/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace anabranch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Digits are out of a double's range: too large, or too small? The place of the first digit that counts,
/// with the exponent, tells: 0.001e5 is 1e2.
double beyond_range(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const auto exponent_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, exponent_at);
  const auto first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return is_negative ? -0.0 : 0.0;
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  std::int64_t magnitude = point - static_cast<std::int64_t>(first);
  if (exponent_at < text.size()) {
    std::string_view exponent = text.substr(exponent_at + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
    constexpr std::int64_t kFar = std::int64_t{1} << 40;
    if (error == std::errc::result_out_of_range) value = exponent.starts_with('-') ? -kFar : kFar;
    magnitude += value;
  }
  const double size = magnitude > 0 ? kInfinity : 0.0;
  return is_negative ? -size : size;
}

}  // namespace

std::string format_number(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", number);
}

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? beyond_range(text) : number;
}

}  // namespace anabranch
