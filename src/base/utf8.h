// base/utf8.h — is it UTF-8, and text that surely is. Source: Unicode 15, table 3-7.
//
// In: bytes from outside. Out: what JSON, XML and RFC 2047 can hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace anabranch {

/// The size of the well-formed sequence at the front of `text` (1 to 4 bytes); 0 where there is none.
std::size_t utf8_sequence_size(std::string_view text);
bool is_utf8(std::string_view text);
/// `text` itself where it is UTF-8; else its bytes read as ISO 8859-1, as HTTP once defined header fields:
/// every byte is kept as a character.
std::string to_utf8(std::string_view text);

}  // namespace anabranch
