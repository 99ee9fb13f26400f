// versioning/staging.h — uncommitted changes of a branch: reading them, and the batches that make them.
// Internal.
//
// Changes are keyed by (token, path). Writers require in their own batch that the token is still open; a
// commit closes it before it reads, so that no write lands in a token that a commit has read. Newer tokens
// win over older ones.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "versioning/refs_store.h"

namespace anabranch::versioning {

/// The newest change of `path` in `tokens` (newest first), or nullopt.
Result<std::optional<StagedRecord>> find_staged(const kv::Reader& reader,
                                                const std::vector<std::string>& tokens,
                                                const std::string& path);

/// Changes of one or several tokens in path order, each path once. Thread safety: none.
class StagedChanges {
 public:
  /// `reader` must outlive this. `tokens`: newest first.
  StagedChanges(const kv::Reader& reader, const std::vector<std::string>& tokens, std::string_view from);

  /// Moves to the next change (the first at the first call); false at the end. Errors: those of the store.
  Result<bool> next();
  /// The next next() gives the first change with path >= `path`, which must not lie before the present one.
  void seek(std::string_view path);
  const std::string& path() const { return path_; }
  const StagedRecord& record() const { return record_; }

 private:
  struct Cursor {
    std::string all;  // the token's key prefix
    std::string from;
    std::deque<std::pair<std::string, std::string>> read;  // path, value
    bool end = false;
    std::size_t page = 32;
  };
  Result<void> fill(Cursor& cursor);

  const kv::Reader& reader_;
  std::vector<Cursor> cursors_;
  std::string path_;
  StagedRecord record_;
};

/// What a commit applies: the staged changes as changes of a tree.
class StagedChangeIterator final : public ChangeIterator {
 public:
  StagedChangeIterator(const kv::Reader& reader, const std::vector<std::string>& tokens)
      : changes_(reader, tokens, "") {}
  Result<bool> next() override;
  const Change& change() const override { return change_; }

 private:
  StagedChanges changes_;
  Change change_;
};

/// What a path holds on a branch now, and where that comes from.
struct PresentEntry {
  std::optional<Entry> entry;             // what readers see
  std::optional<std::string> staged_raw;  // the record in the open token, as read
  std::optional<StagedRecord> staged;     // the same, decoded
  bool sealed = false;                    // a closed token has a change of the path
  bool committed = false;                 // the head has the path
};
/// `state` must come from `reader` too (a snapshot). `need_committed`: look in the head even where a staged
/// change decides.
Result<PresentEntry> present_entry(const kv::Reader& reader, const RefStore& refs,
                                   const OpenRepository& repository, const BranchState& state,
                                   const std::string& path, bool need_committed);

/// Of a write. Errors: precondition_failed, no_such_key (if_match on a missing path).
Result<void> check_condition(const std::optional<Entry>& present, const objects::WriteCondition& condition,
                             const std::string& path);
inline bool has_condition(const objects::WriteCondition& condition) { return !condition.empty(); }

/// The part of a staging batch that every write needs: the token is open, the path's record in it is as it
/// was read.
void require_open(kv::Batch& batch, const OpenRepository& repository, const BranchState& state);
void put_staged(kv::Batch& batch, const BranchState& state, const std::string& path,
                const std::optional<std::string>& before, const StagedRecord& record);
void erase_staged(kv::Batch& batch, const BranchState& state, const std::string& path,
                  const std::optional<std::string>& before);

/// Adds to `batch` the deletion of `path`: a tombstone, or where no commit nor closed token has it, no change
/// any more.
void stage_deletion(kv::Batch& batch, const BranchState& state, const std::string& path,
                    const PresentEntry& present);

}  // namespace anabranch::versioning
