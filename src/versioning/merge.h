// versioning/merge.h — merging trees three ways. Inside this module.
#pragma once

#include "base/result.h"
#include "versioning/diff.h"
#include "versioning/tree.h"
#include "versioning/tree_reader.h"

namespace anabranch::versioning {

struct MergeSides {
  MergeBases bases;
  MetarangeId source, destination;
};

/// `reader` must outlive the result.
Result<ThreeWayRecordDiff> three_way_diff(const TreeReader& reader, const MetarangeId& base,
                                          const MetarangeId& source, const MetarangeId& destination);

/// See Trees::merge().
Result<MergeResult> merge_trees(const TreeReader& reader, const SplitParameters& split,
                                const MergeSides& sides, MergeStrategy strategy);

}  // namespace anabranch::versioning
