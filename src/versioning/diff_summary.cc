#include "versioning/diff_summary.h"

namespace anabranch::versioning {
namespace {

void count(DiffTally& tally, const Difference& difference) {
  const std::int64_t before = difference.left ? difference.left->size_bytes : 0;
  const std::int64_t now = difference.right ? difference.right->size_bytes : 0;
  switch (difference.type) {
    case DifferenceType::added:
      ++tally.added;
      break;
    case DifferenceType::removed:
      ++tally.removed;
      break;
    case DifferenceType::changed:
      ++tally.changed;
      break;
    case DifferenceType::conflict:
      ++tally.conflicts;
      return;  // nobody knows yet which side stays
  }
  tally.added_bytes += now;
  tally.removed_bytes += before;
}

}  // namespace

Result<DiffSummary> summarize(DiffIterator& differences, const DiffSummaryRequest& request) {
  const std::string& prefix = request.prefix;
  const std::string& delimiter = request.delimiter;
  DiffSummary summary;
  std::size_t counted = 0;
  differences.seek(prefix);
  while (true) {
    ANABRANCH_TRY(const bool more, differences.next());
    if (!more) return summary;
    const Difference& difference = differences.difference();
    if (!difference.path.starts_with(prefix)) {
      if (difference.path > prefix) return summary;
      continue;
    }
    if (counted++ == kDiffsCountedMax) break;
    count(summary.total, difference);
    const std::size_t found =
        delimiter.empty() ? std::string::npos : difference.path.find(delimiter, prefix.size());
    const bool is_prefix = found != std::string::npos;
    const auto path =
        std::string_view(difference.path).substr(0, is_prefix ? found + delimiter.size() : found);
    if (summary.rows.empty() || summary.rows.back().path != path) {  // paths come in order
      if (summary.rows.size() == kDiffRowsMax) summary.truncated = true;
      if (summary.truncated) continue;
      summary.rows.push_back({std::string(path), is_prefix, {}});
    }
    if (!summary.truncated) count(summary.rows.back().tally, difference);
  }
  summary.truncated = true;
  return summary;
}

}  // namespace anabranch::versioning
