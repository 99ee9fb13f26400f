// tests/crash/options.h — sizes at which a short run crosses many segments, extents, spills and index
// flushes.
#pragma once

#include "engine/options.h"

namespace anabranch::crash {

inline engine::Options small_options() {
  engine::Options options;
  options.segment_bytes = 256 * KiB;
  options.log_allocation_bytes = 64 * KiB;
  options.extent_bytes_min = 64 * KiB;
  options.extent_bytes_max = 128 * KiB;
  options.write_piece_bytes = 64 * KiB;
  options.pending_extents_max = 3;
  options.reserve_bytes = 1 * MiB;
  options.index_buffer_bytes = 64 * KiB;
  options.index_cache_bytes = 1 * MiB;
  options.index_flush_interval = std::chrono::milliseconds(20);
  options.read_threads = 1;
  options.write_threads = 2;
  return options;
}

}  // namespace anabranch::crash
