// versioning/criss_cross.h — what a merge's source changed where there are several merge bases: see
// MergeBases. Inside this module.
//
// In: trees that were committed. Out: differences, one at a time. Nothing is written and nothing is held but
// a cursor for each tree; ranges that the sides share, or that the source shares with all its bases, are
// passed over unread. What the bases were merged from is looked up only at a path on which they disagree.
#pragma once

#include <memory>

#include "base/result.h"
#include "versioning/diff.h"
#include "versioning/tree.h"
#include "versioning/tree_reader.h"

namespace anabranch::versioning {

/// Merge bases of merge bases, and so on, are followed so far down. What is disputed even there has no base:
/// at worst a conflict that a human decides, never a wrong answer.
inline constexpr std::size_t kBasesDepthMax = 1'000;

/// As ThreeWayRecordDiff. `reader` must outlive the result.
Result<std::unique_ptr<RecordDifferences>> criss_cross_diff(const TreeReader& reader, MergeBases bases,
                                                            const MetarangeId& source,
                                                            const MetarangeId& destination);

}  // namespace anabranch::versioning
