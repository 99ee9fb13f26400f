#include "http/internal/message_parser.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace anabranch::http::internal {
namespace {

constexpr std::size_t kRequestLineSlack = 64;   // method, version and blanks beside the target
constexpr std::size_t kChunkFramingMax = 4096;  // size line, extension and line ends of one chunk
constexpr std::size_t kFramingPerByteMax = 16;  // chunks of one byte are allowed: "1\r\nx\r\n"
constexpr std::size_t kUsualFieldCount = 16;

constexpr std::array<bool, 256> make_token_chars() {
  std::array<bool, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kTokenChars = make_token_chars();

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return kTokenChars[static_cast<unsigned char>(c)]; });
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 ? c != '\t' : c == 0x7f; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

// The next span of one view: llhttp gives contiguous ones, as the whole head lies in one buffer.
void extend(std::string_view& view, const char* at, std::size_t size) {
  view = view.data() == nullptr
             ? std::string_view(at, size)
             : std::string_view(view.data(), static_cast<std::size_t>(at + size - view.data()));
}

}  // namespace

struct MessageParser::Callbacks {
  static MessageParser& self(llhttp_t* llhttp) { return *static_cast<MessageParser*>(llhttp->data); }

  static int method(llhttp_t* llhttp, const char* at, std::size_t size) {
    extend(self(llhttp).head_.method, at, size);
    return 0;
  }
  static int url(llhttp_t* llhttp, const char* at, std::size_t size) {
    extend(self(llhttp).head_.target, at, size);
    return 0;
  }

  static int field(llhttp_t* llhttp, const char* at, std::size_t size) {
    MessageParser& parser = self(llhttp);
    if (parser.last_was_value_) {
      parser.head_.fields.emplace_back();
      parser.last_was_value_ = false;
    }
    parser.head_.fields.back().first.append(at, size);
    return 0;
  }
  static int value(llhttp_t* llhttp, const char* at, std::size_t size) {
    MessageParser& parser = self(llhttp);
    if (parser.last_was_value_) return HPE_USER;  // a value without a name: scan() lets none through
    parser.head_.fields.back().second.append(at, size);
    return 0;
  }
  static int value_complete(llhttp_t* llhttp) {
    MessageParser& parser = self(llhttp);
    if (parser.last_was_value_) return HPE_USER;
    parser.last_was_value_ = true;
    std::string& text = parser.head_.fields.back().second;
    const std::string_view clean = trimmed(text);
    if (clean.size() != text.size()) text = std::string(clean);
    return 0;
  }

  static int headers_complete(llhttp_t* llhttp) {
    MessageParser& parser = self(llhttp);
    parser.headers_complete_ = true;
    llhttp->upgrade = 0;  // no other protocol is spoken here: "Upgrade" is ignored, as RFC 9110 allows
    MessageHead& head = parser.head_;
    const bool has_no_body = parser.no_body_ || has_never_a_body(llhttp);
    if (has_no_body) llhttp->flags |= F_SKIPBODY;
    head.keep_alive = llhttp_should_keep_alive(llhttp) != 0;
    head.version_minor = llhttp->http_minor;
    head.status = llhttp->status_code;
    head.has_content_length = (llhttp->flags & F_CONTENT_LENGTH) != 0;
    head.content_length = head.has_content_length ? llhttp->content_length : 0;
    if (has_no_body) return 1;
    if ((llhttp->flags & F_CHUNKED) != 0) {
      head.framing = Framing::chunked;
    } else if (head.content_length > 0) {
      head.framing = Framing::sized;
    } else if (llhttp_message_needs_eof(llhttp) != 0) {
      head.framing = Framing::until_close;
    }
    return 0;
  }
  // Whatever the headers of such an answer say. Source: RFC 9112, section 6.3.
  static bool has_never_a_body(const llhttp_t* llhttp) {
    return llhttp->type == HTTP_RESPONSE &&
           (llhttp->status_code / 100 == 1 || llhttp->status_code == 204 || llhttp->status_code == 304);
  }

