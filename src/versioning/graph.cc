#include "versioning/graph.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"

namespace anabranch::versioning {
namespace {

struct NamedHead {
  std::string name;
  std::string commit_id;
};

template <class Decode>
Result<std::vector<NamedHead>> read_heads(const kv::Reader& reader, const std::string& all, Decode decode) {
  std::vector<NamedHead> heads;
  Result<void> good;
  ANABRANCH_CHECK(reader.scan(all, kv::prefix_end(all), [&](std::string_view key, std::string_view value) {
    Result<std::string> commit_id = decode(value);
    if (!commit_id) {
      good = fail(std::move(commit_id).error());
      return kv::ScanStep::stop();
    }
    heads.push_back({std::string(key.substr(all.size())), *std::move(commit_id)});
    return kv::ScanStep::next();
  }));
  ANABRANCH_CHECK(good);
  return heads;
}

Result<std::string> commit_of_branch(std::string_view record) {
  ANABRANCH_TRY(auto decoded, decode_branch(record));
  return std::move(decoded.commit_id);
}

Result<std::string> commit_of_tag(std::string_view record) { return std::string(record); }

/// Sorted, each once.
std::vector<std::string> ids_of(const std::vector<NamedHead>& heads) {
  std::vector<std::string> ids;
  ids.reserve(heads.size());
  for (const NamedHead& head : heads) ids.push_back(head.commit_id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void add_refs(std::vector<GraphRef>& refs, std::vector<NamedHead> heads, GraphRefType type,
              const std::unordered_set<std::string_view>& commits) {
  for (NamedHead& head : heads) {
    if (refs.size() == kGraphRefsMax) return;
    if (commits.contains(head.commit_id)) {
      refs.push_back({std::move(head.name), type, std::move(head.commit_id)});
    }
  }
}

}  // namespace

/// Immutable once built.
class CommitGraphs::Graph {
 public:
  /// What is remembered of a commit.
  struct Node {
    std::string id;  // 32 bytes: the id's hex digits decoded
    std::int64_t seconds = 0;
    int generation = 0;
    std::vector<std::uint32_t> parents;  // those that are nodes
    std::vector<std::string> beyond;     // ids of parents that are none: past kGraphCommitsMax
    std::int64_t order_seconds = 0;      // no smaller than any parent's
    std::uint32_t position = 0;
  };
  struct Facts {
    std::int64_t seconds = 0;
    int generation = 0;
    std::vector<std::string> parents;  // as Node::id
  };

  /// `facts` gives what is to be known of a commit.
  template <class GiveFacts>
  static Result<GraphHandle> build(std::vector<std::string> heads, GiveFacts facts) {
    auto graph = std::make_shared<Graph>();
    graph->heads_ = std::move(heads);
    ANABRANCH_CHECK(graph->collect(facts));
    graph->arrange();
    return GraphHandle(std::move(graph));
  }

  const std::vector<std::string>& heads() const { return heads_; }
  std::size_t size() const { return nodes_.size(); }
  const std::string& id_at(std::size_t position) const { return nodes_[order_[position]].id; }
  std::optional<Facts> facts(const std::string& id) const {
    const auto found = index_.find(id);
    if (found == index_.end()) return std::nullopt;
    const Node& node = nodes_[found->second];
    if (!node.beyond.empty()) return std::nullopt;  // their order was lost
    Facts facts{node.seconds, node.generation, {}};
    for (const std::uint32_t parent : node.parents) facts.parents.push_back(nodes_[parent].id);
    return facts;
  }
  /// Where the list goes on after a commit, be it in the list or not.
  std::size_t position_after(const std::string& id, const Commit& commit) const {
    if (const auto found = index_.find(id); found != index_.end()) return nodes_[found->second].position + 1;
    const auto key = std::make_tuple(commit.created_seconds, commit.generation);
    const auto before = [this, &key](std::uint32_t at, const std::string& wanted) {
      const auto other = std::make_tuple(nodes_[at].order_seconds, nodes_[at].generation);
      return other != key ? other > key : nodes_[at].id < wanted;
    };
    return static_cast<std::size_t>(std::lower_bound(order_.begin(), order_.end(), id, before) -
                                    order_.begin());
  }

 private:
  /// All commits that the heads reach; newest first, so that it is the oldest that are left out past the
  /// bound.
  template <class GiveFacts>
  Result<void> collect(GiveFacts& facts) {
    using Waiting = std::tuple<std::int64_t, int, std::uint32_t>;
    std::priority_queue<Waiting> waiting;
    std::vector<std::vector<std::string>> parents;
    const auto add = [&](const std::string& id) -> Result<std::optional<std::uint32_t>> {
      if (const auto found = index_.find(id); found != index_.end()) return std::optional(found->second);
      if (nodes_.size() == kGraphCommitsMax) return std::optional<std::uint32_t>();
      ANABRANCH_TRY(Facts known, facts(id));
      const auto at = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back({id, known.seconds, known.generation, {}, {}, known.seconds, 0});
      parents.push_back(std::move(known.parents));
      index_.emplace(id, at);
      waiting.emplace(known.seconds, known.generation, at);
      return std::optional(at);
    };
    for (const std::string& head : heads_) ANABRANCH_CHECK(add(head));
    while (!waiting.empty()) {
      const std::uint32_t at = std::get<2>(waiting.top());
      waiting.pop();
      for (const std::string& parent : std::exchange(parents[at], {})) {
        ANABRANCH_TRY(const auto found, add(parent));
        if (found) {
          nodes_[at].parents.push_back(*found);
        } else {
          nodes_[at].beyond.push_back(parent);
        }
      }
    }
    return {};
  }

  void arrange() {
    order_.resize(nodes_.size());
    for (std::uint32_t i = 0; i < order_.size(); ++i) order_[i] = i;
    // A commit's generation is higher than its parents'.
    std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
      return nodes_[a].generation < nodes_[b].generation;
    });
    for (const std::uint32_t at : order_) {
      Node& node = nodes_[at];
      for (const std::uint32_t parent : node.parents) {
        node.order_seconds = std::max(node.order_seconds, nodes_[parent].order_seconds);
      }
    }
    std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
      const Node &left = nodes_[a], &right = nodes_[b];
      const auto left_key = std::make_tuple(left.order_seconds, left.generation);
      const auto right_key = std::make_tuple(right.order_seconds, right.generation);
      return left_key != right_key ? left_key > right_key : left.id < right.id;
    });
    for (std::uint32_t i = 0; i < order_.size(); ++i) nodes_[order_[i]].position = i;
  }

  std::vector<std::string> heads_;  // sorted, each once; as Node::id
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<std::uint32_t> order_;
};

