#include "experiments/logs.h"

#include <algorithm>

#include "experiments/records.h"

namespace anabranch::experiments {
namespace {

constexpr std::uint64_t kHalf = kLogKeptBytesMax / 2;
constexpr std::uint64_t kHeadChunks = kHalf / kLogChunkBytes;
constexpr std::size_t kUtf8SizeMax = 4;

/// The number of the first chunk of the last half, of a stream of that size; kHeadChunks: nothing is dropped.
std::uint64_t first_tail_chunk(std::uint64_t size_bytes) {
  if (size_bytes <= kLogKeptBytesMax) return kHeadChunks;
  return (size_bytes - kHalf) / kLogChunkBytes;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// How many bytes at the end begin a character that does not end.
std::size_t cut_at_end(std::string_view text) {
  for (std::size_t back = 1; back <= std::min(kUtf8SizeMax, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return size > back ? back : 0;
  }
  return 0;
}

}  // namespace

Result<std::uint64_t> add_text(const kv::Reader& reader, kv::Batch& batch, std::string_view uid,
                               std::string_view run, Stream stream, std::uint64_t size_bytes,
                               const LogPiece& piece) {
  if (piece.offset > size_bytes) {
    return fail(ErrorCode::conflict, std::string("field '") + (stream == Stream::out ? "stdout" : "stderr") +
                                         ".offset' is " + std::to_string(piece.offset) + ", and only " +
                                         std::to_string(size_bytes) + " bytes are there");
  }
  const std::uint64_t known = size_bytes - piece.offset;
  if (known >= piece.text.size()) return size_bytes;
  std::string_view rest = std::string_view(piece.text).substr(known);
  std::uint64_t end = size_bytes;
  while (!rest.empty()) {
    const std::uint64_t number = end / kLogChunkBytes;
    const std::uint64_t filled = end % kLogChunkBytes;
    std::string key = keys::log_chunk(uid, run, stream, number);
    std::string chunk;
    if (filled != 0) {
      ANABRANCH_TRY(auto before, reader.get(key));
      chunk = before.value_or("");
      chunk.resize(filled, '\0');
    }
    const std::string_view taken = rest.substr(0, kLogChunkBytes - filled);
    batch.put(std::move(key), chunk.append(taken));
    rest.remove_prefix(taken.size());
    end += taken.size();
  }
  for (std::uint64_t number = first_tail_chunk(size_bytes); number < first_tail_chunk(end); ++number)
    batch.erase(keys::log_chunk(uid, run, stream, number));
  return end;
}

Result<LogPage> read_text(const kv::Reader& reader, std::string_view uid, std::string_view run, Stream stream,
                          std::uint64_t size_bytes, std::int64_t offset, std::uint64_t amount) {
  LogPage page;
  page.size_bytes = size_bytes;
  const std::uint64_t back = offset < 0 ? 0 - static_cast<std::uint64_t>(offset) : 0;
  std::uint64_t begin = offset >= 0 ? std::min(static_cast<std::uint64_t>(offset), size_bytes)
                                    : size_bytes - std::min(back, size_bytes);
  const std::uint64_t tail = first_tail_chunk(size_bytes);
  const bool in_gap = begin >= kHalf && begin / kLogChunkBytes < tail;
  if (in_gap) begin = tail * kLogChunkBytes;
  // One answer never reaches over the gap.
  std::uint64_t end = std::min(size_bytes, begin + std::max<std::uint64_t>(amount, kUtf8SizeMax));
  if (tail != kHeadChunks && begin < kHalf) end = std::min(end, kHalf);
  page.offset = begin;
  if (begin == end) return page;
  std::uint64_t number = begin / kLogChunkBytes;
  const std::string last = keys::log_chunk(uid, run, stream, (end - 1) / kLogChunkBytes) + '\0';
  ANABRANCH_CHECK(reader.scan(keys::log_chunk(uid, run, stream, number), last,
                              [&](std::string_view, std::string_view chunk) {
                                const std::uint64_t from = number++ * kLogChunkBytes;
                                const std::uint64_t skip = begin > from ? begin - from : 0;
                                if (skip < chunk.size())
                                  page.text.append(chunk.substr(skip, end - std::max(begin, from)));
                                return kv::ScanStep::next();
                              }));
  std::size_t torn = 0;
  while (begin > 0 && torn < std::min(kUtf8SizeMax - 1, page.text.size()) && is_continuation(page.text[torn]))
    ++torn;
  page.text.erase(0, torn);
  page.offset += torn;
  page.text.resize(page.text.size() - cut_at_end(page.text));
  return page;
}

}  // namespace anabranch::experiments
