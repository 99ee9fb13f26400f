// engine/recovery.h — from what a crash left to the state that was acknowledged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/core.h"

namespace anabranch::engine {

struct Recovered {
  StateRecord state;
  std::uint64_t replayed_groups = 0;
  std::uint64_t discarded_groups = 0;  // torn tails: 0 or 1
  std::vector<BlobId> garbage;         // removed, space not yet given back
  std::vector<BlobId> dropped;         // uploads that were never published
};

/// Needs core.index; fills core.segments, brings the index to the log's end, begins a new epoch.
/// Errors: corruption (names the segment; the folder is left as it was), io.
Result<Recovered> recover(Core& core);

}  // namespace anabranch::engine
