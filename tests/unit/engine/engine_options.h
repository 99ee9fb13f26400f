// Sizes at which a small test crosses many segments, extents and spills.
#pragma once

#include "engine/options.h"

namespace anabranch::testing_support {

inline engine::Options small_engine_options() {
  engine::Options options;
  options.segment_bytes = 512 * KiB;
  options.log_allocation_bytes = 64 * KiB;
  options.extent_bytes_min = 64 * KiB;
  options.extent_bytes_max = 256 * KiB;
  options.write_piece_bytes = 128 * KiB;
  options.pending_extents_max = 4;
  options.reserve_bytes = 1 * MiB;
  options.read_threads = 2;
  options.write_threads = 2;
  return options;
}

}  // namespace anabranch::testing_support
