// versioning/split.h — where ranges end. The one rule, for fresh builds and for the check of ranges that
// exist.
#pragma once

#include <string_view>

#include "base/hash.h"
#include "versioning/tree.h"

namespace anabranch::versioning {

/// True where a range of `count` entries and `estimated_size_bytes` ends with `last_key`.
/// Source: lakeFS, ShouldBreakAtKey; our entries_min comes on top.
inline bool ends_range(const SplitParameters& split, std::string_view last_key, std::uint64_t count,
                       std::uint64_t estimated_size_bytes) {
  if (estimated_size_bytes >= split.range_bytes_max) return true;
  if (count < split.entries_min || split.hash_modulus == 0) return false;
  return fnv1a_64(last_key) % split.hash_modulus == 0;
}

inline bool ends_range(const SplitParameters& split, const RangeInfo& range) {
  return ends_range(split, range.key_max, range.count, range.estimated_size_bytes);
}

}  // namespace anabranch::versioning
