// http/range.h — one byte range of a Range header, and If-Range. Source: RFC 9110, sections 13.1.5 and 14.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace anabranch::http {

/// Bytes [offset, offset + size) of a representation; size > 0.
struct ByteRange {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
  /// "bytes 0-9/100"
  std::string content_range(std::uint64_t whole_bytes) const {
    return "bytes " + std::to_string(offset_bytes) + "-" + std::to_string(offset_bytes + size_bytes - 1) +
           "/" + std::to_string(whole_bytes);
  }
};

/// What "bytes=0-9", "bytes=5-" or "bytes=-5" means for a representation of `whole_bytes`; numbers may have
/// any size. nullopt: the whole is to be sent, as the header is not a single byte range (other units, several
/// ranges, nonsense) or names the last bytes of an empty representation, which no Content-Range can tell.
/// Errors: invalid_range (it begins at or past the end, or is an empty suffix).
Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t whole_bytes);

/// Does an If-Range header hold for the representation with this strong ETag (without quotes)? If not, its
/// Range is passed over. A weak ETag never holds; a date only where it is the very second of the last change.
bool if_range_holds(std::string_view header, std::string_view etag, std::int64_t last_modified_ms);

}  // namespace anabranch::http
