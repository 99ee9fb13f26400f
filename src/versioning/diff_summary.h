// versioning/diff_summary.h — how many paths differ under each folder. Internal.
#pragma once

#include "versioning/types.h"

namespace anabranch::versioning {

/// Counts what `differences` gives under request.prefix, a row for each path or common prefix.
/// Errors: those of the iterator.
Result<DiffSummary> summarize(DiffIterator& differences, const DiffSummaryRequest& request);

}  // namespace anabranch::versioning
