// http/header_text.h — any text ↔ what a header field can carry: printable ASCII.
//
// Source: RFC 2047 (encoded words: "=?UTF-8?B?Y2Fmw6k=?="), as S3 sends user metadata; RFC 9110,
// section 5.6.2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace anabranch::http {

/// The longest value that is sent. Source: what servers and proxies take of one header line (8 KiB).
inline constexpr std::size_t kFieldValueSizeMax = 8192;

/// A token: what a field may be named.
bool is_field_name(std::string_view name);

/// `text` as a field value that decode_words() turns back into it: itself where it is printable ASCII that
/// looks like no encoded word and neither begins nor ends with a blank; else encoded words, parted by blanks.
/// What is no UTF-8 is read as ISO 8859-1.
std::string encode_words(std::string_view text);

/// Encoded words decoded (UTF-8, US-ASCII, ISO-8859-1; B and Q), blanks between two of them dropped. What is
/// none, or in another charset, stays as it is. The result is UTF-8: other bytes are read as ISO 8859-1.
std::string decode_words(std::string_view value);

/// A value with a grammar of its own (a media type, a Content-Disposition) made sendable: control characters
/// become blanks, and each token or quoted string with other than ASCII in it an encoded word. Empty where
/// nothing is left, or more than kFieldValueSizeMax.
std::string to_field_value(std::string_view text);

}  // namespace anabranch::http
