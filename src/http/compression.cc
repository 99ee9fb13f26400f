#include "http/compression.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/assert.h"

namespace anabranch::http {
namespace {

/// What deflate adds at most where nothing can be pressed together, with gzip's own header and trailer:
/// blocks of 64 KiB are stored with 5 bytes each. Source: RFC 1951, section 3.2.4.
std::size_t size_max(std::size_t size) { return size + (size / (32 * KiB) + 1) * 5 + 64; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// "gzip;q=0.5" → "gzip", true: whether its weight is above zero.
std::pair<std::string_view, bool> coding_of(std::string_view element) {
  const auto semicolon = std::min(element.find(';'), element.size());
  std::string_view weight = trimmed(element.substr(std::min(semicolon + 1, element.size())));
  const std::string_view coding = trimmed(element.substr(0, semicolon));
  if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return {coding, true};
  weight.remove_prefix(2);
  return {coding, weight.find_first_not_of("0.") != std::string_view::npos};
}

}  // namespace

bool accepts_gzip(const Headers& request) {
  std::string_view list = request.get("Accept-Encoding");
  bool any = false;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const auto [coding, accepted] = coding_of(list.substr(0, comma));
    if (equal_ignoring_case(coding, "gzip")) return accepted;
    if (coding == "*") any = accepted;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return any;
}

bool is_compressible(const Response& response) {
  return response.stream == nullptr && response.body.size() >= kCompressedSizeMin &&
         response.headers.get("Content-Type").starts_with("application/json") &&
         !response.headers.contains("ETag") && !response.headers.contains("Content-Encoding");
}

std::string to_gzip(std::string_view text) {
  std::string packed(size_max(text.size()), '\0');
  const auto buffer = std::make_unique<std::uint8_t[]>(ISAL_DEF_LVL1_DEFAULT);
  isal_zstream stream{};
  isal_deflate_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.level = 1;
  stream.level_buf = buffer.get();
  stream.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(packed.data());
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  const int status = isal_deflate(&stream);
  ANABRANCH_ASSERT(status == COMP_OK && stream.avail_in == 0 && stream.internal_state.state == ZSTATE_END,
                   "the buffer has room for what cannot be pressed together");
  packed.resize(stream.total_out);
  return packed;
}

void compress(Response& response) {
  std::string packed = to_gzip(response.body);
  if (packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.headers.set("Content-Encoding", "gzip");
}

}  // namespace anabranch::http
