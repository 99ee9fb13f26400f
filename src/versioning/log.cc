#include "versioning/log.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <unordered_set>

namespace anabranch::versioning {
namespace {

/// Walks commits by date, those of one second by generation, so that no commit comes before its children.
/// Source of the order: lakeFS, pkg/graveler/ref/commit_iterator.go.
class HistoryWalk {
 public:
  HistoryWalk(const kv::Reader& reader, const RefStore& refs, const OpenRepository& repository,
              const LogRequest& request)
      : reader_(reader), refs_(refs), repository_(repository), request_(request) {}

  Result<void> start(const CommitHandle& first) {
    seen_.insert(first->id);
    add(first);
    return {};
  }

  /// The next commit, or null at the end.
  Result<CommitHandle> next() {
    if (queue_.empty()) return CommitHandle{};
    CommitHandle at = queue_.top();
    queue_.pop();
    const std::size_t followed =
        request_.first_parent ? std::min<std::size_t>(1, at->parents.size()) : at->parents.size();
    for (std::size_t i = 0; i < followed; ++i) {
      if (!seen_.insert(at->parents[i]).second) continue;
      ANABRANCH_TRY(const auto parent, refs_.commit(reader_, repository_, at->parents[i]));
      add(parent);
    }
    return at;
  }

 private:
  struct Older {
    bool operator()(const CommitHandle& a, const CommitHandle& b) const {
      return std::make_tuple(a->created_seconds, a->generation, std::cref(a->id)) <
             std::make_tuple(b->created_seconds, b->generation, std::cref(b->id));
    }
  };
  void add(const CommitHandle& commit) {
    if (request_.since_seconds && commit->created_seconds < *request_.since_seconds) return;
    queue_.push(commit);
  }

  const kv::Reader& reader_;
  const RefStore& refs_;
  const OpenRepository& repository_;
  const LogRequest& request_;
  std::priority_queue<CommitHandle, std::vector<CommitHandle>, Older> queue_;
  std::unordered_set<std::string> seen_;
};

/// True where `commit` changed one of the paths asked for. Merges and the first commit never count, as in
/// lakeFS: what a merge brings was changed by the commits it merges.
Result<bool> touches(const kv::Reader& reader, const RefStore& refs, const OpenRepository& repository,
                     const LogRequest& request, const Commit& commit) {
  if (commit.parents.size() != 1) return false;
  ANABRANCH_TRY(const auto parent, refs.commit(reader, repository, commit.parents.front()));
  if (parent->metarange_id == commit.metarange_id) return false;
  for (const auto& path : request.objects) {
    ANABRANCH_TRY(const auto before, repository.trees.get(parent->metarange_id, path));
    ANABRANCH_TRY(const auto after, repository.trees.get(commit.metarange_id, path));
    if (before.has_value() != after.has_value()) return true;
    if (before && before->identity() != after->identity()) return true;
  }
  for (const auto& prefix : request.prefixes) {
    ANABRANCH_TRY(const auto changes, repository.trees.diff(parent->metarange_id, commit.metarange_id));
    changes->seek(prefix);
    ANABRANCH_TRY(const bool more, changes->next());
    if (more && changes->difference().path.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

Result<Page<Commit>> read_log(const Services& services, const RefStore& refs,
                              const OpenRepository& repository, const LogRequest& request) {
  const kv::Reader& reader = services.kv;
  const std::size_t amount = std::min(request.amount, kPageMax);
  const bool filtered = !request.objects.empty() || !request.prefixes.empty();
  ANABRANCH_TRY(const auto first, refs.resolve_commit(reader, repository, request.ref));
  std::string stop_at, after;
  if (!request.stop_at.empty()) {
    ANABRANCH_TRY(const auto commit, refs.resolve_commit(reader, repository, request.stop_at));
    stop_at = commit->id;
  }
  if (!request.after.empty()) {
    ANABRANCH_TRY(const auto commit, refs.resolve_commit(reader, repository, request.after));
    after = commit->id;
  }

  HistoryWalk walk(reader, refs, repository, request);
  ANABRANCH_CHECK(walk.start(first));
  Page<Commit> page;
  bool skipping = !after.empty();
  while (true) {
    ANABRANCH_TRY(const CommitHandle at, walk.next());
    if (!at) return page;
    if (skipping) {
      skipping = at->id != after;
      if (at->id == stop_at) return page;
      continue;
    }
    bool wanted = true;
    if (filtered) {
      ANABRANCH_TRY(wanted, touches(reader, refs, repository, request, *at));
    }
    if (wanted && page.items.size() == amount) {
      page.has_more = amount > 0;
      if (page.has_more) page.next_offset = page.items.back().id;
      return page;
    }
    if (wanted) page.items.push_back(*at);
    if (at->id == stop_at || (request.limit && page.items.size() == amount)) return page;
  }
}

}  // namespace anabranch::versioning
