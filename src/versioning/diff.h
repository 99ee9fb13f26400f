// versioning/diff.h — differences between trees, over records that stay encoded. Inside this module.
//
// Two trees that share a range share its id: it is passed over in both and never read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "versioning/tree.h"
#include "versioning/tree_reader.h"

namespace anabranch::versioning {

/// A path at which two trees differ. The views live until the next move of what gave them.
struct RecordDifference {
  DifferenceType type = DifferenceType::added;
  std::string_view path;
  std::optional<std::string_view> left, right;  // values, absent where there is no record
};

/// Differences of one kind or another, in path order. Thread safety: none.
class RecordDifferences {
 public:
  virtual ~RecordDifferences() = default;
  virtual Result<bool> next() = 0;
  virtual const RecordDifference& difference() const = 0;
};

/// True where two values have the same identity: the content is equal, wherever it lies. Errors: corruption.
Result<bool> same_identity(std::string_view left, std::string_view right);
/// The same of what may be absent: absent and absent is the same, too.
Result<bool> same_record(const std::optional<std::string_view>& left,
                         const std::optional<std::string_view>& right);

/// How `right` differs from `left`, in path order. Thread safety: none.
class RecordDiff {
 public:
  RecordDiff(TreeCursor left, TreeCursor right) : left_(std::move(left)), right_(std::move(right)) {}

  Result<bool> next();
  /// The next next() gives the first difference at or after `path`.
  Result<void> seek(std::string_view path);
  const RecordDifference& difference() const { return difference_; }

 private:
  void pass_present();
  bool pass_shared_range();
  Result<bool> give(DifferenceType type);

  TreeCursor left_, right_;
  bool left_pending_ = false,
       right_pending_ = false;  // the record of the present difference was not passed yet
  RecordDifference difference_;
};

/// What `source` changed since `base` and `destination` does not have; `left` is the destination's value.
/// The walk costs what `source` changed: of `destination` only ranges with such paths are read.
class ThreeWayRecordDiff final : public RecordDifferences {
 public:
  ThreeWayRecordDiff(TreeCursor base, TreeCursor source, TreeCursor destination)
      : changes_(std::move(base), std::move(source)), destination_(std::move(destination)) {}

  Result<bool> next() override;
  Result<void> seek(std::string_view path) { return changes_.seek(path); }
  const RecordDifference& difference() const override { return difference_; }

 private:
  RecordDiff changes_;  // from base to source
  TreeCursor destination_;
  RecordDifference difference_;
};

/// The same with entries decoded, for callers.
std::unique_ptr<DiffIterator> make_diff_iterator(std::unique_ptr<TreeReader> reader, RecordDiff diff);
std::unique_ptr<DiffIterator> make_diff_iterator(std::unique_ptr<TreeReader> reader, ThreeWayRecordDiff diff);

}  // namespace anabranch::versioning
