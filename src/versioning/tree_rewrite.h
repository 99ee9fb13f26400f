// versioning/tree_rewrite.h — a tree with changes, at the cost of the ranges that they touch. Inside this
// module.
#pragma once

#include "base/result.h"
#include "versioning/tree.h"
#include "versioning/tree_changes.h"
#include "versioning/tree_reader.h"

namespace anabranch::versioning {

/// `base` with `changes`. Where `base` is what a fresh build gives, so is the result.
Result<ApplyResult> rewrite(const TreeReader& reader, const SplitParameters& split, const MetarangeId& base,
                            RecordChanges& changes);

}  // namespace anabranch::versioning
