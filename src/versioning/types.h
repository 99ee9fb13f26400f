// versioning/types.h — the nouns of versioning, as every layer above speaks of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "objects/object_store.h"
#include "versioning/entry.h"
#include "versioning/tree.h"

namespace anabranch::versioning {

/// Source: lakeFS OpenAPI, "pagination": 100 where not given, 1,000 at most.
inline constexpr unsigned kPageDefault = 100;
inline constexpr unsigned kPageMax = 1'000;
inline constexpr std::size_t kPathSizeMax = 1'024;
/// An address that staging issued can be written to and linked for so long.
inline constexpr TimeMs kPhysicalAddressLifetimeMs = 24LL * 3600 * 1000;

using Metadata = std::map<std::string, std::string>;

struct Repository {
  std::string id;
  std::string storage_namespace;  // "s3://bucket/prefix", as given
  std::string default_branch;
  TimeMs created_ms = 0;
  bool read_only = false;
  SplitParameters split;
  Metadata metadata;
};

struct Branch {
  std::string id;
  std::string commit_id;
};
struct Tag {
  std::string id;
  std::string commit_id;
};

struct Commit {
  std::string id;  // 64 hex digits
  std::string committer;
  std::string message;
  std::int64_t created_seconds = 0;  // unix
  MetarangeId metarange_id;
  Metadata metadata;
  std::vector<std::string> parents;  // of a merge: the destination's, then the source's
  int version = 1;
  int generation = 0;  // 1 + the highest of the parents'
};

/// A page's bounds. `after` is exclusive.
struct PageRequest {
  std::string prefix;
  std::string after;
  unsigned amount = kPageDefault;
  /// Only names that hold it, whatever the case of ASCII letters. Costs the walk over all names of the
  /// prefix.
  std::string search = {};
  bool is_wanted(std::string_view name) const;
};
template <class T>
struct Page {
  std::vector<T> items;
  bool has_more = false;
  std::string next_offset;  // the `after` of the next page, where has_more
};

/// An object of a ref, as listings and stat give it. `physical_address` is whole: "s3://bucket/key".
struct ObjectStat {
  std::string path;
  bool is_prefix = false;  // a common prefix of a delimiter listing: only `path` is set
  std::string physical_address;
  Entry entry;
};
struct ListObjectsRequest {
  PageRequest page;
  std::string delimiter;  // any string
};

struct DiffItem {
  DifferenceType type = DifferenceType::changed;
  std::string path;
  bool is_prefix = false;
  std::int64_t size_bytes = 0;  // of the right side, or of the left where removed
};
enum class DiffKind : std::uint8_t { two_dot, three_dot };

/// Differences that a summary counts, and rows that it gives.
inline constexpr std::size_t kDiffsCountedMax = 100'000;
inline constexpr std::size_t kDiffRowsMax = 1'000;
/// Bytes: of changed paths both, the new size as added and the old one as removed; of conflicts none.
struct DiffTally {
  std::uint64_t added = 0, removed = 0, changed = 0, conflicts = 0;
  std::int64_t added_bytes = 0, removed_bytes = 0;
};
struct DiffSummaryRow {
  std::string path;
  bool is_prefix = false;
  DiffTally tally;
};
struct DiffSummaryRequest {
  std::string prefix;
  std::string delimiter;  // any string; empty: a row for each path
};
struct DiffSummary {
  std::vector<DiffSummaryRow> rows;  // the first kDiffRowsMax, in path order
  DiffTally total;                   // of the first kDiffsCountedMax differences
  bool truncated = false;            // there are more rows, or more differences
};

enum class GraphRefType : std::uint8_t { branch, tag };
struct GraphRef {
  std::string id;
  GraphRefType type = GraphRefType::branch;
  std::string commit_id;
};

/// Of the default branch's head, uncommitted changes left out. `objects` is exact; `bytes` (logical: each
/// object at its size) is too where `exact`, else the rest of the tree is taken to be like what was read so
/// far.
struct HeadFigures {
  std::uint64_t objects = 0, bytes = 0;
  bool exact = true;
};
/// Of the objects in the namespace, as they are stored. Exact but for changes of the last moments; where not
/// `exact` there are more objects than were counted.
struct NamespaceFigures {
  std::uint64_t objects = 0, bytes = 0;
  std::uint64_t data_objects = 0, data_bytes = 0;          // under data/
  std::uint64_t metadata_objects = 0, metadata_bytes = 0;  // under _lakefs/
  bool exact = true;
};
struct RepositoryFigures {
  std::uint64_t branches = 0, tags = 0;
  HeadFigures head;
  NamespaceFigures name_space;
};

struct CommitRequest {
  std::string committer;
  std::string message;
  Metadata metadata;
  std::optional<std::int64_t> date_seconds;
  bool allow_empty = false;
};
struct MergeRequest {
  std::string committer;
  std::string message;  // empty: "Merge '<source>' into '<destination>'"
  Metadata metadata;
  MergeStrategy strategy = MergeStrategy::none;
  bool allow_empty = false;
  bool squash = false;
  /// Refused (precondition_failed) where the destination's head is another commit.
  std::optional<std::string> expected_destination_commit;
};
struct MergeBase {
  std::string source_commit_id, destination_commit_id, base_commit_id;
};
struct RevertRequest {
  std::string ref;
  unsigned parent_number = 0;  // 1-based; needed for merge commits
  std::string committer;
  std::optional<CommitRequest> commit_overrides;
  bool allow_empty = false;
};
struct CherryPickRequest {
  std::string ref;
  unsigned parent_number = 0;
  std::string committer;
  std::optional<CommitRequest> commit_overrides;
};
struct LogRequest {
  std::string ref;
  std::string after;  // a commit id, exclusive
  unsigned amount = kPageDefault;
  std::vector<std::string> objects;   // commits that changed one of these paths
  std::vector<std::string> prefixes;  // or anything under these
  bool first_parent = false;
  bool limit = false;  // `amount` and no more: has_more is false then (as lakeFS)
  std::optional<std::int64_t> since_seconds;
  std::string stop_at;
};

/// Commits of all branches, with the refs that stand at them.
struct GraphPage {
  Page<Commit> commits;
  std::vector<GraphRef> refs;
};

enum class ImportSourceType : std::uint8_t { common_prefix, object };
struct ImportSource {
  ImportSourceType type = ImportSourceType::common_prefix;
  std::string uri;          // "s3://bucket/key or prefix"
  std::string destination;  // path prefix, or path of an object
};
struct ImportStatus {
  std::string id;
  bool completed = false;
  TimeMs updated_ms = 0;
  std::uint64_t ingested_objects = 0;
  MetarangeId metarange_id;
  std::optional<Commit> commit;
  std::optional<std::string> error;  // set: it ended, and why
};

struct StagingLocation {
  std::string physical_address;  // "s3://bucket/prefix/data/<partition>/<xid>"
  std::string bucket, key;
};

enum class ResetType : std::uint8_t { all, prefix, object };

/// What a ref expression names. Source: lakeFS, "Referencing commits": name, id (prefix), ~n, ^n, @, $.
struct ResolvedRef {
  std::string commit_id;
  /// Set where the expression is a plain branch name: reads then see its uncommitted changes too.
  std::optional<std::string> branch;
};

}  // namespace anabranch::versioning
