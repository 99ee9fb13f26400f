// versioning/graph.h — the commits of all branches of a repository as one list: newest first, children before
// parents. Internal.
//
// In: branch heads and commit records. Out: pages, with the branches and tags that stand at their commits.
// What was learnt of a repository's commits is kept, since commits never change: while no head moves, a page
// costs the page and one scan of the refs.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "versioning/refs_store.h"

namespace anabranch::versioning {

/// Of each repository, the newest so many commits are listed; the log of a ref has them all.
inline constexpr std::size_t kGraphCommitsMax = 100'000;
/// Commits kept in memory, of all repositories; about 200 bytes each.
inline constexpr std::size_t kGraphCommitsKeptMax = 200'000;
/// Refs told with one page: 10,000 branches may stand at one commit.
inline constexpr std::size_t kGraphRefsMax = 10'000;

/// A commit's id, its hex digits decoded: half the size, and no allocation, where there are 100,000 of them.
using CommitIdBytes = std::array<char, 32>;

/// Thread safety: every method from any thread. Blocks: not for network threads.
class CommitGraphs {
 public:
  CommitGraphs(const Services& services, const RefStore& refs) : services_(services), refs_(refs) {}

  /// Commits are ordered by the later of their own time and their parents' (so that a clock that was set
  /// back, or a date that was made up, brings no child behind its parent), those of one second by generation.
  /// Errors: no_such_ref (`after`), those of RefStore.
  Result<GraphPage> page(const OpenRepository& repository, const std::string& after, unsigned amount) const;

 private:
  class Graph;
  using GraphHandle = std::shared_ptr<const Graph>;
  Result<GraphHandle> build(const kv::Reader& reader, const OpenRepository& repository,
                            const GraphHandle& known, std::vector<CommitIdBytes> heads) const;
  GraphHandle kept(const std::string& uid) const;
  void keep(const std::string& uid, GraphHandle graph) const;

  const Services& services_;
  const RefStore& refs_;
  mutable std::mutex building_;  // one is built at a time
  mutable std::mutex mutex_;
  mutable std::list<std::pair<std::string, GraphHandle>> kept_;  // by use, latest first; guarded by mutex_
};

}  // namespace anabranch::versioning
