#include "http/internal/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace anabranch::http::internal {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 ? c != '\t' : c == 0x7f; }

bool is_name_char(char c) { return static_cast<unsigned char>(c) > 0x20 && c != ':' && c != 0x7f; }

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end.ptr);
}

// Fields that only the server may write, as it alone knows how the answer is framed.
bool is_servers_own(std::string_view name) {
  switch (name.size()) {
    case 10:
      return equal_ignoring_case(name, "connection") || equal_ignoring_case(name, "keep-alive");
    case 14:
      return equal_ignoring_case(name, "content-length");
    case 17:
      return equal_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

}  // namespace

bool is_sendable(const Headers& headers) {
  return std::all_of(headers.fields().begin(), headers.fields().end(), [](const Headers::Field& field) {
    return !field.first.empty() && std::all_of(field.first.begin(), field.first.end(), is_name_char) &&
           std::none_of(field.second.begin(), field.second.end(), is_control);
  });
}

void append_response_head(std::string& out, int status, const Headers& headers,
                          const ResponseFraming& framing, std::string_view date) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out += reason_phrase(status);
  out += "\r\n";
  bool has_date = false;
  for (const auto& [name, value] : headers.fields()) {
    if (is_servers_own(name)) continue;
    has_date = has_date || (name.size() == 4 && equal_ignoring_case(name, "date"));
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  if (!has_date) {
    out += "Date: ";
    out += date;
    out += "\r\n";
  }
  if (framing.content_length) {
    out += "Content-Length: ";
    append_number(out, *framing.content_length);
    out += "\r\n";
  }
  if (framing.chunked) out += "Transfer-Encoding: chunked\r\n";
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (framing.version_minor == 0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace anabranch::http::internal
