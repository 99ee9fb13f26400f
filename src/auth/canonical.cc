#include "auth/canonical.h"

#include <algorithm>
#include <array>

namespace anabranch::auth {
namespace {

constexpr bool is_unreserved(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}
constexpr auto kUnreserved = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = is_unreserved(static_cast<unsigned char>(c));
  return table;
}();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Takes one byte, escaped or not, off the front of `text`, which is not empty.
char take_byte(std::string_view& text) {
  char byte = text.front();
  std::size_t taken = 1;
  if (byte == '%' && text.size() >= 3) {
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    if (high >= 0 && low >= 0) {
      byte = static_cast<char>(high * 16 + low);
      taken = 3;
    }
  }
  text.remove_prefix(taken);
  return byte;
}

void append_encoded_byte(std::string& out, char byte, bool keep_slash) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  const auto c = static_cast<unsigned char>(byte);
  if (kUnreserved[c] || (keep_slash && byte == '/')) {
    out.push_back(byte);
  } else {
    const char escape[] = {'%', kHexDigits[c >> 4], kHexDigits[c & 15]};
    out.append(escape, sizeof escape);
  }
}

/// Calls `visit(name, value, has_value)` for each piece, still encoded.
template <class Visit>
void for_each_parameter(std::string_view query, Visit visit) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view piece = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) {
      visit(piece, std::string_view(), false);
    } else {
      visit(piece.substr(0, equals), piece.substr(equals + 1), true);
    }
  }
}

std::string query_reencoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool plus = text.front() == '+';
    const char byte = take_byte(text);
    append_encoded_byte(out, plus ? ' ' : byte, false);
  }
  return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void append_encoded(std::string& out, std::string_view raw, bool keep_slash) {
  for (const char c : raw) append_encoded_byte(out, c, keep_slash);
}

void append_path_reencoded(std::string& out, std::string_view path) {
  while (!path.empty()) {
    const char byte = take_byte(path);
    append_encoded_byte(out, byte, true);
  }
}

std::string percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool plus = plus_is_blank && text.front() == '+';
    const char byte = take_byte(text);
    out.push_back(plus ? ' ' : byte);
  }
  return out;
}

std::vector<QueryParameter> split_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  for_each_parameter(query, [&](std::string_view name, std::string_view value, bool has_value) {
    parameters.push_back({percent_decoded(name, true), percent_decoded(value, true), has_value});
  });
  return parameters;
}

void append_canonical_query(std::string& out, std::string_view query, std::string_view omitted) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for_each_parameter(query, [&](std::string_view name, std::string_view value, bool) {
    std::string encoded_name = query_reencoded(name);
    if (!omitted.empty() && encoded_name == omitted) return;
    parameters.emplace_back(std::move(encoded_name), query_reencoded(value));
  });
  std::sort(parameters.begin(), parameters.end());
  bool first = true;
  for (const auto& [name, value] : parameters) {
    if (!std::exchange(first, false)) out.push_back('&');
    out.append(name).append("=").append(value);
  }
}

void append_collapsed(std::string& out, std::string_view header_value) {
  bool blank_pending = false;
  bool any = false;
  for (const char c : header_value) {
    if (is_blank(c)) {
      blank_pending = any;
      continue;
    }
    if (std::exchange(blank_pending, false)) out.push_back(' ');
    out.push_back(c);
    any = true;
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && starts_with_ignoring_case(left, right);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (lower(text[i]) != lower(prefix[i])) return false;
  }
  return true;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

const std::string* find_header(const SignedRequest& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (equal_ignoring_case(header, name)) return &value;
  }
  return nullptr;
}

}  // namespace anabranch::auth
