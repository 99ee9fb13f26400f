// Feeds arbitrary bytes, cut into arbitrary pieces, through what reads requests and answers from the network.
// Beyond memory errors it holds two laws: cuts change nothing, and no body byte is made up.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/internal/address.h"
#include "http/internal/body_decoder.h"
#include "http/internal/message_parser.h"
#include "http/internal/read_buffer.h"
#include "http/message.h"

namespace {

using namespace anabranch;
using namespace anabranch::http;
using namespace anabranch::http::internal;

constexpr ParserLimits kLimits{.target_size_max = 512, .headers_size_max = 2'048, .headers_count_max = 16};
constexpr int kMessagesMax = 8;

/// What was understood of a connection's bytes, as text.
struct Reader {
  explicit Reader(MessageParser::Kind kind) : parser(kind, kLimits) {}

  MessageParser parser;
  ReadBuffer buffer;
  BodyDecoder decoder{parser, buffer};
  std::string understood;
  bool in_body = false;
  bool is_over = false;
  int messages = 0;

  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto room = buffer.room();
      const std::size_t size = std::min(room.size(), bytes.size());
      bytes.copy(room.data(), size);
      buffer.commit(size);
      bytes.remove_prefix(size);
    }
    while (!is_over && step()) {
    }
  }

  // True if something was used up, so that there may be more to understand.
  bool step() {
    if (!in_body) {
      const MessageParser::State state = parser.parse_head(buffer.view());
      if (state == MessageParser::State::incomplete) return false;
      if (state == MessageParser::State::failed) return refuse();
      const MessageHead& head = parser.head();
      understood += std::string(head.method) + " " + std::string(head.path) + "?" + std::string(head.query) +
                    " " + std::to_string(head.status) + "\n";
      for (const auto& [name, value] : head.fields) understood += name + ": " + value + "\n";
      decoder.begin();
      in_body = true;
    }
    const std::size_t before = buffer.size();
    const Result<ByteView> piece = decoder.take();
    if (!piece) return refuse();
    if (piece->size() > before) std::abort();
    understood += as_text(*piece);
    if (decoder.ended()) {
      for (const auto& [name, value] : parser.trailers()) understood += name + "= " + value + "\n";
      understood += "\n--\n";
      parser.reset();
      in_body = false;
      is_over = ++messages >= kMessagesMax;
      return true;
    }
    return buffer.size() < before;
  }

  bool refuse() {
    if (parser.problem().status < 400) std::abort();
    understood += "refused";
    is_over = true;
    return false;
  }
};

std::string read_in_pieces(MessageParser::Kind kind, std::string_view bytes, std::uint8_t seed) {
  Reader reader(kind);
  std::uint32_t state = seed;
  while (!bytes.empty()) {
    state = state * 1'664'525U + 1'013'904'223U;
    const std::size_t size = std::min<std::size_t>(bytes.size(), 1 + (state >> 24) % 31);
    reader.feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return reader.understood;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto kind = data[0] % 2 == 0 ? MessageParser::Kind::request : MessageParser::Kind::response;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  Reader whole(kind);
  whole.feed(bytes);
  const std::string pieces = read_in_pieces(kind, bytes, data[1]);
  // Where the bytes are refused in the middle of a body, how much of it came before may differ with the cuts.
  const bool is_refused = whole.understood.ends_with("refused") || pieces.ends_with("refused");
  if (!is_refused && whole.understood != pieces) std::abort();
  if (whole.understood.ends_with("refused") != pieces.ends_with("refused")) std::abort();

  (void)percent_decode(bytes);
  (void)parse_query(bytes);
  if (const auto time_ms = parse_http_date(bytes);
      time_ms && parse_http_date(format_http_date(*time_ms)) != time_ms) {
    std::abort();
  }
  (void)parse_url(bytes);
  const auto decoded = percent_decode(percent_encode(bytes, false));
  if (!decoded || *decoded != bytes) std::abort();
  return 0;
}