  static int body(llhttp_t* llhttp, const char* at, std::size_t size) {
    MessageParser& parser = self(llhttp);
    if (parser.out_ == nullptr) return HPE_USER;  // a body inside the head's bytes: cannot be
    std::memmove(parser.out_, at, size);
    parser.out_ += size;
    return 0;
  }
  // The last chunk: what follows are trailers, which llhttp reads less strictly than heads are read here.
  static int chunk_header(llhttp_t* llhttp) {
    self(llhttp).in_trailers_ = llhttp->content_length == 0;
    return llhttp->content_length == 0 ? HPE_PAUSED : 0;
  }
  static int message_complete(llhttp_t* llhttp) {
    self(llhttp).message_complete_ = true;
    return HPE_PAUSED;  // the next bytes are the next message's
  }

  static const llhttp_settings_t* settings() {
    static const llhttp_settings_t made = [] {
      llhttp_settings_t fresh;
      llhttp_settings_init(&fresh);
      fresh.on_method = method;
      fresh.on_url = url;
      fresh.on_header_field = field;
      fresh.on_header_value = value;
      fresh.on_header_value_complete = value_complete;
      fresh.on_headers_complete = headers_complete;
      fresh.on_body = body;
      fresh.on_chunk_header = chunk_header;
      fresh.on_message_complete = message_complete;
      return fresh;
    }();
    return &made;
  }
};

MessageParser::MessageParser(Kind kind, const ParserLimits& limits) : kind_(kind), limits_(limits) {
  reset();
}

void MessageParser::reset() {
  llhttp_init(&llhttp_, kind_ == Kind::request ? HTTP_REQUEST : HTTP_RESPONSE, Callbacks::settings());
  llhttp_.data = this;
  head_ = {};
  problem_ = {};
  trailers_.clear();
  start_ = line_start_ = scanned_ = fields_start_ = lines_ = 0;
  no_body_ = in_trailers_ = message_complete_ = headers_complete_ = false;
  last_was_value_ = true;
  out_ = nullptr;
  framing_bytes_ = trailer_bytes_ = 0;
  trailer_line_.clear();
}

MessageParser::State MessageParser::refuse(int status, const char* why) {
  problem_ = {status, why};
  return State::failed;
}

// Finds the end of the head line by line. What llhttp would tolerate and others read differently is refused
// here.
MessageParser::State MessageParser::scan(std::string_view bytes) {
  while (true) {
    const auto* newline =
        static_cast<const char*>(std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_));
    const std::size_t end =
        newline == nullptr ? bytes.size() : static_cast<std::size_t>(newline - bytes.data()) + 1;
    if (lines_ == 0 && end - line_start_ > limits_.target_size_max + kRequestLineSlack) {
      return refuse(414, "the request line is too long");
    }
    if (lines_ > 0 && end - fields_start_ > limits_.headers_size_max)
      return refuse(431, "the headers are too large");
    // The first byte tells a TLS hello and other noise at once, without waiting for a line end.
    const char first = line_start_ < bytes.size() ? bytes[line_start_] : 'A';
    if (lines_ == 0 && first != '\r' && !is_token({&first, 1})) return refuse(400, "this is not HTTP");
    if (lines_ > 0 && (first == ' ' || first == '\t')) return refuse(400, "a folded header line");
    if (lines_ > 0 && first == ':') return refuse(400, "a header without a name");
    scanned_ = end;
    if (newline == nullptr) return State::incomplete;
    if (end - line_start_ < 2 || bytes[end - 2] != '\r') return refuse(400, "a line ends without CR");
    const bool is_empty = end - line_start_ == 2;
    line_start_ = end;
    if (is_empty && lines_ > 0) return State::complete;
    if (is_empty) {
      start_ = end;  // empty lines before a message are skipped: RFC 9112, section 2.2
      continue;
    }
    if (lines_ == 0) fields_start_ = end;
    if (++lines_ > limits_.headers_count_max + 1) return refuse(431, "too many headers");
  }
}

