#include "versioning/listing_iterators.h"

namespace anabranch::versioning {

Result<bool> ViewIterator::next() {
  while (true) {
    if (committed_side_ == Side::behind) {
      ANABRANCH_TRY(const bool more, committed_->next());
      committed_side_ = more ? Side::ready : Side::end;
    }
    if (staged_ && staged_side_ == Side::behind) {
      ANABRANCH_TRY(const bool more, staged_->next());
      staged_side_ = more ? Side::ready : Side::end;
    }
    const bool committed = committed_side_ == Side::ready;
    const bool staged = staged_ && staged_side_ == Side::ready;
    if (!committed && !staged) return false;

    const int order = !staged ? 1 : !committed ? -1 : staged_->path().compare(committed_->path());
    if (order >= 0 && committed) committed_side_ = Side::behind;
    if (order > 0) {
      from_staged_ = false;
      return true;
    }
    staged_side_ = Side::behind;
    if (!staged_->record().entry) continue;  // a tombstone
    from_staged_ = true;
    return true;
  }
}

void ViewIterator::seek(std::string_view path) {
  // A side that stands at or past `path` is still to be given; the others move.
  if (committed_side_ == Side::behind || (committed_side_ == Side::ready && committed_->path() < path)) {
    committed_->seek(path);
    committed_side_ = Side::behind;
  }
  if (!staged_) return;
  if (staged_side_ == Side::behind || (staged_side_ == Side::ready && staged_->path() < path)) {
    staged_->seek(path);
    staged_side_ = Side::behind;
  }
}

Result<bool> StagedDiffIterator::compare(std::optional<Entry> left) {
  const std::optional<Entry>& right = staged_->record().entry;
  if (!left && !right) return false;
  if (left && right && left->identity() == right->identity()) return false;
  difference_.type = !left    ? DifferenceType::added
                     : !right ? DifferenceType::removed
                              : DifferenceType::changed;
  difference_.path = staged_->path();
  difference_.left = std::move(left);
  difference_.right = right;
  return true;
}

Result<bool> StagedDiffIterator::next() {
  while (true) {
    if (base_side_ == Side::behind) {
      ANABRANCH_TRY(const bool more, base_->next());
      base_side_ = more ? Side::ready : Side::end;
    }
    if (staged_side_ == Side::behind) {
      ANABRANCH_TRY(const bool more, staged_->next());
      staged_side_ = more ? Side::ready : Side::end;
    }
    const bool based = base_side_ == Side::ready;
    const bool staged = staged_side_ == Side::ready;
    if (!based && !staged) return false;

    const int order = !staged ? 1 : !based ? -1 : staged_->path().compare(base_->difference().path);
    if (order > 0) {
      base_side_ = Side::behind;
      from_staged_ = false;
      return true;
    }
    std::optional<Entry> left;
    if (order == 0) {
      left = base_->difference().left;
      base_side_ = Side::behind;
    } else {
      ANABRANCH_TRY(left, trees_.get(left_, staged_->path()));
    }
    staged_side_ = Side::behind;
    ANABRANCH_TRY(const bool differs, compare(std::move(left)));
    if (!differs) continue;
    from_staged_ = true;
    return true;
  }
}

void StagedDiffIterator::seek(std::string_view path) {
  if (base_side_ == Side::behind || (base_side_ == Side::ready && base_->difference().path < path)) {
    base_->seek(path);
    base_side_ = Side::behind;
  }
  if (staged_side_ == Side::behind || (staged_side_ == Side::ready && staged_->path() < path)) {
    staged_->seek(path);
    staged_side_ = Side::behind;
  }
}

}  // namespace anabranch::versioning
