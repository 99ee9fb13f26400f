#include "runner/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace anabranch::runner {

std::size_t character_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  for (std::size_t i = 1; i < std::min(size, text.size()); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return 0;
    // Overlong forms, surrogates and what lies past U+10FFFF are told by the second byte.
    if (i == 1 && ((lead == 0xE0 && byte < 0xA0) || (lead == 0xED && byte > 0x9F) ||
                   (lead == 0xF0 && byte < 0x90) || (lead == 0xF4 && byte > 0x8F)))
      return 0;
  }
  return size;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0 || size > text.size()) return false;
    text.remove_prefix(size);
  }
  return true;
}

namespace {

/// What a terminal obeys or shows elsewhere than it stands: C1 controls, line separators, and the characters
/// that turn the direction of what follows (CVE-2021-42574).
bool is_control(std::uint32_t code_point) {
  return (code_point >= 0x80 && code_point <= 0x9f) || code_point == 0x2028 || code_point == 0x2029 ||
         (code_point >= 0x202a && code_point <= 0x202e) || (code_point >= 0x2066 && code_point <= 0x2069);
}

/// Of two or three bytes: all that is_control() knows.
std::uint32_t code_point_of(std::string_view character) {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 2) return (at(0) & 0x1f) << 6 | (at(1) & 0x3f);
  if (character.size() == 3) return (at(0) & 0x0f) << 12 | (at(1) & 0x3f) << 6 | (at(2) & 0x3f);
  return 0;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr unsigned char kFirstPrintable = 0x20;
  constexpr unsigned char kDelete = 0x7f;
  std::string out;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t size = character_size(text);
    if (size == 0 || size > text.size() || byte < kFirstPrintable || byte == kDelete) {
      out += fmt::format("\\x{:02x}", byte);
      size = 1;
    } else if (const auto code_point = code_point_of(text.substr(0, size)); is_control(code_point)) {
      out += fmt::format("\\u{:04x}", code_point);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace anabranch::runner
