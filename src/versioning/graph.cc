#include "versioning/graph.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"

namespace anabranch::versioning {
namespace {

using Id = CommitIdBytes;
struct IdHash {
  std::size_t operator()(const Id& id) const {
    std::size_t hash = 0;  // the id is a hash itself
    std::memcpy(&hash, id.data(), sizeof hash);
    return hash;
  }
};

Result<Id> to_id(std::string_view hex) {
  Id id{};
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  bool good = hex.size() == 2 * id.size();
  for (std::size_t i = 0; good && i < id.size(); ++i) {
    const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
    good = high >= 0 && low >= 0;
    id[i] = static_cast<char>(high * 16 + low);
  }
  if (!good) return fail(ErrorCode::corruption, "'" + std::string(hex) + "' is no commit id");
  return id;
}

std::string to_text(const Id& id) { return to_hex(std::string_view(id.data(), id.size())); }

struct NamedHead {
  std::string name;
  Id commit;
};

template <class Decode>
Result<std::vector<NamedHead>> read_heads(const kv::Reader& reader, const std::string& all, Decode decode) {
  std::vector<NamedHead> heads;
  Result<void> good;
  ANABRANCH_CHECK(reader.scan(all, kv::prefix_end(all), [&](std::string_view key, std::string_view value) {
    const Result<Id> commit = decode(value);
    if (!commit) {
      good = fail(commit.error());
      return kv::ScanStep::stop();
    }
    heads.push_back({std::string(key.substr(all.size())), *commit});
    return kv::ScanStep::next();
  }));
  ANABRANCH_CHECK(good);
  return heads;
}

Result<Id> commit_of_branch(std::string_view record) {
  ANABRANCH_TRY(const auto decoded, decode_branch(record));
  return to_id(decoded.commit_id);
}

/// Sorted, each once.
std::vector<Id> ids_of(const std::vector<NamedHead>& heads) {
  std::vector<Id> ids;
  ids.reserve(heads.size());
  for (const NamedHead& head : heads) ids.push_back(head.commit);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void add_refs(std::vector<GraphRef>& refs, std::vector<NamedHead> heads, GraphRefType type,
              const std::unordered_set<Id, IdHash>& commits) {
  for (NamedHead& head : heads) {
    if (refs.size() == kGraphRefsMax) return;
    if (commits.contains(head.commit)) refs.push_back({std::move(head.name), type, to_text(head.commit)});
  }
}

/// What is to be known of a commit.
struct Facts {
  std::int64_t seconds = 0;
  int generation = 0;
  std::vector<Id> parents;
};
using FactsById = std::unordered_map<Id, Facts, IdHash>;

Result<Facts> facts_of(const Commit& commit) {
  Facts facts{commit.created_seconds, commit.generation, {}};
  facts.parents.reserve(commit.parents.size());
  for (const std::string& parent : commit.parents) {
    ANABRANCH_TRY(const Id id, to_id(parent));
    facts.parents.push_back(id);
  }
  return facts;
}

/// All commits there are, in one scan: cheaper than asking for each.
Result<void> read_all_facts(const kv::Reader& reader, const OpenRepository& repository, FactsById& all) {
  Result<void> good;
  const std::string prefix = keys::commits(repository.uid);
  ANABRANCH_CHECK(
      reader.scan(prefix, kv::prefix_end(prefix), [&](std::string_view key, std::string_view value) {
        const auto add = [&]() -> Result<void> {
          const std::string_view hex = key.substr(prefix.size());
          ANABRANCH_TRY(const Id id, to_id(hex));
          ANABRANCH_TRY(const Commit commit, decode_commit(std::string(hex), value));
          ANABRANCH_TRY(all[id], facts_of(commit));
          return {};
        };
        good = add();
        return good && all.size() < kGraphCommitsMax ? kv::ScanStep::next() : kv::ScanStep::stop();
      }));
  return good;
}

}  // namespace

/// Immutable once built.
class CommitGraphs::Graph {
 public:
  /// `give_facts` says what is to be known of a commit.
  template <class GiveFacts>
  static Result<GraphHandle> build(std::vector<Id> heads, const GiveFacts& give_facts) {
    auto graph = std::make_shared<Graph>();
    graph->heads_ = std::move(heads);
    ANABRANCH_CHECK(graph->collect(give_facts));
    graph->arrange();
    return GraphHandle(std::move(graph));
  }

  const std::vector<Id>& heads() const { return heads_; }
  std::size_t size() const { return nodes_.size(); }
  const Id& id_at(std::size_t position) const { return nodes_[order_[position]].id; }
  /// Null where the commit is not in the list.
  const Facts* facts(const Id& id) const {
    const auto found = index_.find(id);
    return found == index_.end() ? nullptr : &nodes_[found->second].facts;
  }
  /// Where the list goes on after a commit, be it in the list or not.
  std::size_t position_after(const Id& id, const Commit& commit) const {
    if (const auto found = index_.find(id); found != index_.end()) return nodes_[found->second].position + 1;
    const Key wanted{-commit.created_seconds, -commit.generation, id};
    const auto before = [this](std::uint32_t at, const Key& key) { return key_of(nodes_[at]) < key; };
    return static_cast<std::size_t>(std::lower_bound(order_.begin(), order_.end(), wanted, before) -
                                    order_.begin());
  }

