// base/json.h — JSON text to values whose numbers are exactly those that were written, and numbers that JSON
// has no word for.
//
// In:   text. Out: boost::json values. Boost 1.81's own parser gives one double in five a neighbour of the
// one that was written (its newer versions have a switch for it), so numbers are converted here.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

#include "base/number.h"
#include "base/result.h"

namespace anabranch {

/// Objects and arrays may lie in one another so deep.
inline constexpr std::size_t kJsonDepthMax = 512;

enum class JsonDialect : unsigned char {
  strict,  // RFC 8259
  python,  // with NaN, Infinity and -Infinity as numbers, and any exponent: what is too large is infinite
};

/// Errors: malformed, saying why.
Result<boost::json::value> parse_json(std::string_view text, JsonDialect dialect = JsonDialect::strict);

/// A number, or its name as a text where JSON has no number for it; and back. nullopt: neither.
boost::json::value number_to_json(double number);
std::optional<double> number_from_json(const boost::json::value& value);

}  // namespace anabranch
