// versioning/tree_changes.h — where the changes to a tree come from: callers, a build, a replacement, a
// merge. All give the same stream of encoded changes, so that one rewrite (tree_rewrite.h) serves them all.
// Inside this module.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "versioning/diff.h"
#include "versioning/tree.h"
#include "versioning/tree_reader.h"

namespace anabranch::versioning {

/// Changes in path order, each path once. The views live until the next next(). Thread safety: none.
class RecordChanges {
 public:
  virtual ~RecordChanges() = default;
  virtual Result<bool> next() = 0;
  std::string_view path() const { return path_; }
  /// Absent: the record goes.
  const std::optional<std::string_view>& value() const { return value_; }

 protected:
  void give(std::string_view path, std::optional<std::string_view> value) {
    path_ = path;
    value_ = value;
  }

 private:
  std::string_view path_;
  std::optional<std::string_view> value_;
};

using Progress = std::function<bool(std::uint64_t)>;

std::unique_ptr<RecordChanges> changes_of(ChangeIterator& changes);
/// Every entry is set.
std::unique_ptr<RecordChanges> changes_of_build(EntryIterator& entries, const Progress& progress);
/// What Trees::replace() asks for. `base` stands at its begin. Requires: prefixes sorted and disjoint.
std::unique_ptr<RecordChanges> changes_of_replacement(TreeCursor base,
                                                      const std::vector<std::string>& prefixes,
                                                      EntryIterator& entries, const Progress& progress);
/// What a merge does to its destination; of conflicts the source's side where `source_wins`, else nothing.
std::unique_ptr<RecordChanges> changes_of_merge(std::unique_ptr<RecordDifferences> diff, bool source_wins);

}  // namespace anabranch::versioning
