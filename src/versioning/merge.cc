#include "versioning/merge.h"

#include "versioning/criss_cross.h"
#include "versioning/tree_changes.h"
#include "versioning/tree_rewrite.h"

namespace anabranch::versioning {
namespace {

/// What the source changed since the bases: of one, or of several that are merged first.
Result<std::unique_ptr<RecordDifferences>> changes_since(const TreeReader& reader, const MergeSides& sides) {
  const auto& trees = sides.bases.trees;
  if (trees.size() > 1 && !sides.bases.are_all(trees.front())) {
    return criss_cross_diff(reader, sides.bases, sides.source, sides.destination);
  }
  const MetarangeId base = trees.empty() ? MetarangeId() : trees.front();
  ANABRANCH_TRY(auto diff, three_way_diff(reader, base, sides.source, sides.destination));
  return std::unique_ptr<RecordDifferences>(std::make_unique<ThreeWayRecordDiff>(std::move(diff)));
}

/// Looked for before anything is written: a merge that is refused leaves no files behind.
Result<std::vector<std::string>> find_conflicts(const TreeReader& reader, const MergeSides& sides) {
  std::vector<std::string> conflicts;
  ANABRANCH_TRY(const auto diff, changes_since(reader, sides));
  while (conflicts.size() < kConflictsReportedMax) {
    ANABRANCH_TRY(const bool found, diff->next());
    if (!found) break;
    const RecordDifference& difference = diff->difference();
    if (difference.type == DifferenceType::conflict) conflicts.emplace_back(difference.path);
  }
  return conflicts;
}

}  // namespace

Result<ThreeWayRecordDiff> three_way_diff(const TreeReader& reader, const MetarangeId& base,
                                          const MetarangeId& source, const MetarangeId& destination) {
  ANABRANCH_TRY(auto base_tree, reader.metarange(base));
  ANABRANCH_TRY(auto source_tree, reader.metarange(source));
  ANABRANCH_TRY(auto destination_tree, reader.metarange(destination));
  return ThreeWayRecordDiff(TreeCursor(reader, std::move(base_tree)),
                            TreeCursor(reader, std::move(source_tree)),
                            TreeCursor(reader, std::move(destination_tree)));
}

Result<MergeResult> merge_trees(const TreeReader& reader, const SplitParameters& split,
                                const MergeSides& sides, MergeStrategy strategy) {
  MergeResult result;
  if (strategy == MergeStrategy::none) {
    ANABRANCH_TRY(result.conflicts, find_conflicts(reader, sides));
    if (!result.conflicts.empty()) return result;
  }
  ANABRANCH_TRY(auto diff, changes_since(reader, sides));
  const auto changes = changes_of_merge(std::move(diff), strategy == MergeStrategy::source_wins);
  ANABRANCH_TRY(ApplyResult applied, rewrite(reader, split, sides.destination, *changes));
  result.metarange = std::move(applied.metarange);
  result.counts = applied.counts;
  return result;
}

}  // namespace anabranch::versioning