MessageParser::State MessageParser::parse_head(std::string_view bytes) {
  if (bytes.empty()) return State::incomplete;
  if (const State state = scan(bytes); state != State::complete) return state;

  head_.fields.reserve(kUsualFieldCount);
  const llhttp_errno_t error = llhttp_execute(&llhttp_, bytes.data() + start_, scanned_ - start_);
  const bool was_read = headers_complete_ && (error == HPE_OK || (error == HPE_PAUSED && message_complete_));
  if (!was_read) return refuse_llhttp(error, bytes.substr(start_, scanned_ - start_));
  return kind_ == Kind::request ? check_request() : check_response();
}

MessageParser::State MessageParser::refuse_llhttp(llhttp_errno_t error, std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\r'));
  constexpr std::string_view kVersion = " HTTP/1.1";
  const std::string_view version =
      line.size() >= kVersion.size() ? line.substr(line.size() - kVersion.size()) : "";
  const bool is_other_version = kind_ == Kind::request && version.starts_with(" HTTP/") &&
                                version[7] == '.' && version != kVersion && version != " HTTP/1.0";
  if (is_other_version) return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  switch (error) {
    case HPE_INVALID_METHOD: {
      const bool is_method =
          line.find(' ') != std::string_view::npos && is_token(line.substr(0, line.find(' ')));
      return is_method ? refuse(501, "no such method") : refuse(400, "a malformed method");
    }
    case HPE_INVALID_TRANSFER_ENCODING:
      return refuse(501, "the only transfer coding here is chunked");
    default: {
      const char* reason = llhttp_get_error_reason(&llhttp_);
      return refuse(400, reason != nullptr && *reason != '\0' ? reason : "malformed HTTP");
    }
  }
}

MessageParser::State MessageParser::check_fields(int& hosts, int& codings) {
  for (const Headers::Field& field : head_.fields) {
    const std::string_view name = field.first;
    if (!is_token(name)) return refuse(400, "a malformed header name");
    if (name.size() == 4 && equal_ignoring_case(name, "host")) {
      ++hosts;
    } else if (name.size() == 6 && equal_ignoring_case(name, "expect")) {
      // Any other expectation is passed over, as S3 does; RFC 9110, section 10.1.1, leaves the choice.
      if (!equal_ignoring_case(field.second, "100-continue")) continue;
      head_.expects_continue = head_.version_minor >= 1 && head_.framing != Framing::none;
    } else if (name.size() == 17 && equal_ignoring_case(name, "transfer-encoding")) {
      ++codings;
      if (!equal_ignoring_case(field.second, "chunked")) {
        return refuse(501, "the only transfer coding here is chunked");
      }
    }
  }
  return State::complete;
}

// Source: RFC 9112, sections 3.2 (Host), 6.1 and 6.3 (framing), 11.2 (request smuggling).
MessageParser::State MessageParser::check_request() {
  if (llhttp_.http_major != 1 || llhttp_.http_minor > 1) {
    return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  }
  // llhttp lets blanks pass that others might read differently.
  constexpr std::string_view kAround = "  HTTP/1.1\r\n";
  if (head_.method.size() + head_.target.size() + kAround.size() != fields_start_ - start_) {
    return refuse(400, "stray blanks in the request line");
  }
  if (head_.method == "CONNECT") return refuse(501, "this is no proxy");
  int hosts = 0;
  int codings = 0;
  if (const State state = check_fields(hosts, codings); state != State::complete) return state;
  if (codings > 1) return refuse(400, "more than one Transfer-Encoding");
  if (codings == 1 && head_.has_content_length)
    return refuse(400, "both Content-Length and Transfer-Encoding");
  if (codings == 1 && head_.version_minor == 0) return refuse(400, "Transfer-Encoding in HTTP/1.0");
  if ((codings == 1) != (head_.framing == Framing::chunked)) return refuse(400, "contradictory framing");
  if (hosts > 1) return refuse(400, "more than one Host");
  if (hosts == 0 && head_.version_minor >= 1) return refuse(400, "no Host");
  return check_target();
}

