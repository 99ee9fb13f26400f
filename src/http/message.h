// http/message.h — one HTTP/1.1 request and its answer, as handlers see them: no socket in sight.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace anabranch::http {

/// Header fields in the order and case they came in; look-ups ignore case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  Headers() = default;
  explicit Headers(std::vector<Field> fields) : fields_(std::move(fields)) {}
  /// The first field of that name, or nullptr.
  const std::string* find(std::string_view name) const;
  /// The first value, or `fallback`.
  std::string_view get(std::string_view name, std::string_view fallback = {}) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  void add(std::string name, std::string value);
  /// Replaces every field of that name by one.
  void set(std::string name, std::string value);
  void remove(std::string_view name);
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// True if `a` and `b` are the same but for ASCII case.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// A request. `path` and `query` are the raw, still percent-encoded halves of `target`.
struct Request {
  std::string method;
  std::string target;
  std::string path;
  std::string query;
  Headers headers;
  /// Content-Length; nullopt where absent or chunked.
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  /// The body as it arrives, transfer coding removed; never null. The first next() answers `Expect:
  /// 100-continue`. Dropped unread, the connection drains a little or closes. Pull and drop it on the
  /// connection's executor (where the handler runs). It may move into Response::stream; kept past the answer,
  /// next() gives `cancelled`.
  std::unique_ptr<ByteSource> body;
  std::string remote_address;  // "127.0.0.1:51234"
  std::string
      local_address;  // which listener it came through, as Server::listen() named it: "127.0.0.1:8000"
  /// Unique per request, 16 hex digits; every log line and error body carries it.
  std::string request_id;
  /// The trailer fields of a chunked body, filled once the body has ended. Never null.
  std::shared_ptr<Headers> trailers;
};

/// An answer: either `body`, or `stream` with its length (chunked where nullopt).
/// The server adds Date, Connection and Content-Length; HEAD answers set `content_length` and no body.
/// `Connection: close` among the headers closes after this answer; other framing fields among them are left
/// out. A stream that fails, or ends before `content_length`, cuts the connection: the client sees no clean
/// end.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::unique_ptr<ByteSource> stream;
  /// With `stream`, or for HEAD: what Content-Length says.
  std::optional<std::uint64_t> content_length;
};

/// "%41b+c" → "Ab+c" (a plus stays a plus). Errors: malformed on a broken escape.
Result<std::string> percent_decode(std::string_view text);
/// Percent-encodes all but RFC 3986's unreserved characters, and "/" where `keep_slash`.
std::string percent_encode(std::string_view text, bool keep_slash);

/// The query's parameters in order, decoded ("+" as blank where `plus_is_blank`).
using QueryParameters = std::vector<std::pair<std::string, std::string>>;
Result<QueryParameters> parse_query(std::string_view query, bool plus_is_blank = true);

/// The reason phrase of a status ("OK"); "Unknown" where there is none. Source: RFC 9110, section 15.
std::string_view reason_phrase(int status);

/// "Sun, 06 Nov 1994 08:49:37 GMT" ↔ milliseconds since 1970. Source: RFC 9110, section 5.6.7 (all three
/// forms read).
std::string format_http_date(std::int64_t time_ms);
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace anabranch::http
