#include "versioning/tree_changes.h"

#include <algorithm>

#include "versioning/wire.h"

namespace anabranch::versioning {
namespace {

/// Entries between two calls of a progress function.
constexpr std::uint64_t kProgressEntries = 1'000;

/// An entry as a record's value, in memory that is used again.
class EncodedEntry {
 public:
  std::string_view encode(const Entry& entry) {
    value_.clear();
    wire_append(entry.identity());
    wire_append(entry.encode());
    return value_;
  }

 private:
  void wire_append(std::string_view bytes) { wire::append_framed(value_, bytes); }
  std::string value_;
};

class CallersChanges final : public RecordChanges {
 public:
  explicit CallersChanges(ChangeIterator& changes) : changes_(changes) {}

  Result<bool> next() override {
    ANABRANCH_TRY(const bool found, changes_.next());
    if (!found) return false;
    const Change& change = changes_.change();
    give(change.path, change.entry ? std::optional(encoded_.encode(*change.entry)) : std::nullopt);
    return true;
  }

 private:
  ChangeIterator& changes_;
  EncodedEntry encoded_;
};

/// Counts entries and tells now and then how many there were.
class EntryFeed {
 public:
  EntryFeed(EntryIterator& entries, const Progress& progress) : entries_(entries), progress_(progress) {}

  Result<bool> next() {
    ANABRANCH_TRY(const bool found, entries_.next());
    if (progress_ && (found ? ++count_ % kProgressEntries == 0 : true) && !progress_(count_)) {
      return fail(ErrorCode::cancelled, "cancelled after " + std::to_string(count_) + " entries");
    }
    return found;
  }
  const std::string& path() const { return entries_.path(); }
  std::string_view value() { return encoded_.encode(entries_.entry()); }

 private:
  EntryIterator& entries_;
  const Progress& progress_;
  std::uint64_t count_ = 0;
  EncodedEntry encoded_;
};

class BuildChanges final : public RecordChanges {
 public:
  BuildChanges(EntryIterator& entries, const Progress& progress) : feed_(entries, progress) {}

  Result<bool> next() override {
    ANABRANCH_TRY(const bool found, feed_.next());
    if (!found) return false;
    give(feed_.path(), feed_.value());
    return true;
  }

 private:
  EntryFeed feed_;
};

class ReplacementChanges final : public RecordChanges {
 public:
  ReplacementChanges(TreeCursor base, const std::vector<std::string>& prefixes, EntryIterator& entries,
                     const Progress& progress)
      : base_(std::move(base)), prefixes_(prefixes), feed_(entries, progress) {}

  Result<bool> next() override {
    if (std::exchange(base_given_, false)) base_.next();
    if (std::exchange(entry_wanted_, false)) ANABRANCH_CHECK(next_entry());
    ANABRANCH_TRY(const bool has_base, find_base());
    if (!has_base && !has_entry_) return false;

    const bool removes = has_base && (!has_entry_ || base_.key() < feed_.path());
    base_given_ = has_base && (removes || base_.key() == feed_.path());
    if (base_given_) ANABRANCH_CHECK(base_.load());
    entry_wanted_ = !removes;
    if (removes) {
      give(base_.key(), std::nullopt);
    } else {
      give(feed_.path(), feed_.value());
    }
    return true;
  }

 private:
  Result<void> next_entry() {
    ANABRANCH_TRY(has_entry_, feed_.next());
    if (!has_entry_) return {};
    // The last prefix that is not above the path is the only one that can hold it: they are disjoint.
    const auto above = std::upper_bound(prefixes_.begin(), prefixes_.end(), feed_.path());
    if (above == prefixes_.begin() || !feed_.path().starts_with(*std::prev(above))) {
      return fail(ErrorCode::invalid_argument,
                  "'" + feed_.path() + "' lies under no prefix that is replaced");
    }
    return {};
  }

  /// To the next record of the base under one of the prefixes, from where it stands.
  Result<bool> find_base() {
    for (; prefix_ < prefixes_.size(); ++prefix_) {
      const std::string& prefix = prefixes_[prefix_];
      ANABRANCH_CHECK(base_.seek(prefix));
      if (base_.done()) break;
      if (base_.key().starts_with(prefix)) return true;
    }
    prefix_ = prefixes_.size();
    return false;
  }

  TreeCursor base_;
  const std::vector<std::string>& prefixes_;
  std::size_t prefix_ = 0;
  EntryFeed feed_;
  bool has_entry_ = false;
  bool entry_wanted_ = true;  // the entry at hand was given, or there is none yet
  bool base_given_ = false;
};

class MergeChanges final : public RecordChanges {
 public:
  MergeChanges(std::unique_ptr<RecordDifferences> diff, bool source_wins)
      : diff_(std::move(diff)), source_wins_(source_wins) {}

  Result<bool> next() override {
    for (;;) {
      ANABRANCH_TRY(const bool found, diff_->next());
      if (!found) return false;
      const RecordDifference& difference = diff_->difference();
      if (difference.type == DifferenceType::conflict && !source_wins_) continue;
      give(difference.path, difference.right);
      return true;
    }
  }

 private:
  std::unique_ptr<RecordDifferences> diff_;
  const bool source_wins_;
};

}  // namespace

std::unique_ptr<RecordChanges> changes_of(ChangeIterator& changes) {
  return std::make_unique<CallersChanges>(changes);
}

std::unique_ptr<RecordChanges> changes_of_build(EntryIterator& entries, const Progress& progress) {
  return std::make_unique<BuildChanges>(entries, progress);
}

std::unique_ptr<RecordChanges> changes_of_replacement(TreeCursor base,
                                                      const std::vector<std::string>& prefixes,
                                                      EntryIterator& entries, const Progress& progress) {
  return std::make_unique<ReplacementChanges>(std::move(base), prefixes, entries, progress);
}

std::unique_ptr<RecordChanges> changes_of_merge(std::unique_ptr<RecordDifferences> diff, bool source_wins) {
  return std::make_unique<MergeChanges>(std::move(diff), source_wins);
}

}  // namespace anabranch::versioning
