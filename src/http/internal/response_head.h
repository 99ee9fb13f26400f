// http/internal/response_head.h — a Response's status line and header fields as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace anabranch::http::internal {

/// What the connection decided about the framing of one answer.
struct ResponseFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  int version_minor = 1;  // of the request
};

/// May these fields be sent? Control characters in them would let a caller's input write header lines of its
/// own.
bool is_sendable(const Headers& headers);

/// Appends the head to `out`. `headers` must be sendable; framing fields and Date among them are the
/// server's.
void append_response_head(std::string& out, int status, const Headers& headers,
                          const ResponseFraming& framing, std::string_view date);

}  // namespace anabranch::http::internal
