// engine/options.h — what a user of the engine may choose. Defaults suit a server; tests take smaller sizes.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/bytes.h"

namespace anabranch::engine {

struct Options {
  /// Size of a segment file; a single larger group gets a larger one.
  std::uint64_t segment_bytes = 64 * MiB;
  /// The log's file grows by reserved steps of this size.
  std::uint64_t log_allocation_bytes = 8 * MiB;
  /// A commit group takes no further batches past this much.
  std::uint64_t group_bytes_max = 4 * MiB;

  /// Extents of a streamed blob: the first, and the largest that later ones double to. Multiples of 64 KiB.
  std::uint64_t extent_bytes_min = 1 * MiB;
  std::uint64_t extent_bytes_max = 8 * MiB;
  /// A streamed blob's bytes are written in pieces of this size, two of them in memory. A multiple of 64 KiB.
  std::uint64_t write_piece_bytes = 1 * MiB;
  /// Extents of an unpublished blob kept in memory; more go to the index.
  std::size_t pending_extents_max = 64;

  /// Free space that only releases and erasures may take: the index needs room to follow the log.
  std::uint64_t reserve_bytes = 256 * MiB;

  /// The index's memtable, block cache, and the longest time that applied changes stay unflushed.
  std::uint64_t index_buffer_bytes = 16 * MiB;
  std::uint64_t index_cache_bytes = 32 * MiB;
  std::chrono::milliseconds index_flush_interval = std::chrono::seconds(60);
  int index_open_files_max = 256;

  unsigned read_threads = 8;
  unsigned write_threads = 4;
  /// Segment files held open, and recycled ones kept ready for the log.
  std::size_t open_segments_max = 256;
  std::size_t free_segments_max = 2;
};

}  // namespace anabranch::engine
