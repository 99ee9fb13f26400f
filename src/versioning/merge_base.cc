#include "versioning/merge_base.h"

#include <cstdint>
#include <queue>
#include <tuple>
#include <unordered_map>

namespace anabranch::versioning {
namespace {

constexpr std::uint8_t kFromLeft = 1, kFromRight = 2, kFromBoth = 3;

/// Highest generation first: when a commit's turn comes, all its descendants had theirs, so its marks are
/// complete.
struct Later {
  bool operator()(const CommitHandle& a, const CommitHandle& b) const {
    return std::make_tuple(a->generation, a->created_seconds, std::cref(b->id)) <
           std::make_tuple(b->generation, b->created_seconds, std::cref(a->id));
  }
};

}  // namespace

Result<CommitHandle> find_merge_base(const RefStore& refs, const kv::Reader& reader,
                                     const OpenRepository& repository, const CommitHandle& left,
                                     const CommitHandle& right) {
  std::priority_queue<CommitHandle, std::vector<CommitHandle>, Later> queue;
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