MessageParser::State MessageParser::check_target() {
  if (head_.target.size() > limits_.target_size_max) return refuse(414, "the request target is too long");
  if (head_.target.find('#') != std::string_view::npos)
    return refuse(400, "a fragment in the request target");
  std::string_view rest = head_.target;
  if (!rest.starts_with('/') && rest != "*") {
    // absolute-form: its authority goes before Host (RFC 9112, section 3.2.2)
    const std::size_t scheme_end = rest.find("://");
    const std::string_view scheme = rest.substr(0, scheme_end);
    if (scheme_end == std::string_view::npos ||
        !(equal_ignoring_case(scheme, "http") || equal_ignoring_case(scheme, "https"))) {
      return refuse(400, "a malformed request target");
    }
    rest.remove_prefix(scheme_end + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    if (authority.empty() || authority.find('@') != std::string_view::npos) {
      return refuse(400, "a malformed authority in the request target");
    }
    rest.remove_prefix(authority.size());
    Headers headers(std::move(head_.fields));
    headers.set("Host", std::string(authority));
    head_.fields = headers.fields();
  }
  if (rest == "*" && head_.method != "OPTIONS") return refuse(400, "a malformed request target");
  const std::size_t question_mark = rest.find('?');
  head_.path = rest.substr(0, question_mark);
  head_.query = question_mark == std::string_view::npos ? std::string_view() : rest.substr(question_mark + 1);
  if (head_.path.empty()) head_.path = "/";
  return State::complete;
}

MessageParser::State MessageParser::check_response() {
  if (llhttp_.http_major != 1 || llhttp_.http_minor > 1)
    return refuse(505, "not an answer in HTTP/1.0 or HTTP/1.1");
  return State::complete;
}

// One field, or the empty line that ends the message. `line` is without its CRLF.
MessageParser::State MessageParser::read_trailer_line(std::string_view line) {
  if (line.empty()) return State::complete;
  if (trailers_.size() >= limits_.headers_count_max) return refuse(431, "too many trailers");
  const std::size_t colon = line.find(':');
  const std::string_view value = colon == std::string_view::npos ? "" : trimmed(line.substr(colon + 1));
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      std::any_of(value.begin(), value.end(), is_control)) {
    return refuse(400, "a malformed trailer");
  }
  trailers_.emplace_back(line.substr(0, colon), value);
  return State::incomplete;
}

// As scan() for the head; lines may come in parts.
MessageParser::State MessageParser::decode_trailers(std::string_view bytes, std::size_t& consumed) {
  while (true) {
    const std::size_t newline = bytes.find('\n', consumed);
    const std::size_t end = newline == std::string_view::npos ? bytes.size() : newline + 1;
    trailer_line_ += bytes.substr(consumed, end - consumed);
    trailer_bytes_ += end - consumed;
    consumed = end;
    if (trailer_bytes_ > limits_.headers_size_max) return refuse(431, "the trailers are too large");
    if (newline == std::string_view::npos) return State::incomplete;
    if (!trailer_line_.ends_with("\r\n")) return refuse(400, "a line ends without CR");
    const State state =
        read_trailer_line(std::string_view(trailer_line_).substr(0, trailer_line_.size() - 2));
    trailer_line_.clear();
    if (state != State::incomplete) return state;
  }
}

MessageParser::Decoded MessageParser::decode_chunked(char* bytes, std::size_t size) {
  Decoded decoded;
  if (!in_trailers_) {
    out_ = bytes;
    const llhttp_errno_t error = llhttp_execute(&llhttp_, bytes, size);
    decoded.produced = static_cast<std::size_t>(out_ - bytes);
    if (error == HPE_OK) {
      decoded.consumed = size;
    } else if (error == HPE_PAUSED && in_trailers_) {
      decoded.consumed = static_cast<std::size_t>(llhttp_get_error_pos(&llhttp_) - bytes);
    } else {
      const char* reason = llhttp_get_error_reason(&llhttp_);
      decoded.state = refuse(400, reason != nullptr && *reason != '\0' ? reason : "malformed chunk");
      return decoded;
    }
    framing_bytes_ += decoded.consumed - decoded.produced;
    if (framing_bytes_ > kChunkFramingMax + kFramingPerByteMax * decoded.produced) {
      decoded.state = refuse(400, "a chunk's extension is too long");
      return decoded;
    }
    if (decoded.produced > 0) framing_bytes_ = 0;
  }
  if (in_trailers_) decoded.state = decode_trailers({bytes, size}, decoded.consumed);
  return decoded;
}

}  // namespace anabranch::http::internal
