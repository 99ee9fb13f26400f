#include "versioning/merge_base.h"

#include <cstdint>
#include <queue>
#include <tuple>
#include <unordered_map>

namespace anabranch::versioning {
namespace {

constexpr std::uint8_t kFromLeft = 1, kFromRight = 2, kFromBoth = 3;
/// An ancestor of a common ancestor: no base.
constexpr std::uint8_t kBelowBase = 4;

/// Highest generation first: when a commit's turn comes, all its descendants had theirs, so its marks are
/// complete.
struct Later {
  bool operator()(const CommitHandle& a, const CommitHandle& b) const {
    return std::make_tuple(a->generation, a->created_seconds, std::cref(b->id)) <
           std::make_tuple(b->generation, b->created_seconds, std::cref(a->id));
  }
};

using Queue = std::priority_queue<CommitHandle, std::vector<CommitHandle>, Later>;

/// The walk of find_merge_bases().
class BaseSearch {
 public:
  BaseSearch(const RefStore& refs, const kv::Reader& reader, const OpenRepository& repository)
      : refs_(refs), reader_(reader), repository_(repository) {}

  Result<std::vector<CommitHandle>> find(const std::vector<CommitHandle>& left, const CommitHandle& right) {
    for (const auto& commit : left) mark(commit, kFromLeft);
    mark(right, kFromRight);
    std::vector<CommitHandle> found;  // newest first
    while (undecided_ > 0) {
      const CommitHandle at = queue_.top();
      queue_.pop();
      std::uint8_t marks = reached_[at->id].marks;
      if ((marks & kBelowBase) == 0) --undecided_;
      if (marks == kFromBoth) {
        found.push_back(at);
        marks |= kBelowBase;
      }
      for (const auto& parent : at->parents) {
        if (const auto known = reached_.find(parent); known != reached_.end()) {
          mark(known->second.commit, marks);
        } else {
          ANABRANCH_TRY(const auto commit, refs_.commit(reader_, repository_, parent));
          mark(commit, marks);
        }
      }
    }
    return std::vector<CommitHandle>(found.rbegin(), found.rend());
  }

 private:
  struct Reached {
    CommitHandle commit;
    std::uint8_t marks = 0;
  };

  /// A commit's turn comes after all its descendants', so one that is marked is still in the queue.
  void mark(const CommitHandle& commit, std::uint8_t marks) {
    const auto [at, first] = reached_.try_emplace(commit->id, Reached{commit, 0});
    const bool was_undecided = !first && (at->second.marks & kBelowBase) == 0;
    at->second.marks |= marks;
    const bool is_undecided = (at->second.marks & kBelowBase) == 0;
    if (first) queue_.push(commit);
    if (is_undecided && !was_undecided) ++undecided_;
    if (was_undecided && !is_undecided) --undecided_;
  }

  const RefStore& refs_;
  const kv::Reader& reader_;
  const OpenRepository& repository_;
  Queue queue_;
  std::unordered_map<std::string, Reached> reached_;
  std::size_t undecided_ = 0;  // in the queue, not known to lie below a base
};

}  // namespace

Result<std::vector<CommitHandle>> find_merge_bases(const RefStore& refs, const kv::Reader& reader,
                                                   const OpenRepository& repository,
                                                   const std::vector<CommitHandle>& left,
                                                   const CommitHandle& right) {
  return BaseSearch(refs, reader, repository).find(left, right);
}

Result<MergeBases> merge_bases_of(const RefStore& refs, const kv::Reader& reader,
                                  const OpenRepository& repository, const std::vector<CommitHandle>& left,
                                  const CommitHandle& right) {
  ANABRANCH_TRY(auto commits, find_merge_bases(refs, reader, repository, left, right));
  MergeBases bases;
  for (const auto& commit : commits) {
    bases.trees.push_back(commit->metarange_id);
    bases.name += commit->id;
  }
  bases.below = [&refs, &reader, &repository, commits = std::move(commits)](std::size_t count) {
    const auto next = commits.begin() + static_cast<std::ptrdiff_t>(count);
    return merge_bases_of(refs, reader, repository, {commits.begin(), next}, *next);
  };
  return bases;
}

Result<CommitHandle> find_merge_base(const RefStore& refs, const kv::Reader& reader,
                                     const OpenRepository& repository, const CommitHandle& left,
                                     const CommitHandle& right) {
  Queue queue;
  std::unordered_map<std::string, std::uint8_t> reached;
  reached[left->id] |= kFromLeft;
  reached[right->id] |= kFromRight;
  queue.push(left);
  if (right->id != left->id) queue.push(right);

  while (!queue.empty()) {
    const CommitHandle at = queue.top();
    queue.pop();
    const std::uint8_t marks = reached[at->id];
    if (marks == kFromBoth) return at;
    for (const auto& parent : at->parents) {
      const auto [known, first] = reached.try_emplace(parent, std::uint8_t{0});
      known->second |= marks;
      if (!first) continue;
      ANABRANCH_TRY(auto commit, refs.commit(reader, repository, parent));
      queue.push(std::move(commit));
    }
  }
  return fail(ErrorCode::not_found, "the two commits have no common ancestor");
}

}  // namespace anabranch::versioning
