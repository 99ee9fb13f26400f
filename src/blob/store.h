// blob/store.h — the byte contract: immutable byte strings of any size, named by stable ids.
//
// In:   bytes from objects. Out: the same bytes, checked, or an Error.
// A blob is written, finished, then published by a kv::Batch; until then no crash leaves anything of it.
// Published blobs are counted (publish 1, share +1, release -1) and gone at zero.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"

namespace anabranch::blob {

/// Source: S3's largest object (AWS S3 User Guide, "Amazon S3 objects overview": 50 TiB).
inline constexpr std::uint64_t kBlobSizeMax = 50 * TiB;

/// A blob that is being written. Destroying one that no batch has published discards it.
/// Thread safety: none; one user.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual BlobId id() const = 0;

  /// Takes the next bytes (they may be reused once the task ends). Memory held is bounded whatever the size.
  /// May be awaited on a network thread: slow work is moved to the store's own threads.
  /// Errors: no_space, io, unavailable: final; nothing remains.
  virtual Task<Result<void>> append(ByteView bytes) = 0;

  /// After it, a batch may publish id(); durable only with that batch. Errors: as append().
  virtual Task<Result<void>> finish() = 0;
};

/// An open published blob. While it lives its bytes stay readable, released or not.
/// Thread safety: read() from one coroutine at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::uint64_t size_bytes() const = 0;

  /// Reads min(out.size(), size - offset) bytes at `offset_bytes`, verified; gives how many.
  /// Bytes in memory (page cache) are answered inline, others after one hop to the store's threads.
  /// Errors: corruption (out is unspecified), io.
  virtual Task<Result<std::size_t>> read(std::uint64_t offset_bytes, ByteSpan out) = 0;
};

/// Thread safety: every method from any thread.
class Store {
 public:
  virtual ~Store() = default;

  /// Starts a blob; `size_hint_bytes` is what the client announced, if anything.
  virtual std::unique_ptr<Writer> create(std::optional<std::uint64_t> size_hint_bytes) = 0;

  /// Errors: not_found; would_block (ReadTier::memory), io, corruption.
  virtual Result<std::unique_ptr<Reader>> open(BlobId id) = 0;
};

}  // namespace anabranch::blob
