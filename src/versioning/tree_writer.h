// versioning/tree_writer.h — turns sorted records into ranges and their metarange. Inside this module.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "versioning/metarange.h"
#include "versioning/split.h"
#include "versioning/sstable_writer.h"
#include "versioning/tree_reader.h"

namespace anabranch::versioning {

/// Thread safety: none. What is written enters the cache: the next commit will ask for it.
class TreeWriter {
 public:
  /// Ranges that `base` holds are not written again.
  TreeWriter(const TreeReader& reader, const SplitParameters& split, std::shared_ptr<const Metarange> base)
      : reader_(reader), split_(split), base_(std::move(base)) {}

  /// True while a range is being filled: whole ranges cannot be appended then.
  bool in_range() const { return writer_.has_value(); }
  /// Errors: invalid_argument (out of order, too long), and those of MetadataFiles::write.
  Result<void> add(std::string_view path, std::string_view value);
  /// Takes over a range as it is. Requires: not in_range(), and behind all before.
  void append(const RangeInfo& range) { metarange_.ranges.push_back(range); }
  /// Ends the last range and writes the metarange; the empty id where there are no entries.
  Result<MetarangeId> finish();
  std::uint64_t ranges_written() const { return ranges_written_; }

 private:
  Result<void> end_range();
  bool base_holds(const RangeInfo& range) const;

  const TreeReader& reader_;
  const SplitParameters split_;
  const std::shared_ptr<const Metarange> base_;
  std::optional<SstableWriter> writer_;
  Metarange metarange_;
  std::uint64_t ranges_written_ = 0;
};

}  // namespace anabranch::versioning
