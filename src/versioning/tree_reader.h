// versioning/tree_reader.h — decoded files of one repository through the cache, and a cursor over a tree's
// records. Inside this module. Values stay encoded: who needs an Entry decodes it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "versioning/entry.h"
#include "versioning/metarange.h"
#include "versioning/sstable.h"
#include "versioning/tree.h"

namespace anabranch::versioning {

/// Thread safety: every method from any thread. Errors: those of MetadataFiles::read.
class TreeReader {
 public:
  TreeReader(MetadataFiles& files, TreeCache& cache) : files_(&files), cache_(&cache) {}

  /// The empty id gives the metarange without ranges.
  Result<std::shared_ptr<const Metarange>> metarange(const MetarangeId& id) const;
  /// What the metarange says of the range is held against it.
  Result<std::shared_ptr<const Sstable>> range(const RangeInfo& info) const;

  MetadataFiles& files() const { return *files_; }
  TreeCache& cache() const { return *cache_; }

 private:
  Result<std::shared_ptr<const Sstable>> read(const std::string& id, std::string_view type) const;

  MetadataFiles* files_;
  TreeCache* cache_;
};

/// A place in a tree. A range's file is read only when its records are asked for: at its first record the
/// metarange knows the key, so a range can be compared and skipped unread. Thread safety: none.
class TreeCursor {
 public:
  /// At the first record.
  TreeCursor(const TreeReader& reader, std::shared_ptr<const Metarange> metarange)
      : reader_(&reader), metarange_(std::move(metarange)) {}

  bool done() const { return range_ == metarange_->ranges.size(); }

  // All below: only where not done().

  const RangeInfo& range() const { return metarange_->ranges[range_]; }
  bool is_last_range() const { return range_ + 1 == metarange_->ranges.size(); }
  bool at_range_start() const { return index_ == 0; }
  std::size_t index_in_range() const { return index_; }
  std::string_view key() const { return table_ == nullptr ? range().key_min : table_->key(index_); }
  void skip_range();

  /// Reads the range where that was not done yet; value() and next() need it.
  Result<void> load();
  std::string_view value() const { return table_->value(index_); }
  void next();
  /// Keeps what key() and value() point into, past any move of the cursor.
  std::shared_ptr<const Sstable> table() const { return table_; }

  // Also where done().

  /// To the first range that ends at or after `path`, unless the cursor is there or further; reads nothing.
  void seek_range(std::string_view path);
  /// To the first record at or after `path`, unless the cursor is further; reads a range only where `path`
  /// lies inside.
  Result<void> seek(std::string_view path);

 private:
  const TreeReader* reader_;
  std::shared_ptr<const Metarange> metarange_;
  std::shared_ptr<const Sstable> table_;  // of the present range; null: not read yet, and index_ is 0
  std::size_t range_ = 0;
  std::size_t index_ = 0;
};

}  // namespace anabranch::versioning