 private:
  struct Node {
    Id id;
    Facts facts;
    std::int64_t order_seconds = 0;  // no smaller than any parent's
    std::uint32_t position = 0;
  };
  using Key = std::tuple<std::int64_t, int, Id>;  // ascending: newest first
  static Key key_of(const Node& node) { return {-node.order_seconds, -node.facts.generation, node.id}; }

  /// All commits that the heads reach; newest first, so that it is the oldest that are left out past the
  /// bound.
  template <class GiveFacts>
  Result<void> collect(const GiveFacts& give_facts) {
    std::priority_queue<std::tuple<std::int64_t, int, std::uint32_t>> waiting;
    const auto add = [&](const Id& id) -> Result<void> {
      if (nodes_.size() == kGraphCommitsMax) return {};
      const auto at = static_cast<std::uint32_t>(nodes_.size());
      if (!index_.emplace(id, at).second) return {};
      ANABRANCH_TRY(Facts facts, give_facts(id));
      waiting.emplace(facts.seconds, facts.generation, at);
      nodes_.push_back({id, std::move(facts), 0, 0});
      return {};
    };
    index_.reserve(2 * heads_.size());
    for (const Id& head : heads_) ANABRANCH_CHECK(add(head));
    while (!waiting.empty()) {
      const std::uint32_t at = std::get<2>(waiting.top());
      waiting.pop();
      for (std::size_t i = 0; i < nodes_[at].facts.parents.size(); ++i) {
        const Id parent = nodes_[at].facts.parents[i];  // a copy: nodes_ grows
        ANABRANCH_CHECK(add(parent));
      }
    }
    return {};
  }

  void arrange() {
    order_.resize(nodes_.size());
    std::iota(order_.begin(), order_.end(), 0U);
    // A commit's generation is higher than its parents'.
    std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
      return nodes_[a].facts.generation < nodes_[b].facts.generation;
    });
    for (const std::uint32_t at : order_) {
      Node& node = nodes_[at];
      node.order_seconds = node.facts.seconds;
      for (const Id& parent : node.facts.parents) {
        const auto found = index_.find(parent);
        if (found == index_.end()) continue;  // past kGraphCommitsMax
        node.order_seconds = std::max(node.order_seconds, nodes_[found->second].order_seconds);
      }
    }
    std::sort(order_.begin(), order_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return key_of(nodes_[a]) < key_of(nodes_[b]); });
    for (std::uint32_t i = 0; i < order_.size(); ++i) nodes_[order_[i]].position = i;
  }

  std::vector<Id> heads_;  // sorted, each once
  std::vector<Node> nodes_;
  std::unordered_map<Id, std::uint32_t, IdHash> index_;
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

Result<CommitGraphs::GraphHandle> CommitGraphs::build(const kv::Reader& reader,
                                                      const OpenRepository& repository,
                                                      const GraphHandle& known,
                                                      std::vector<CommitIdBytes> heads) const {
  FactsById all;
  if (!known) ANABRANCH_CHECK(read_all_facts(reader, repository, all));
  const auto give_facts = [&](const Id& id) -> Result<Facts> {
    if (const Facts* const facts = known ? known->facts(id) : nullptr) return *facts;
    if (const auto found = all.find(id); found != all.end()) return std::move(found->second);
    ANABRANCH_TRY(const CommitHandle commit, refs_.commit(reader, repository, to_text(id)));
    return facts_of(*commit);
  };
  return Graph::build(std::move(heads), give_facts);
}

Result<GraphPage> CommitGraphs::page(const OpenRepository& repository, const std::string& after,
                                     unsigned amount) const {
  const std::unique_ptr<kv::Reader> snapshot = services_.kv.snapshot();
  const kv::Reader& reader = *snapshot;
  ANABRANCH_TRY(auto branches, read_heads(reader, keys::branches(repository.uid), commit_of_branch));
  ANABRANCH_TRY(auto tags, read_heads(reader, keys::tags(repository.uid), to_id));
  std::vector<Id> heads = ids_of(branches);

  GraphHandle graph = kept(repository.uid);
  if (!graph || graph->heads() != heads) {
    const std::lock_guard lock(building_);
    const GraphHandle known = kept(repository.uid);
    if (known && known->heads() == heads) {
      graph = known;  // another call has built it
    } else {
      ANABRANCH_TRY(graph, build(reader, repository, known, std::move(heads)));
      keep(repository.uid, graph);
    }
  }

  std::size_t at = 0;
  if (!after.empty()) {
    ANABRANCH_TRY(const CommitHandle last, refs_.resolve_commit(reader, repository, after));
    ANABRANCH_TRY(const Id id, to_id(last->id));
    at = graph->position_after(id, *last);
  }
  GraphPage page;
  const std::size_t end = std::min(graph->size(), at + std::min<std::size_t>(amount, kPageMax));
  std::unordered_set<Id, IdHash> shown;
  for (; at < end; ++at) {
    ANABRANCH_TRY(const CommitHandle commit, refs_.commit(reader, repository, to_text(graph->id_at(at))));
    page.commits.items.push_back(*commit);
    shown.insert(graph->id_at(at));
  }
  page.commits.has_more = end < graph->size() && !page.commits.items.empty();
  if (page.commits.has_more) page.commits.next_offset = page.commits.items.back().id;
  add_refs(page.refs, std::move(branches), GraphRefType::branch, shown);
  add_refs(page.refs, std::move(tags), GraphRefType::tag, shown);
  return page;
}

}  // namespace anabranch::versioning
