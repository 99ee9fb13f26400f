// versioning/import_sources.h — what an import reads: objects under prefixes of our buckets, as entries in
// path order. Internal.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "versioning/repositories_context.h"

namespace anabranch::versioning {

/// A source, read and checked. A prefix is a plain string prefix; what follows its last '/' stays in the
/// path. A destination prefix ends in '/' (or is empty). Source: lakeFS, pkg/block/s3/walker.go,
/// pkg/catalog/walk_entry_iterator.go.
struct ParsedSource {
  ImportSourceType type = ImportSourceType::common_prefix;
  S3Address place;
  std::string destination;
};
/// Errors: invalid_argument (the message names the source).
Result<ParsedSource> parse_source(const OpenRepository& repository, const ImportSource& source);

/// The destinations that prefix sources replace: sorted, none inside another.
std::vector<std::string> replaced_prefixes(const std::vector<ParsedSource>& sources);

/// Entries of several sources merged by path; of an equal path the last source's. A source is opened when its
/// destination is reached; memory: a page of each that is open. Thread safety: none.
class SourceEntries final : public EntryIterator {
 public:
  /// `progress` is told each entry's number; false ends the walk (error cancelled).
  SourceEntries(const objects::ObjectStore& objects, std::vector<ParsedSource> sources,
                std::function<bool(std::uint64_t)> progress);

  Result<bool> next() override;
  void seek(std::string_view path) override;
  const std::string& path() const override { return current_.path; }
  const Entry& entry() const override { return current_.entry; }
  std::uint64_t count() const { return count_; }

 private:
  struct Cursor {
    ParsedSource source;
    std::size_t rank = 0;  // in the order in which sources were given
    std::string base;      // what is cut from a key: the prefix up to its last '/'
    std::string last_key;  // of the page before
    std::deque<PathEntry> read;
    bool end = false;
  };
  Result<void> fill(Cursor& cursor) const;
  /// The open source with the smallest path; nullptr: there are no more entries.
  Result<Cursor*> smallest();

  const objects::ObjectStore& objects_;
  std::vector<Cursor> cursors_;  // by destination
  std::vector<Cursor*> open_;    // into cursors_
  std::size_t opened_ = 0;       // so many of cursors_ have been opened
  std::function<bool(std::uint64_t)> progress_;
  PathEntry current_;
  std::uint64_t count_ = 0;
  std::string seek_to_;
};

}  // namespace anabranch::versioning