CommitGraphs::GraphHandle CommitGraphs::kept(const std::string& uid) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const auto& entry) { return entry.first == uid; });
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return found->second;
}

void CommitGraphs::keep(const std::string& uid, GraphHandle graph) const {
  const std::lock_guard lock(mutex_);
  kept_.remove_if([&](const auto& entry) { return entry.first == uid; });
  kept_.emplace_front(uid, std::move(graph));
  std::size_t total = 0;
  for (auto at = kept_.begin(); at != kept_.end();) {
    total += at->second->size();
    at = total > kGraphCommitsKeptMax ? kept_.erase(at) : std::next(at);
  }
}

Result<CommitGraphs::GraphHandle> CommitGraphs::graph(const kv::Reader& reader,
                                                      const OpenRepository& repository,
                                                      std::vector<std::string> heads) const {
  for (std::string& head : heads) {
    ANABRANCH_TRY(head, from_hex(head));
  }
  if (auto known = kept(repository.uid); known && known->heads() == heads) return known;
  const std::lock_guard lock(building_);
  const GraphHandle known = kept(repository.uid);
  if (known && known->heads() == heads) return known;
  const auto facts = [&](const std::string& id) -> Result<Graph::Facts> {
    if (known) {
      if (auto found = known->facts(id)) return *std::move(found);
    }
    ANABRANCH_TRY(const CommitHandle commit, refs_.commit(reader, repository, to_hex(id)));
    Graph::Facts learnt{commit->created_seconds, commit->generation, {}};
    for (const std::string& parent : commit->parents) {
      ANABRANCH_TRY(std::string parent_id, from_hex(parent));
      learnt.parents.push_back(std::move(parent_id));
    }
    return learnt;
  };
  ANABRANCH_TRY(auto built, Graph::build(std::move(heads), facts));
  keep(repository.uid, built);
  return built;
}

Result<GraphPage> CommitGraphs::page(const OpenRepository& repository, const std::string& after,
                                     unsigned amount) const {
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  ANABRANCH_TRY(auto branches, read_heads(*snapshot, keys::branches(repository.uid), commit_of_branch));
  ANABRANCH_TRY(auto tags, read_heads(*snapshot, keys::tags(repository.uid), commit_of_tag));
  ANABRANCH_TRY(const GraphHandle found, graph(*snapshot, repository, ids_of(branches)));
  std::size_t at = 0;
  if (!after.empty()) {
    ANABRANCH_TRY(const CommitHandle last, refs_.resolve_commit(*snapshot, repository, after));
    ANABRANCH_TRY(const std::string id, from_hex(last->id));
    at = found->position_after(id, *last);
  }

  GraphPage page;
  const std::size_t end = std::min(found->size(), at + std::min<std::size_t>(amount, kPageMax));
  std::unordered_set<std::string_view> shown;
  page.commits.items.reserve(end - std::min(at, end));
  for (; at < end; ++at) {
    ANABRANCH_TRY(const CommitHandle commit, refs_.commit(*snapshot, repository, to_hex(found->id_at(at))));
    page.commits.items.push_back(*commit);
  }
  for (const Commit& commit : page.commits.items) shown.insert(commit.id);
  page.commits.has_more = end < found->size() && !page.commits.items.empty();
  if (page.commits.has_more) page.commits.next_offset = page.commits.items.back().id;
  add_refs(page.refs, std::move(branches), GraphRefType::branch, shown);
  add_refs(page.refs, std::move(tags), GraphRefType::tag, shown);
  return page;
}

}  // namespace anabranch::versioning
