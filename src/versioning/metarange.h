// versioning/metarange.h — a metarange, decoded: the ranges of a tree in order. Format:
// docs/formats/sstable.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "versioning/sstable.h"
#include "versioning/tree.h"

namespace anabranch::versioning {

/// Thread safety: immutable, so any.
struct Metarange {
  std::vector<RangeInfo> ranges;  // ascending, disjoint

  /// The first range that ends at or after `path`, from `from` on; ranges.size() where there is none.
  std::size_t find(std::string_view path, std::size_t from = 0) const;
  std::size_t memory_bytes() const;

  /// Errors: corruption.
  static Result<std::shared_ptr<const Metarange>> decode(const Sstable& table);
};

/// What "type" says in the properties of a file, and thereby in its id.
inline constexpr std::string_view kTypeProperty = "type";
inline constexpr std::string_view kRangesType = "ranges";
inline constexpr std::string_view kMetarangesType = "metaranges";

/// True for 64 lower-case hex digits: anything else names no file.
bool is_content_id(std::string_view text);

/// The value that a metarange holds for a range.
std::string encode_range(const RangeInfo& range);

}  // namespace anabranch::versioning
