#include "versioning/tree.h"

#include <algorithm>

#include "versioning/diff.h"
#include "versioning/merge.h"
#include "versioning/tree_changes.h"
#include "versioning/tree_reader.h"
#include "versioning/tree_rewrite.h"

namespace anabranch::versioning {
namespace {

class OwnedChanges final : public ChangeIterator {
 public:
  explicit OwnedChanges(std::vector<Change> changes) : changes_(std::move(changes)) {}
  Result<bool> next() override {
    if (next_ == changes_.size()) return false;
    ++next_;
    return true;
  }
  const Change& change() const override { return changes_[next_ - 1]; }

 private:
  std::vector<Change> changes_;
  std::size_t next_ = 0;
};

Result<Entry> decode_value(std::string_view value) {
  RecordView record;
  if (!RecordView::parse(value, record))
    return fail(ErrorCode::corruption, "a range's record without an entry");
  return Entry::decode(record.data);
}

class TreeEntries final : public EntryIterator {
 public:
  TreeEntries(const TreeReader& reader, std::shared_ptr<const Metarange> metarange, std::string_view from)
      : reader_(reader), cursor_(reader_, std::move(metarange)), target_(from) {}
  TreeEntries(const TreeEntries&) = delete;  // the cursor points to the reader beside it
  TreeEntries& operator=(const TreeEntries&) = delete;

  Result<bool> next() override {
    if (std::exchange(given_, false)) cursor_.next();
    if (target_) {
      ANABRANCH_CHECK(cursor_.seek(*target_));
      target_.reset();
    }
    if (cursor_.done()) return false;
    ANABRANCH_CHECK(cursor_.load());
    path_ = cursor_.key();
    ANABRANCH_TRY(entry_, decode_value(cursor_.value()));
    given_ = true;
    return true;
  }
  void seek(std::string_view path) override {
    target_ = path;
    given_ = false;  // where `path` is the present one, it is given again
  }
  const std::string& path() const override { return path_; }
  const Entry& entry() const override { return entry_; }

 private:
  const TreeReader reader_;
  TreeCursor cursor_;
  std::optional<std::string> target_;  // where the next next() goes first
  bool given_ = false;                 // the cursor's record was given, and is to be passed
  std::string path_;
  Entry entry_;
};

Result<void> check_prefixes(const std::vector<std::string>& prefixes) {
  for (std::size_t i = 1; i < prefixes.size(); ++i) {
    if (prefixes[i] <= prefixes[i - 1] || prefixes[i].starts_with(prefixes[i - 1])) {
      return fail(ErrorCode::invalid_argument,
                  "prefixes '" + prefixes[i - 1] + "' and '" + prefixes[i] + "' overlap or are out of order");
    }
  }
  return {};
}

}  // namespace

std::unique_ptr<ChangeIterator> make_change_iterator(std::vector<Change> changes) {
  return std::make_unique<OwnedChanges>(std::move(changes));
}

Trees::Trees(MetadataFiles& files, TreeCache& cache, SplitParameters split)
    : files_(files), cache_(cache), split_(split) {}

Result<std::optional<Entry>> Trees::get(const MetarangeId& metarange, std::string_view path) const {
  const TreeReader reader(files_, cache_);
  ANABRANCH_TRY(const auto tree, reader.metarange(metarange));
  const std::size_t at = tree->find(path);
  if (at == tree->ranges.size() || path < tree->ranges[at].key_min) return std::optional<Entry>();
  ANABRANCH_TRY(const auto range, reader.range(tree->ranges[at]));
  const std::size_t index = range->lower_bound(path);
  if (index == range->size() || range->key(index) != path) return std::optional<Entry>();
  ANABRANCH_TRY(Entry entry, decode_value(range->value(index)));
  return std::optional<Entry>(std::move(entry));
}

Result<std::unique_ptr<EntryIterator>> Trees::entries(const MetarangeId& metarange,
                                                      std::string_view from) const {
  const TreeReader reader(files_, cache_);
  ANABRANCH_TRY(auto tree, reader.metarange(metarange));
  return std::unique_ptr<EntryIterator>(std::make_unique<TreeEntries>(reader, std::move(tree), from));
}

Result<ApplyResult> Trees::build(EntryIterator& entries,
                                 const std::function<bool(std::uint64_t)>& progress) const {
  const auto changes = changes_of_build(entries, progress);
  return rewrite(TreeReader(files_, cache_), split_, MetarangeId(), *changes);
}

Result<ApplyResult> Trees::apply(const MetarangeId& base, ChangeIterator& changes) const {
  const auto record_changes = changes_of(changes);
  return rewrite(TreeReader(files_, cache_), split_, base, *record_changes);
}

Result<ApplyResult> Trees::replace(const MetarangeId& base, const std::vector<std::string>& prefixes,
                                   EntryIterator& entries,
                                   const std::function<bool(std::uint64_t)>& progress) const {
  ANABRANCH_CHECK(check_prefixes(prefixes));
  const TreeReader reader(files_, cache_);
  ANABRANCH_TRY(auto tree, reader.metarange(base));
  const auto changes =
      changes_of_replacement(TreeCursor(reader, std::move(tree)), prefixes, entries, progress);
  return rewrite(reader, split_, base, *changes);
}

Result<std::unique_ptr<DiffIterator>> Trees::diff(const MetarangeId& left, const MetarangeId& right) const {
  auto reader = std::make_unique<TreeReader>(files_, cache_);
  ANABRANCH_TRY(auto left_tree, reader->metarange(left));
  ANABRANCH_TRY(auto right_tree, reader->metarange(right));
  RecordDiff diff(TreeCursor(*reader, std::move(left_tree)), TreeCursor(*reader, std::move(right_tree)));
  return make_diff_iterator(std::move(reader), std::move(diff));
}

Result<std::unique_ptr<DiffIterator>> Trees::diff_three_way(const MetarangeId& base,
                                                            const MetarangeId& source,
                                                            const MetarangeId& destination) const {
  auto reader = std::make_unique<TreeReader>(files_, cache_);
  ANABRANCH_TRY(ThreeWayRecordDiff diff, three_way_diff(*reader, base, source, destination));
  return make_diff_iterator(std::move(reader), std::move(diff));
}

bool MergeBases::are_all(const MetarangeId& tree) const {
  return !trees.empty() &&
         std::all_of(trees.begin(), trees.end(), [&](const auto& id) { return id == tree; });
}

Result<MergeResult> Trees::merge(const MergeBases& bases, const MetarangeId& source,
                                 const MetarangeId& destination, MergeStrategy strategy) const {
  return merge_trees(TreeReader(files_, cache_), split_, {bases, source, destination}, strategy);
}

Result<MergeResult> Trees::merge(const MetarangeId& base, const MetarangeId& source,
                                 const MetarangeId& destination, MergeStrategy strategy) const {
  return merge(MergeBases{{base}, {}, {}}, source, destination, strategy);
}

Result<std::vector<RangeInfo>> Trees::ranges(const MetarangeId& metarange) const {
  ANABRANCH_TRY(const auto tree, TreeReader(files_, cache_).metarange(metarange));
  return tree->ranges;
}

}  // namespace anabranch::versioning
