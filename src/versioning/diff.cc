#include "versioning/diff.h"

namespace anabranch::versioning {
namespace {

Result<std::optional<Entry>> decode(const std::optional<std::string_view>& value) {
  if (!value) return std::optional<Entry>();
  RecordView record;
  if (!RecordView::parse(*value, record))
    return fail(ErrorCode::corruption, "a range's record without an entry");
  ANABRANCH_TRY(Entry entry, Entry::decode(record.data));
  return std::optional<Entry>(std::move(entry));
}

template <class Diff>
class DecodingDiffIterator final : public DiffIterator {
 public:
  DecodingDiffIterator(std::unique_ptr<TreeReader> reader, Diff diff)
      : reader_(std::move(reader)), diff_(std::move(diff)) {}

  Result<bool> next() override {
    ANABRANCH_CHECK(std::exchange(seek_result_, {}));
    ANABRANCH_TRY(const bool found, diff_.next());
    if (!found) return false;
    const RecordDifference& found_difference = diff_.difference();
    difference_.type = found_difference.type;
    difference_.path = found_difference.path;
    ANABRANCH_TRY(difference_.left, decode(found_difference.left));
    ANABRANCH_TRY(difference_.right, decode(found_difference.right));
    return true;
  }
  void seek(std::string_view path) override { seek_result_ = diff_.seek(path); }
  const Difference& difference() const override { return difference_; }

 private:
  std::unique_ptr<TreeReader> reader_;  // the cursors point to it
  Diff diff_;
  Result<void> seek_result_;  // given by the next next()
  Difference difference_;
};

}  // namespace

Result<bool> same_identity(std::string_view left, std::string_view right) {
  RecordView left_record, right_record;
  if (!RecordView::parse(left, left_record) || !RecordView::parse(right, right_record)) {
    return fail(ErrorCode::corruption, "a range's record without an identity");
  }
  return left_record.identity == right_record.identity;
}

Result<bool> same_record(const std::optional<std::string_view>& left,
                         const std::optional<std::string_view>& right) {
  if (!left || !right) return !left && !right;
  return same_identity(*left, *right);
}

void RecordDiff::pass_present() {
  if (std::exchange(left_pending_, false)) left_.next();
  if (std::exchange(right_pending_, false)) right_.next();
}

bool RecordDiff::pass_shared_range() {
  if (left_.index_in_range() != right_.index_in_range() || left_.range().id != right_.range().id)
    return false;
  left_.skip_range();
  right_.skip_range();
  return true;
}

Result<bool> RecordDiff::next() {
  pass_present();
  for (;;) {
    if (left_.done() && right_.done()) return false;
    if (left_.done()) return give(DifferenceType::added);
    if (right_.done()) return give(DifferenceType::removed);
    if (pass_shared_range()) continue;

    const int order = left_.key().compare(right_.key());
    if (order < 0) return give(DifferenceType::removed);
    if (order > 0) return give(DifferenceType::added);
    ANABRANCH_CHECK(left_.load());
    ANABRANCH_CHECK(right_.load());
    ANABRANCH_TRY(const bool is_same, same_identity(left_.value(), right_.value()));
    if (!is_same) return give(DifferenceType::changed);
    left_.next();
    right_.next();
  }
}

Result<bool> RecordDiff::give(DifferenceType type) {
  const bool has_left = type != DifferenceType::added, has_right = type != DifferenceType::removed;
  if (has_left) ANABRANCH_CHECK(left_.load());
  if (has_right) ANABRANCH_CHECK(right_.load());
  difference_ = {type, has_left ? left_.key() : right_.key(), std::nullopt, std::nullopt};
  if (has_left) difference_.left = left_.value();
  if (has_right) difference_.right = right_.value();
  left_pending_ = has_left;
  right_pending_ = has_right;
  return true;
}

Result<void> RecordDiff::seek(std::string_view path) {
  left_pending_ = right_pending_ = false;  // where `path` is the present one, it is given again
  left_.seek_range(path);
  right_.seek_range(path);
  // A shared range that `path` lies in is passed over whole; the ranges behind it begin after `path`.
  if (!left_.done() && !right_.done() && left_.at_range_start() && right_.at_range_start())
    pass_shared_range();
  ANABRANCH_CHECK(left_.seek(path));
  return right_.seek(path);
}

Result<bool> ThreeWayRecordDiff::next() {
  for (;;) {
    ANABRANCH_TRY(const bool found, changes_.next());
    if (!found) return false;
    const RecordDifference& change = changes_.difference();
    ANABRANCH_CHECK(destination_.seek(change.path));
    std::optional<std::string_view> destination;
    if (!destination_.done() && destination_.key() == change.path) {
      ANABRANCH_CHECK(destination_.load());
      destination = destination_.value();
    }
    ANABRANCH_TRY(const bool has_it, same_record(destination, change.right));
    if (has_it) continue;
    ANABRANCH_TRY(const bool is_untouched, same_record(destination, change.left));
    difference_ = {is_untouched ? change.type : DifferenceType::conflict, change.path, destination,
                   change.right};
    return true;
  }
}

std::unique_ptr<DiffIterator> make_diff_iterator(std::unique_ptr<TreeReader> reader, RecordDiff diff) {
  return std::make_unique<DecodingDiffIterator<RecordDiff>>(std::move(reader), std::move(diff));
}

std::unique_ptr<DiffIterator> make_diff_iterator(std::unique_ptr<TreeReader> reader,
                                                 ThreeWayRecordDiff diff) {
  return std::make_unique<DecodingDiffIterator<ThreeWayRecordDiff>>(std::move(reader), std::move(diff));
}

}  // namespace anabranch::versioning
