#include "versioning/criss_cross.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace anabranch::versioning {
namespace {

/// What the merge of the bases has at a path.
struct BaseValue {
  bool is_disputed = false;               // no base: whatever a side has there, it changed it
  std::optional<std::string_view> value;  // where not disputed
};

/// The merge of some trees, looked at path by path, forward only.
class VirtualTree {
 public:
  /// All there are of one merge, by the name of their bases: the same may lie below several.
  using All = std::unordered_map<std::string, std::unique_ptr<VirtualTree>>;

  static Result<std::unique_ptr<VirtualTree>> open(const TreeReader& reader, MergeBases bases, All& all) {
    auto tree = std::make_unique<VirtualTree>(reader, all);
    for (const auto& id : bases.trees) {
      ANABRANCH_TRY(auto metarange, reader.metarange(id));
      tree->cursors_.emplace_back(reader, std::move(metarange));
    }
    tree->below_.resize(bases.trees.size());
    tree->bases_ = std::move(bases);
    return tree;
  }
  VirtualTree(const TreeReader& reader, All& all) : reader_(reader), all_(all) {}

  /// Lives until the next path is asked for.
  Result<BaseValue> at(std::string_view path, std::size_t depth) {
    if (path_ != path) {
      ANABRANCH_TRY(value_, merged(path, depth));
      path_ = path;
    }
    return value_;
  }

 private:
  Result<std::optional<std::string_view>> own(std::size_t which, std::string_view path) {
    TreeCursor& cursor = cursors_[which];
    ANABRANCH_CHECK(cursor.seek(path));
    if (cursor.done() || cursor.key() != path) return std::optional<std::string_view>();
    ANABRANCH_CHECK(cursor.load());
    return std::optional(cursor.value());
  }

  Result<BaseValue> merged(std::string_view path, std::size_t depth) {
    BaseValue value;
    if (cursors_.empty()) return value;
    ANABRANCH_TRY(value.value, own(0, path));
    for (std::size_t i = 1; i < cursors_.size(); ++i) {
      ANABRANCH_TRY(const auto next, own(i, path));
      ANABRANCH_TRY(const bool agree, same_record(value.value, next));
      if (agree) continue;
      ANABRANCH_TRY(const BaseValue base, base_of(i, path, depth));
      if (base.is_disputed) return base;
      ANABRANCH_TRY(const bool is_untouched, same_record(value.value, base.value));
      ANABRANCH_TRY(const bool next_is_untouched, same_record(next, base.value));
      if (!is_untouched && !next_is_untouched) return BaseValue{true, std::nullopt};
      if (is_untouched) value.value = next;
    }
    return value;
  }

  /// At the path, what the first `count` of the trees and the next one came from.
  Result<BaseValue> base_of(std::size_t count, std::string_view path, std::size_t depth) {
    if (depth == kBasesDepthMax) return BaseValue{true, std::nullopt};
    if (below_[count] == nullptr) {
      ANABRANCH_TRY(auto bases, bases_.below(count));
      auto& known = all_[bases.name];
      if (known == nullptr) {
        ANABRANCH_TRY(known, open(reader_, std::move(bases), all_));
      }
      below_[count] = known.get();
    }
    return below_[count]->at(path, depth + 1);
  }

  const TreeReader& reader_;
  All& all_;
  MergeBases bases_;
  std::vector<TreeCursor> cursors_;
  std::vector<VirtualTree*> below_;  // by count; null: not looked for yet
  std::optional<std::string> path_;  // the last one asked for,
  BaseValue value_;                  // and what is there
};

/// A difference that is waiting, or none any more.
class Waiting {
 public:
  explicit Waiting(RecordDiff diff) : diff_(std::move(diff)) {}

  bool is_done() const { return is_done_; }
  const RecordDifference& difference() const { return diff_.difference(); }
  /// To the first one at or after `path`, or where `past`, after it.
  Result<void> reach(std::string_view path, bool past) {
    const auto behind = [&] { return past ? difference().path <= path : difference().path < path; };
    if (is_done_ || (is_begun_ && !behind())) return {};
    if (!is_begun_ || difference().path < path) {
      ANABRANCH_CHECK(diff_.seek(path));
      ANABRANCH_CHECK(step());
    }
    if (!is_done_ && behind()) ANABRANCH_CHECK(step());
    return {};
  }

