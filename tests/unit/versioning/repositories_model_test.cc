// Random work on branches against maps from paths to contents. Replay: TEST_SEED=<seed>.
#include <algorithm>
#include <optional>
#include <random>
#include <set>

#include "support/seed.h"
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

/// What a branch is: the contents of its head, and what is uncommitted (nullopt: deleted).
struct ModelBranch {
  std::string head;
  std::map<std::string, std::optional<std::string>> staged;
};

Contents shown(const Contents& head, const ModelBranch& branch) {
  Contents all = head;
  for (const auto& [path, bytes] : branch.staged) {
    if (bytes) {
      all[path] = *bytes;
    } else {
      all.erase(path);
    }
  }
  return all;
}

std::optional<std::string> at(const Contents& contents, const std::string& path) {
  const auto found = contents.find(path);
  return found == contents.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> difference(const Contents& left, const Contents& right) {
  Contents all = left;
  all.insert(right.begin(), right.end());
  std::vector<std::string> lines;
  for (const auto& [path, unused] : all) {
    const auto before = at(left, path), after = at(right, path);
    if (before == after) continue;
    lines.push_back((!before ? "+" : !after ? "-" : "~") + path);
  }
  return lines;
}

/// The merge, or nullopt: a conflict.
std::optional<Contents> merged(const Contents& base, const Contents& source, const Contents& destination,
                               MergeStrategy strategy) {
  Contents all = source;
  all.insert(destination.begin(), destination.end());
  Contents result;
  for (const auto& [path, unused] : all) {
    const auto b = at(base, path), s = at(source, path), d = at(destination, path);
    auto taken = s == b ? d : s;
    if (s != d && s != b && d != b) {
      if (strategy == MergeStrategy::none) return std::nullopt;
      taken = strategy == MergeStrategy::source_wins ? s : d;
    }
    if (taken) result[path] = *taken;
  }
  return result;
}

std::vector<std::string> listed(const Contents& contents, const std::string& prefix,
                                const std::string& delimiter) {
  std::vector<std::string> lines;
  for (const auto& [path, unused] : contents) {
    if (!path.starts_with(prefix)) continue;
    const std::size_t found = delimiter.empty() ? std::string::npos : path.find(delimiter, prefix.size());
    const std::string line = found == std::string::npos ? path : path.substr(0, found + 1) + "*";
    if (lines.empty() || lines.back() != line) lines.push_back(line);
  }
  return lines;
}

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {
    repo_.make_bucket("small");
    Repository wanted;
    wanted.id = "model";
    wanted.storage_namespace = "s3://small/model";
    wanted.split = {2, 3, 1 << 20};  // many ranges from few entries
    EXPECT_TRUE(block_on(repo_.repositories->create(wanted, "tester")));
    repo_.name = "model";
    const std::string first = repo_.head("main");
    commits_[first] = {};
    branches_["main"].head = first;
  }

  void step() {
    switch (pick(16)) {
      case 0:
        return make_branch();
      case 1:
      case 2:
        return commit();
      case 3:
      case 4:
        return merge();
      case 5:
        return reset();
      case 6:
        return hard_reset();
      case 7:
        return revert();
      case 8:
        return restart();
      case 9:
      case 10:
        return erase();
      default:
        return put();
    }
  }

  void check() {
    const auto& [name, branch] = any_branch();
    const Contents now = shown(commits_[branch.head], branch);
    ASSERT_EQ(repo_.head(name), branch.head);
    ASSERT_EQ(repo_.uncommitted(name), difference(commits_[branch.head], now));
    const std::string prefix = pick(2) == 0 ? "" : any_path().substr(0, pick(4));
    const std::string delimiter = pick(2) == 0 ? "" : "/";
    const auto amount = static_cast<unsigned>(1 + pick(9));
    ASSERT_EQ(repo_.paths(name, prefix, delimiter, amount), listed(now, prefix, delimiter));
    const auto other = any_branch();
    ASSERT_EQ(repo_.diff(name, other.first), difference(commits_[branch.head], commits_[other.second.head]));
  }
  void check_all() {
    for (const auto& [name, branch] : branches_) {
      ASSERT_EQ(repo_.contents(name), shown(commits_[branch.head], branch)) << name;
    }
    for (const auto& [id, contents] : commits_) ASSERT_EQ(repo_.contents(id), contents) << id;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  std::string any_path() {
    static constexpr std::string_view kFolders[] = {"", "a/", "a/b/", "c/", "a."};
    return std::string(kFolders[pick(5)]) + "f" + std::to_string(pick(12));
  }
  std::pair<const std::string, ModelBranch>& any_branch() {
    return *std::next(branches_.begin(), static_cast<std::ptrdiff_t>(pick(branches_.size())));
  }
  std::string any_commit() {
    return std::next(commits_.begin(), static_cast<std::ptrdiff_t>(pick(commits_.size())))->first;
  }

  void put() {
    auto& [name, branch] = any_branch();
    const std::string path = any_path(), bytes = std::to_string(pick(4));
    ASSERT_TRUE(repo_.put(name, path, bytes));
    branch.staged[path] = bytes;
  }
  void erase() {
    auto& [name, branch] = any_branch();
    const std::string path = any_path();
    const bool there = shown(commits_[branch.head], branch).contains(path);
    const auto erased = repo_.erase(name, path);
    ASSERT_TRUE(erased);
    ASSERT_EQ(*erased, there);
    if (there) branch.staged[path] = std::nullopt;
  }
  void make_branch() {
    if (branches_.size() > 6) return;
    const std::string name = "b" + std::to_string(++made_), source = any_commit();
    ASSERT_TRUE(repo_.make_branch(name, source));
    branches_[name].head = source;
  }
  void commit() {
    auto& [name, branch] = any_branch();
    const Contents now = shown(commits_[branch.head], branch);
    repo_.clock.advance(1'000);
    const auto made = repo_.commit(name);
    ASSERT_EQ(error_of(made), now == commits_[branch.head] ? "no_changes" : "none");
    if (!made) return;
    commits_[made->id] = now;
    branch = {made->id, {}};
  }
  std::set<std::string> ancestors(const std::string& commit) {
    std::set<std::string> all{commit};
    for (std::vector<std::string> waiting{commit}; !waiting.empty();) {
      const auto at = repo_.repositories->get_commit(repo_.name, waiting.back());
      waiting.pop_back();
      for (const auto& parent : at->parents) {
        if (all.insert(parent).second) waiting.push_back(parent);
      }
    }
    return all;
  }
  std::size_t count_bases(const std::string& left, const std::string& right) {
    std::set<std::string> bases, above;
    const auto of_right = ancestors(right);
    for (const auto& id : ancestors(left)) {
      if (of_right.contains(id)) bases.insert(id);
    }
    for (const auto& id : bases) {
      auto below = ancestors(id);
      below.erase(id);
      above.insert(below.begin(), below.end());
    }
    return static_cast<std::size_t>(
        std::count_if(bases.begin(), bases.end(), [&](const auto& id) { return !above.contains(id); }));
  }
  void merge() {
    auto& [name, branch] = any_branch();
    auto& [from, source] = any_branch();
    if (count_bases(source.head, branch.head) > 1) return;  // criss_cross_test.cc has a model for them
    const Contents& destination = commits_[branch.head];
    const auto base = repo_.repositories->merge_base(repo_.name, from, name);
    ASSERT_TRUE(base);
    MergeRequest request;
    request.strategy = static_cast<MergeStrategy>(pick(3));
    request.squash = pick(4) == 0;
    const auto expected =
        merged(commits_[base->base_commit_id], commits_[source.head], destination, request.strategy);
    const bool dirty = shown(destination, branch) != destination;
    const bool nothing = commits_[base->base_commit_id] == commits_[source.head];
    repo_.clock.advance(1'000);
    const auto made = repo_.merge(from, name, request);
    ASSERT_EQ(error_of(made), dirty          ? "dirty_branch"
                              : from == name ? "invalid_argument"
                              : nothing      ? "no_changes"
                              : expected     ? "none"
                                             : "merge_conflict");
    if (!made) return;
    commits_[made->id] = *expected;
    branch = {made->id, {}};
  }
  void reset() {
    auto& [name, branch] = any_branch();
    const std::string path = any_path();
    const auto type = static_cast<ResetType>(pick(3));
    const std::string what = type == ResetType::prefix ? path.substr(0, 1 + pick(2)) : path;
    ASSERT_TRUE(block_on(repo_.repositories->reset_branch(repo_.name, name, type, what)));
    std::erase_if(branch.staged, [&](const auto& change) {
      return type == ResetType::all ||
             (type == ResetType::object ? change.first == what : change.first.starts_with(what));
    });
  }
  void hard_reset() {
    auto& [name, branch] = any_branch();
    const std::string target = any_commit();
    const bool dirty = shown(commits_[branch.head], branch) != commits_[branch.head];
    const bool force = pick(2) == 0;
    const auto done = block_on(repo_.repositories->hard_reset_branch(repo_.name, name, target, force));
    ASSERT_EQ(error_of(done), dirty && !force ? "dirty_branch" : "none");
    if (done) branch = {target, {}};
  }
  void revert() {
    auto& [name, branch] = any_branch();
    const auto commit = repo_.repositories->get_commit(repo_.name, any_commit());
    ASSERT_TRUE(commit);
    if (commit->parents.size() != 1) return;
    const Contents& head = commits_[branch.head];
    const auto expected =
        merged(commits_[commit->id], commits_[commit->parents[0]], head, MergeStrategy::none);
    const bool dirty = shown(head, branch) != head;
    RevertRequest request;
    request.ref = commit->id;
    repo_.clock.advance(1'000);
    const auto made = block_on(repo_.repositories->revert(repo_.name, name, request));
    ASSERT_EQ(error_of(made), dirty               ? "dirty_branch"
                              : !expected         ? "merge_conflict"
                              : *expected == head ? "no_changes"
                                                  : "none");
    if (!made) return;
    commits_[made->id] = *expected;
    branch = {made->id, {}};
  }
  void restart() { repo_.reopen(); }

  std::mt19937_64 random_;
  OneRepository repo_;
  std::map<std::string, Contents> commits_;
  std::map<std::string, ModelBranch> branches_;
  int made_ = 0;
};

TEST(RepositoriesModel, BranchesHoldWhatWasDoneToThem) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  Model model(seed);
  for (int step = 0; step < 700; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    model.step();
    if (testing::Test::HasFatalFailure()) return;
    model.check();
    if (testing::Test::HasFatalFailure()) return;
  }
  model.check_all();
}

}  // namespace
}  // namespace anabranch::versioning
