// base/number.h — numbers as text and back, to the last bit, NaN and infinities among them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace anabranch {

/// The shortest text that reads back as the same number; "NaN", "Infinity", "-Infinity".
std::string format_number(double number);
/// What format_number() writes, and any other way to write a number, also "nan" and "inf"; nullopt: none.
/// What is too large for a double is infinite, what is too small is zero.
std::optional<double> read_number(std::string_view text);

}  // namespace anabranch