 private:
  Result<void> step() {
    ANABRANCH_TRY(const bool found, diff_.next());
    is_begun_ = true;
    is_done_ = !found;
    return {};
  }

  RecordDiff diff_;
  bool is_begun_ = false, is_done_ = false;
};

/// Where the source differs from the destination and from a base: the two are asked in turn for their next
/// difference at or after the other's, so that neither reads where the other has none.
class CrissCrossDiff final : public RecordDifferences {
 public:
  CrissCrossDiff(RecordDiff from_destination, std::vector<RecordDiff> from_bases)
      : from_destination_(std::move(from_destination)) {
    for (auto& diff : from_bases) from_bases_.emplace_back(std::move(diff));
  }

  Result<void> open(const TreeReader& reader, MergeBases bases) {
    ANABRANCH_TRY(base_, VirtualTree::open(reader, std::move(bases), below_));
    return {};
  }

  Result<bool> next() override {
    for (;;) {
      ANABRANCH_TRY(const bool found, find());
      if (!found) return false;
      const RecordDifference& sides = from_destination_.difference();  // destination, source
      ANABRANCH_TRY(const BaseValue base, base_->at(sides.path, 0));
      const auto same_as_base = [&](const std::optional<std::string_view>& side) -> Result<bool> {
        if (base.is_disputed) return false;
        return same_record(side, base.value);
      };
      ANABRANCH_TRY(const bool is_unchanged, same_as_base(sides.right));
      if (is_unchanged) continue;
      ANABRANCH_TRY(const bool is_untouched, same_as_base(sides.left));
      difference_ = sides;
      if (!is_untouched) difference_.type = DifferenceType::conflict;
      return true;
    }
  }
  const RecordDifference& difference() const override { return difference_; }

 private:
  /// To the next path, after the last one, at which both have a difference.
  Result<bool> find() {
    ANABRANCH_CHECK(from_destination_.reach(last_.value_or(""), last_.has_value()));
    while (!from_destination_.is_done()) {
      const std::string_view path = from_destination_.difference().path;
      const Waiting* first = nullptr;
      for (auto& diff : from_bases_) {
        ANABRANCH_CHECK(diff.reach(path, false));
        if (diff.is_done()) continue;
        if (first == nullptr || diff.difference().path < first->difference().path) first = &diff;
      }
      if (first == nullptr) return false;
      if (first->difference().path == path) {
        last_ = path;
        return true;
      }
      ANABRANCH_CHECK(from_destination_.reach(first->difference().path, false));
    }
    return false;
  }

  Waiting from_destination_;
  std::vector<Waiting> from_bases_;
  VirtualTree::All below_;
  std::unique_ptr<VirtualTree> base_;
  std::optional<std::string> last_;
  RecordDifference difference_;
};

}  // namespace

Result<std::unique_ptr<RecordDifferences>> criss_cross_diff(const TreeReader& reader, MergeBases bases,
                                                            const MetarangeId& source,
                                                            const MetarangeId& destination) {
  ANABRANCH_TRY(const auto source_tree, reader.metarange(source));
  const auto diff_from = [&](const MetarangeId& id) -> Result<RecordDiff> {
    ANABRANCH_TRY(auto tree, reader.metarange(id));
    return RecordDiff(TreeCursor(reader, std::move(tree)), TreeCursor(reader, source_tree));
  };
  ANABRANCH_TRY(auto from_destination, diff_from(destination));
  std::vector<RecordDiff> from_bases;
  for (const auto& id : bases.trees) {
    ANABRANCH_TRY(auto diff, diff_from(id));
    from_bases.push_back(std::move(diff));
  }
  auto diff = std::make_unique<CrissCrossDiff>(std::move(from_destination), std::move(from_bases));
  ANABRANCH_CHECK(diff->open(reader, std::move(bases)));
  return std::unique_ptr<RecordDifferences>(std::move(diff));
}

}  // namespace anabranch::versioning
