// versioning/listing_iterators.h — what a ref shows (committed tree under staged changes), what staging
// changes in a tree, and the pages that clients get of either. Internal.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "versioning/staging.h"

namespace anabranch::versioning {

/// The entries of a tree with staged changes over them; tombstones hide. Thread safety: none.
class ViewIterator final : public EntryIterator {
 public:
  /// `staged` may be null.
  ViewIterator(std::unique_ptr<EntryIterator> committed, std::unique_ptr<StagedChanges> staged)
      : committed_(std::move(committed)), staged_(std::move(staged)) {}

  Result<bool> next() override;
  void seek(std::string_view path) override;
  const std::string& path() const override { return from_staged_ ? staged_->path() : committed_->path(); }
  const Entry& entry() const override {
    return from_staged_ ? *staged_->record().entry : committed_->entry();
  }

 private:
  enum class Side : std::uint8_t { behind, ready, end };

  std::unique_ptr<EntryIterator> committed_;
  std::unique_ptr<StagedChanges> staged_;
  Side committed_side_ = Side::behind;
  Side staged_side_ = Side::behind;
  bool from_staged_ = false;
};

/// How a branch with its staged changes differs from a tree: `base` says how its head does, staged changes
/// lie over it. Thread safety: none.
class StagedDiffIterator final : public DiffIterator {
 public:
  /// `base`: null where `left` is the head itself. `trees` and what `staged` reads from must outlive this.
  StagedDiffIterator(const Trees& trees, MetarangeId left, std::unique_ptr<DiffIterator> base,
                     std::unique_ptr<StagedChanges> staged)
      : trees_(trees), left_(std::move(left)), base_(std::move(base)), staged_(std::move(staged)) {
    if (!base_) base_side_ = Side::end;
  }

  Result<bool> next() override;
  void seek(std::string_view path) override;
  const Difference& difference() const override { return from_staged_ ? difference_ : base_->difference(); }

 private:
  enum class Side : std::uint8_t { behind, ready, end };
  /// Sets difference_ to what the staged change does to `left`; false where it changes nothing.
  Result<bool> compare(std::optional<Entry> left);

  const Trees& trees_;
  const MetarangeId left_;
  std::unique_ptr<DiffIterator> base_;
  std::unique_ptr<StagedChanges> staged_;
  Side base_side_ = Side::behind;
  Side staged_side_ = Side::behind;
  bool from_staged_ = false;
  Difference difference_;
};

inline const std::string& path_of(const EntryIterator& iterator) { return iterator.path(); }
inline const std::string& path_of(const DiffIterator& iterator) { return iterator.difference().path; }

/// Walks one page: calls `object(iterator)` for a line, `prefix(path)` for a common prefix, seeks past what
/// prefixes hold. Gives has_more and next_offset.
template <class T, class Iterator, class OnObject, class OnPrefix>
Result<Page<T>> walk_page(Iterator& iterator, const ListObjectsRequest& request, const OnObject& object,
                          const OnPrefix& prefix) {
  const std::string& under = request.page.prefix;
  const std::string& after = request.page.after;
  const std::string& delimiter = request.delimiter;
  const std::size_t amount = std::min(request.page.amount, kPageMax);
  Page<T> page;
  if (amount == 0) return page;

  // The end of the common prefix that `path` belongs to, or npos.
  const auto common_end = [&](const std::string& path) {
    const std::size_t found = delimiter.empty() ? std::string::npos : path.find(delimiter, under.size());
    return found == std::string::npos ? found : found + delimiter.size();
  };
  std::string start = under;
  if (!after.empty() && after >= under) {
    const bool whole_prefix = after.starts_with(under) && common_end(after) == after.size();
    start = whole_prefix ? kv::prefix_end(after) : after;
    if (start.empty()) return page;  // nothing sorts after it
  }
  iterator.seek(start);

  while (true) {
    ANABRANCH_TRY(const bool more, iterator.next());
    if (!more) return page;
    const std::string& path = path_of(iterator);
    if (!path.starts_with(under)) {
      if (path > under) return page;
      continue;
    }
    if (path == after) continue;
    if (page.items.size() == amount) break;
    if (const std::size_t end = common_end(path); end != std::string::npos) {
      const std::string common = path.substr(0, end);
      page.items.push_back(prefix(common));
      page.next_offset = common;
      const std::string beyond = kv::prefix_end(common);
      if (beyond.empty()) {
        page.next_offset.clear();
        return page;
      }
      iterator.seek(beyond);
    } else {
      page.items.push_back(object(iterator));
      page.next_offset = path;
    }
  }
  page.has_more = true;
  return page;
}

}  // namespace anabranch::versioning
