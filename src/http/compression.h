// http/compression.h — answers in gzip for clients that take it. Pure.
//
// Source: RFC 9110, section 12.5.3 (Accept-Encoding) and 8.4 (Content-Encoding); RFC 1952 (gzip).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/message.h"

namespace anabranch::http {

/// Shorter texts fit into a packet as they are.
inline constexpr std::size_t kCompressedSizeMin = 1400;
/// Up to this a network thread may compress by itself: some 100 µs of work.
inline constexpr std::size_t kCompressedInlineMax = 32 * KiB;

/// "gzip", "gzip;q=0.5" and "*" accept; "gzip;q=0" does not, whatever "*" says.
bool accepts_gzip(const Headers& request);

/// True for a whole JSON answer of kCompressedSizeMin and more: not for objects' bytes, which have an ETag,
/// nor for streams.
bool is_compressible(const Response& response);
/// Requires: is_compressible(response). Its body becomes its gzip form, unless that is not smaller.
void compress(Response& response);

/// The gzip form of `text`.
std::string to_gzip(std::string_view text);

}  // namespace anabranch::http
