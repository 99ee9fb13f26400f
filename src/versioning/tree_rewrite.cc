#include "versioning/tree_rewrite.h"

#include "versioning/split.h"
#include "versioning/tree_writer.h"

namespace anabranch::versioning {
namespace {

/// Changes that do change the base; the others are dropped, so that no range is rewritten for them.
class EffectiveChanges {
 public:
  EffectiveChanges(RecordChanges& changes, TreeCursor base) : changes_(changes), base_(std::move(base)) {}

  Result<bool> next() {
    for (;;) {
      ANABRANCH_TRY(const bool found, changes_.next());
      if (!found) return false;
      if (has_last_ && path() <= last_path_) {
        return fail(ErrorCode::invalid_argument,
                    "paths out of order: '" + std::string(path()) + "' after '" + last_path_ + "'");
      }
      last_path_ = path();
      has_last_ = true;
      ANABRANCH_TRY(const bool effective, count());
      if (effective) return true;
    }
  }
  std::string_view path() const { return changes_.path(); }
  const std::optional<std::string_view>& value() const { return changes_.value(); }
  const DiffCounts& counts() const { return counts_; }

 private:
  Result<bool> count() {
    ANABRANCH_CHECK(base_.seek(path()));
    const bool exists = !base_.done() && base_.key() == path();
    if (!exists) {
      counts_.added += value() ? 1 : 0;
      return value().has_value();
    }
    if (!value()) {
      ++counts_.removed;
      return true;
    }
    ANABRANCH_CHECK(base_.load());
    ANABRANCH_TRY(const bool is_same, same_identity(base_.value(), *value()));
    counts_.changed += is_same ? 0 : 1;
    return !is_same;
  }

  RecordChanges& changes_;
  TreeCursor base_;
  std::string last_path_;
  bool has_last_ = false;
  DiffCounts counts_;
};

/// Walks the base and the changes together. Ranges are taken over whole as long as the output stands at a
/// boundary that the base has too; a change makes it part from the base's boundaries until it meets them
/// again.
class Rewrite {
 public:
  Rewrite(const TreeReader& reader, const SplitParameters& split, std::shared_ptr<const Metarange> base,
          RecordChanges& changes)
      : split_(split),
        base_(reader, base),
        changes_(changes, TreeCursor(reader, base)),
        out_(reader, split, base) {}

  Result<ApplyResult> run(const MetarangeId& base_id) {
    ANABRANCH_TRY(has_change_, changes_.next());
    if (!has_change_) return ApplyResult{base_id, {}, 0};
    while (!base_.done() || has_change_) {
      if (may_take_range()) {
        out_.append(base_.range());
        base_.skip_range();
      } else if (has_change_ && (base_.done() || changes_.path() <= base_.key())) {
        ANABRANCH_CHECK(take_change());
      } else {
        ANABRANCH_CHECK(base_.load());
        ANABRANCH_CHECK(out_.add(base_.key(), base_.value()));
        base_.next();
      }
    }
    ApplyResult result;
    ANABRANCH_TRY(result.metarange, out_.finish());
    result.counts = changes_.counts();
    result.ranges_written = out_.ranges_written();
    return result;
  }

 private:
  bool may_take_range() const {
    if (base_.done() || !base_.at_range_start() || out_.in_range()) return false;
    if (!has_change_) return true;
    if (changes_.path() <= base_.range().key_max) return false;
    // The last range may have ended for want of entries: then those that are added now belong into it.
    return !base_.is_last_range() || ends_range(split_, base_.range());
  }

  Result<void> take_change() {
    if (!base_.done() && changes_.path() == base_.key()) {
      ANABRANCH_CHECK(base_.load());
      base_.next();
    }
    if (changes_.value()) ANABRANCH_CHECK(out_.add(changes_.path(), *changes_.value()));
    ANABRANCH_TRY(has_change_, changes_.next());
    return {};
  }

  const SplitParameters split_;
  TreeCursor base_;
  EffectiveChanges changes_;
  bool has_change_ = false;
  TreeWriter out_;
};

}  // namespace

Result<ApplyResult> rewrite(const TreeReader& reader, const SplitParameters& split, const MetarangeId& base,
                            RecordChanges& changes) {
  ANABRANCH_TRY(auto metarange, reader.metarange(base));
  return Rewrite(reader, split, std::move(metarange), changes).run(base);
}

}  // namespace anabranch::versioning
