// http/internal/message_parser.h — bytes of one HTTP/1.1 message → its head and body framing; no socket in
// sight.
//
// A strict scan of the lines comes first (CRLF only, no folded lines, sizes and counts limited), then llhttp,
// then the rules of RFC 9112 on framing that guard against request smuggling. Fuzzed by
// tests/fuzz/http_request_fuzz.cc.
#pragma once

#include <llhttp.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace anabranch::http::internal {

struct ParserLimits {
  std::size_t target_size_max = 16 * 1024;
  std::size_t headers_size_max = 64 * 1024;
  std::size_t headers_count_max = 256;
};

/// How the end of a body is found.
enum class Framing : std::uint8_t { none, sized, chunked, until_close };

/// What one head says. The views point into the bytes given to parse_head() (or into the parser).
struct MessageHead {
  std::string_view method, target, path, query;  // requests
  int status = 0;                                // responses
  int version_minor = 1;                         // HTTP/1.<minor>
  std::vector<Headers::Field> fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  // of a sized body
  bool has_content_length = false;
  bool keep_alive = false;
  bool expects_continue = false;
};

/// Thread safety: none. Not movable: llhttp points back to it.
class MessageParser {
 public:
  enum class Kind : std::uint8_t { request, response };
  enum class State : std::uint8_t { incomplete, complete, failed };
  /// Why a message was refused; `status` is what a server answers.
  struct Problem {
    int status = 400;
    const char* why = "";
  };

  MessageParser(Kind kind, const ParserLimits& limits);
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  /// Begins the next message.
  void reset();
  /// Responses: the answer to HEAD has no body whatever its headers say. Before parse_head().
  void expect_no_body() { no_body_ = true; }

  /// Looks at all bytes of the message that are there; after `incomplete`, call again with more appended (the
  /// bytes may have moved). Each byte is scanned once, however finely they arrive.
  State parse_head(std::string_view bytes);
  /// Bytes of the head, up to the first of the body. After `complete`.
  std::size_t head_size() const { return scanned_; }
  MessageHead& head() { return head_; }
  const MessageHead& head() const { return head_; }
  const Problem& problem() const { return problem_; }

  struct Decoded {
    std::size_t consumed = 0;  // bytes of the input that were used
    std::size_t produced = 0;  // body bytes, now at the front of the input
    State state = State::incomplete;
  };
  /// Takes the transfer coding off, in place: the body's bytes move to the front. `complete` at the end of
  /// the message. For Framing::chunked.
  Decoded decode_chunked(char* bytes, std::size_t size);
  /// The trailer fields, after decode_chunked() was `complete`.
  std::vector<Headers::Field>& trailers() { return trailers_; }

 private:
  struct Callbacks;

  State scan(std::string_view bytes);
  State refuse(int status, const char* why);
  State refuse_llhttp(llhttp_errno_t error, std::string_view bytes);
  State check_request();
  State check_fields(int& hosts, int& codings);
  State check_target();
  State check_response();
  State read_trailer_line(std::string_view line);
  State decode_trailers(std::string_view bytes, std::size_t& consumed);

  const Kind kind_;
  const ParserLimits limits_;
  llhttp_t llhttp_;
  MessageHead head_;
  Problem problem_;
  std::vector<Headers::Field> trailers_;

  // the scan
  std::size_t start_ = 0;  // of the start line: empty lines before it are skipped
  std::size_t line_start_ = 0;
  std::size_t scanned_ = 0;
  std::size_t fields_start_ = 0;
  std::size_t lines_ = 0;

  // the body
  bool no_body_ = false;
  bool in_trailers_ = false;
  bool message_complete_ = false;
  bool headers_complete_ = false;
  bool last_was_value_ = true;
  char* out_ = nullptr;            // where decode_chunked() moves the next bytes
  std::size_t framing_bytes_ = 0;  // since the last chunk began: long chunk extensions are an attack
  std::string trailer_line_;       // as much of it as has come
  std::size_t trailer_bytes_ = 0;
};

}  // namespace anabranch::http::internal
