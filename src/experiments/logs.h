// experiments/logs.h — the output of a run in kv: chunks by place, the middle of a long stream dropped.
// Private to experiments.
#pragma once

#include <string_view>

#include "experiments/types.h"
#include "kv/store.h"

namespace anabranch::experiments {

inline constexpr std::uint64_t kLogChunkBytes = 16 * KiB;
/// Of each stream so much is kept: the first half and the last; what lies between is dropped.
inline constexpr std::uint64_t kLogKeptBytesMax = 16 * MiB;

/// Puts what `piece` adds to a stream of `size_bytes` into `batch`; what was there before is left as it is.
/// Gives the new size. Errors: conflict (the piece begins past the end), the reader's.
Result<std::uint64_t> add_text(const kv::Reader& reader, kv::Batch& batch, std::string_view uid,
                               std::string_view run, Stream stream, std::uint64_t size_bytes,
                               const LogPiece& piece);

/// At most `amount` bytes from `offset` on; a negative one counts from the end. Errors: the reader's.
Result<LogPage> read_text(const kv::Reader& reader, std::string_view uid, std::string_view run, Stream stream,
                          std::uint64_t size_bytes, std::int64_t offset, std::uint64_t amount);

}  // namespace anabranch::experiments
