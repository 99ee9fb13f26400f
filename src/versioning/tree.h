// versioning/tree.h — committed trees: a metarange names ranges, a range names entries, both are immutable
// SSTables under <namespace>/_lakefs/<id>. Reading, building, changing, comparing and merging them; no refs,
// no staging here.
//
// Cost follows the change: equal ranges are shared and skipped by id, a change rewrites only the ranges it
// touches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "versioning/entry.h"

namespace anabranch::versioning {

/// 64 hex digits: SHA-256 as lakeFS computes it; empty: the tree without entries.
using MetarangeId = std::string;
using RangeId = std::string;

/// Where ranges are cut. A cut depends on the entries since the last one alone, so equal content gives equal
/// ranges.
struct SplitParameters {
  std::uint64_t entries_min = 8'192;  // no cut by hash before so many entries
  std::uint64_t hash_modulus =
      1'808;  // then after a key with FNV-64a(key) mod this == 0 (mean 10,000 in all)
  std::uint64_t range_bytes_max =
      20'971'520;  // or once the range's file is estimated to reach this, as lakeFS estimates
  /// lakeFS's own: cut where FNV-64a(key) mod 50,000 == 0, or at 20 MiB.
  static SplitParameters lakefs() { return {0, 50'000, 20'971'520}; }
  bool operator==(const SplitParameters&) const = default;
};

/// What a metarange says of a range.
struct RangeInfo {
  RangeId id;
  std::string key_min, key_max;
  std::uint64_t count = 0;
  std::uint64_t estimated_size_bytes = 0;
  bool operator==(const RangeInfo&) const = default;
};

/// The immutable files of one repository. Names are range or metarange ids; content never changes under a
/// name. Thread safety: every method from any thread. Blocking (would_block under ReadTier::memory).
class MetadataFiles {
 public:
  virtual ~MetadataFiles() = default;
  /// Errors: not_found, corruption, io, would_block.
  virtual Result<std::string> read(const std::string& id) = 0;
  /// Durable when it returns; writing an existing id again is cheap. Errors: no_space, io.
  virtual Result<void> write(const std::string& id, const std::string& bytes) = 0;
};

/// Entries in path order. Thread safety: none.
class EntryIterator {
 public:
  virtual ~EntryIterator() = default;
  /// Moves to the next entry (the first at the first call); false at the end. Errors: those of MetadataFiles.
  virtual Result<bool> next() = 0;
  /// The next next() gives the first entry with path >= `path`, which must not lie before the present one.
  virtual void seek(std::string_view path) = 0;
  /// Valid after next() gave true, until the following next().
  virtual const std::string& path() const = 0;
  virtual const Entry& entry() const = 0;
};

/// A change to a tree: an entry set (value) or deleted (nullopt). A stream of them is sorted by path, each
/// path once.
struct Change {
  std::string path;
  std::optional<Entry> entry;
};
class ChangeIterator {
 public:
  virtual ~ChangeIterator() = default;
  virtual Result<bool> next() = 0;
  virtual const Change& change() const = 0;
};
/// A ChangeIterator over a sorted vector that it owns.
std::unique_ptr<ChangeIterator> make_change_iterator(std::vector<Change> changes);

struct DiffCounts {
  std::uint64_t added = 0, removed = 0, changed = 0;
  std::uint64_t total() const { return added + removed + changed; }
};

enum class DifferenceType : std::uint8_t { added, removed, changed, conflict };
/// How `right` differs from `left` at a path. Of a three-way difference, `left` is the destination's entry
/// (where there is no conflict it equals the base's) and `right` the source's.
struct Difference {
  DifferenceType type = DifferenceType::added;
  std::string path;
  std::optional<Entry> left;   // absent where added
  std::optional<Entry> right;  // absent where removed
};
class DiffIterator {
 public:
  virtual ~DiffIterator() = default;
  virtual Result<bool> next() = 0;
  /// As EntryIterator::seek().
  virtual void seek(std::string_view path) = 0;
  virtual const Difference& difference() const = 0;
};

enum class MergeStrategy : std::uint8_t { none, source_wins, dest_wins };

/// What a merge starts from: one tree, or (criss-cross histories) several that are merged first, as Git's
/// recursive strategy does: the first with the second, what comes of it with the third, and so on. That merge
/// is never stored; it is looked at path by path, where it is needed. A path on which the bases disagree has
/// no base: sides that are equal there merge, others are in conflict.
struct MergeBases {
  std::vector<MetarangeId> trees;  // none: the sides have nothing in common
  std::string name;                // equal for equal bases
  /// The bases of the merge of the first `count` trees with the one behind them.
  std::function<Result<MergeBases>(std::size_t count)> below;

  /// True where merging them gives `tree` whatever lies below.
  bool are_all(const MetarangeId& tree) const;
};

struct ApplyResult {
  MetarangeId metarange;
  DiffCounts counts;  // against the base
  std::uint64_t ranges_written = 0;
};
struct MergeResult {
  MetarangeId metarange;
  DiffCounts counts;  // against the destination
  std::vector<std::string>
      conflicts;  // paths, at most kConflictsReportedMax; where any, `metarange` is empty
};
inline constexpr std::size_t kConflictsReportedMax = 1'000;

/// Decoded ranges and metaranges, shared by all repositories; bounded by bytes, least recently used goes
/// first. A file enters only after its content was found to give its id, so no repository can plant content
/// under another's id. Thread safety: every method from any thread.
class TreeCache {
 public:
  explicit TreeCache(std::size_t size_bytes_max);
  ~TreeCache();

  /// Held now, of the bound.
  std::size_t size_bytes() const;

  class Impl;  // tree_cache.h, for this module
  Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// The committed trees of one repository. All calls block while files are read (would_block under
/// ReadTier::memory). Errors of every call: not_found (a file that a tree names is missing), corruption (also
/// where a file's content does not give its name), io, no_space, would_block. Thread safety: every method
/// from any thread; iterators belong to one thread.
class Trees {
 public:
  /// Both must outlive this object and its iterators.
  Trees(MetadataFiles& files, TreeCache& cache, SplitParameters split);

  /// The entry at `path`, or nullopt.
  Result<std::optional<Entry>> get(const MetarangeId& metarange, std::string_view path) const;
  /// All entries from the first path >= `from`.
  Result<std::unique_ptr<EntryIterator>> entries(const MetarangeId& metarange, std::string_view from) const;

  /// A tree of exactly these entries, built fresh. `progress` (may be empty) is called with the count written
  /// so far and returns false to cancel (error cancelled). Errors: invalid_argument (entries out of order, a
  /// path too long).
  Result<ApplyResult> build(EntryIterator& entries, const std::function<bool(std::uint64_t)>& progress) const;
  /// `base` with `changes`: equal to building the resulting entries fresh, but only touched ranges are
  /// rewritten. A change that changes nothing (same identity set, deletion of nothing) is no change; where
  /// there is none, the result is `base`. Errors: invalid_argument (changes out of order, a path too long).
  Result<ApplyResult> apply(const MetarangeId& base, ChangeIterator& changes) const;
  /// Replaces everything under each prefix of `prefixes` (sorted, disjoint) of `base` by `entries` (sorted,
  /// all of them under these prefixes): what an import does. Ranges outside the prefixes are shared. The
  /// prefix "" is everything. Errors: invalid_argument (prefixes or entries out of order, an entry under no
  /// prefix), cancelled.
  Result<ApplyResult> replace(const MetarangeId& base, const std::vector<std::string>& prefixes,
                              EntryIterator& entries,
                              const std::function<bool(std::uint64_t)>& progress) const;

  /// What changed from `left` to `right`. Equal ranges are skipped without being read.
  Result<std::unique_ptr<DiffIterator>> diff(const MetarangeId& left, const MetarangeId& right) const;
  /// What `source` changed since `base` and `destination` does not have; conflict where `destination` changed
  /// the same path otherwise.
  Result<std::unique_ptr<DiffIterator>> diff_three_way(const MetarangeId& base, const MetarangeId& source,
                                                       const MetarangeId& destination) const;
  /// `destination` with what `source` changed since `base`. Nothing is written where there are conflicts. The
  /// walk costs what the two sides differ in, and what `source` differs in from one of its bases.
  Result<MergeResult> merge(const MergeBases& bases, const MetarangeId& source,
                            const MetarangeId& destination, MergeStrategy strategy) const;
  Result<MergeResult> merge(const MetarangeId& base, const MetarangeId& source,
                            const MetarangeId& destination, MergeStrategy strategy) const;

  /// For object info and garbage collection: the ranges of a tree, in order.
  using RangeInfo = versioning::RangeInfo;
  Result<std::vector<RangeInfo>> ranges(const MetarangeId& metarange) const;

 private:
  MetadataFiles& files_;
  TreeCache& cache_;
  SplitParameters split_;
};

}  // namespace anabranch::versioning
