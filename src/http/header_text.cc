#include "http/header_text.h"

#include <algorithm>
#include <optional>

#include "base/hash.h"
#include "base/utf8.h"
#include "http/message.h"

namespace anabranch::http {
namespace {

constexpr std::string_view kWordBegin = "=?";
constexpr std::string_view kWordEnd = "?=";
constexpr std::string_view kUtf8Base64 = "=?UTF-8?B?";
/// Bytes of text in one word, so that it stays within 75 characters. Source: RFC 2047, section 2.
constexpr std::size_t kWordBytesMax = 45;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
/// What a field value may not hold. Source: RFC 9110, section 5.5 (a tab within it may stand).
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 ? c != '\t' : c == 0x7f; }
bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool travels_as_it_is(std::string_view text) {
  if (text.empty()) return true;
  if (is_blank(text.front()) || is_blank(text.back())) return false;
  if (text.find(kWordBegin) != std::string_view::npos) return false;
  return is_ascii(text) && std::none_of(text.begin(), text.end(), is_control);
}

void append_words(std::string& out, std::string_view utf8) {
  for (bool is_first = true; !utf8.empty(); is_first = false) {
    std::size_t size = 0;
    while (size < utf8.size()) {
      const std::size_t next = utf8_sequence_size(utf8.substr(size));
      if (size + next > kWordBytesMax) break;
      size += next;
    }
    if (!is_first) out += ' ';
    out.append(kUtf8Base64).append(to_base64(utf8.substr(0, size))).append(kWordEnd);
    utf8.remove_prefix(size);
  }
}

/// "_" is a blank, "=C3" a byte. Source: RFC 2047, section 4.2.
std::optional<std::string> decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out.push_back(text[i] == '_' ? ' ' : text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

std::optional<std::string> decode_b(std::string_view text) {
  std::string padded(text);
  while (padded.size() % 4 != 0) padded.push_back('=');
  auto bytes = from_base64(padded);
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

struct Word {
  std::size_t size = 0;  // of its spelling
  std::string bytes;
  bool latin1 = false;
};

/// The encoded word at the front of `text`.
std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with(kWordBegin)) return std::nullopt;
  const std::size_t charset_end = text.find('?', kWordBegin.size());
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size()) return std::nullopt;
  std::string_view charset = text.substr(kWordBegin.size(), charset_end - kWordBegin.size());
  charset = charset.substr(0, charset.find('*'));  // a language may follow: RFC 2231, section 5
  const char encoding = text[charset_end + 1];
  if (text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find(kWordEnd, begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view payload = text.substr(begin, end - begin);
  if (std::any_of(payload.begin(), payload.end(), [](char c) { return is_blank(c) || c == '?'; })) {
    return std::nullopt;
  }
  Word word;
  word.size = end + kWordEnd.size();
  word.latin1 = equal_ignoring_case(charset, "ISO-8859-1");
  if (!word.latin1 && !equal_ignoring_case(charset, "UTF-8") && !equal_ignoring_case(charset, "US-ASCII")) {
    return std::nullopt;
  }
  std::optional<std::string> bytes;
  if (encoding == 'B' || encoding == 'b') bytes = decode_b(payload);
  if (encoding == 'Q' || encoding == 'q') bytes = decode_q(payload);
  if (!bytes) return std::nullopt;
  word.bytes = *std::move(bytes);
  return word;
}

/// A quoted string with its quotes, a token, or one separator at the front of `text`.
std::size_t piece_size(std::string_view text) {
  const auto is_separator = [](char c) { return is_blank(c) || c == ';' || c == '=' || c == ','; };
  if (text.front() == '"') {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '"') {
        return i + 1;
      }
    }
    return text.size();
  }
  if (is_separator(text.front())) return 1;
  std::size_t size = 1;
  while (size < text.size() && !is_separator(text[size]) && text[size] != '"') ++size;
  return size;
}

}  // namespace

bool is_field_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string encode_words(std::string_view text) {
  if (travels_as_it_is(text)) return std::string(text);
  std::string out;
  append_words(out, to_utf8(text));
  return out;
}

std::string decode_words(std::string_view value) {
  std::string out;
  std::string run;  // bytes of neighbouring words: a character may be cut in two by them
  bool run_is_latin1 = false;
  const auto end_run = [&] {
    // Bytes that are no UTF-8 are read as ISO 8859-1; all-ASCII is the same in both.
    if (run_is_latin1 && is_utf8(run) && !is_ascii(run)) {
      for (const char c : run) out += to_utf8(std::string_view(&c, 1));
    } else {
      out += to_utf8(run);
    }
    run.clear();
  };
  std::size_t plain_from = 0;  // what follows the last word
  bool after_word = false;
  for (std::size_t i = value.find(kWordBegin); i < value.size(); i = value.find(kWordBegin, i)) {
    auto word = word_at(value.substr(i));
    if (!word) {
      i += kWordBegin.size();
      continue;
    }
    const std::string_view between = value.substr(plain_from, i - plain_from);
    const bool joined =
        after_word && !between.empty() && std::all_of(between.begin(), between.end(), is_blank);
    if (!joined || word->latin1 != run_is_latin1) end_run();
    if (!joined) out += to_utf8(between);
    run += word->bytes;
    run_is_latin1 = word->latin1;
    i += word->size;
    plain_from = i;
    after_word = true;
  }
  end_run();
  out += to_utf8(value.substr(plain_from));
  return out;
}

std::string to_field_value(std::string_view text) {
  std::string clean = to_utf8(text);
  std::replace_if(clean.begin(), clean.end(), is_control, ' ');
  const auto first = clean.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  clean = clean.substr(first, clean.find_last_not_of(" \t") - first + 1);
  std::string out;
  for (std::string_view rest = clean; !rest.empty();) {
    const std::size_t size = piece_size(rest);
    std::string_view piece = rest.substr(0, size);
    rest.remove_prefix(size);
    if (is_ascii(piece)) {
      out += piece;
      continue;
    }
    const bool is_quoted = piece.starts_with('"');
    if (is_quoted) piece.remove_prefix(1);
    if (is_quoted && piece.ends_with('"')) piece.remove_suffix(1);
    if (is_quoted) out += '"';
    append_words(out, piece);
    if (is_quoted) out += '"';
  }
  if (out.size() > kFieldValueSizeMax) return {};
  return out;
}

}  // namespace anabranch::http
