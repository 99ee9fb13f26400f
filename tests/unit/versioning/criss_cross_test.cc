// What these prove: where histories cross, a merge gives what merging the merge bases first gives, and costs
// only what the sides differ in. Replay: TEST_SEED=<seed>.
#include <algorithm>
#include <optional>
#include <random>
#include <set>

#include "support/seed.h"
#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::optional<std::string> at(const Contents& contents, const std::string& path) {
  const auto found = contents.find(path);
  return found == contents.end() ? std::nullopt : std::optional(found->second);
}

/// Branches "left" and "right", each of which has merged the first change of the other.
struct CrissCross : OneRepository {
  CrissCross(const Contents& base, const Contents& left, const Contents& right) {
    change("main", base);
    for (const std::string branch : {"left", "right"}) EXPECT_TRUE(make_branch(branch));
    change("left", left);
    change("right", right);
    const std::string left_head = head("left");
    MergeRequest request;
    request.strategy = MergeStrategy::source_wins;
    EXPECT_TRUE(merge("right", "left", request));
    request.strategy = MergeStrategy::dest_wins;
    EXPECT_TRUE(merge(left_head, "right", request));
    EXPECT_EQ(contents("left"), contents("right"));
  }
};

TEST(CrissCross, EachSidesLaterChangeIsNoConflict) {
  CrissCross repo({{"same", "1"}}, {{"l", "1"}}, {{"r", "1"}});
  repo.change("left", {{"l", "2"}});
  repo.change("right", {{"r", "2"}});

  const auto merged = repo.merge("right", "left");

  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(repo.contents("left"), (Contents{{"l", "2"}, {"r", "2"}, {"same", "1"}}));
}

TEST(CrissCross, APathOnWhichTheBasesDisagreeHasNoBase) {
  CrissCross repo({{"f", "1"}, {"gone", "1"}, {"same", "1"}}, {{"f", "L"}, {"gone", "L"}, {"same", "L"}},
                  {{"f", "R"}, {"gone", "R"}, {"same", "R"}});
  repo.change("left", {{"f", "L2"}, {"gone", ""}, {"same", "both"}});
  repo.change("right", {{"other", "1"}, {"same", "both"}});

  const auto refused = repo.merge("right", "left");

  // The right side has not touched "f" and "gone" since the bases; but what these agree on is not there.
  ASSERT_EQ(error_of(refused), "merge_conflict");
  EXPECT_THAT(refused.error().message, HasSubstr("2 paths: f gone"));
  MergeRequest request;
  request.strategy = MergeStrategy::source_wins;
  ASSERT_TRUE(repo.merge("right", "left", request));
  EXPECT_EQ(repo.contents("left"), (Contents{{"f", "R"}, {"gone", "R"}, {"other", "1"}, {"same", "both"}}));
}

TEST(CrissCross, TheOneBaseThatIsToldStaysTheSame) {
  CrissCross repo({{"same", "1"}}, {{"l", "1"}}, {{"r", "1"}});
  repo.change("left", {{"l", "2"}});
  repo.change("right", {{"r", "2"}});
  const auto base = repo.repositories->merge_base("repo", "right", "left");
  ASSERT_TRUE(base);
  const Contents at_base = repo.contents(base->base_commit_id);

  // Newest of the two bases: the right's. From there, the left's first change is the source's, too.
  EXPECT_EQ(at_base, (Contents{{"r", "1"}, {"same", "1"}}));
  EXPECT_THAT(repo.diff("left", "right", DiffKind::three_dot), ElementsAre("!l", "~r"));
}

TEST(Merge, OfABranchIntoItselfIsRefusedByEveryName) {
  CrissCross repo({{"same", "1"}}, {{"l", "1"}}, {{"r", "1"}});
  const std::string id = repo.head("left");
  ASSERT_TRUE(block_on(repo.repositories->create_tag("repo", "v1", "left", false)));
  ASSERT_TRUE(repo.make_branch("twin", "left"));
  MergeRequest request;
  request.allow_empty = true;
  for (const std::string& name : {std::string("left"), std::string("left@"), std::string("left~0"), id,
                                  id.substr(0, 16), std::string("v1")}) {
    const auto refused = repo.merge(name, "left", request);
    ASSERT_EQ(error_of(refused), "invalid_argument") << name;
    EXPECT_THAT(refused.error().message, HasSubstr("cannot be merged into itself"));
  }
  EXPECT_EQ(repo.head("left"), id);
  EXPECT_EQ(error_of(repo.merge("twin", "left", request)), "none");
}

TEST(Revert, OfAMergeSaysWhichParentsThereAre) {
  CrissCross repo({{"same", "1"}}, {{"l", "1"}}, {{"r", "1"}});
  RevertRequest request;
  request.ref = "left";
  const auto merge = repo.repositories->get_commit("repo", "left");

  const auto refused = block_on(repo.repositories->revert("repo", "left", request));

  ASSERT_EQ(error_of(refused), "invalid_argument");
  for (const auto& parent : merge->parents) EXPECT_THAT(refused.error().message, HasSubstr(parent));
  EXPECT_THAT(refused.error().message, HasSubstr("1 for " + merge->parents[0]));
}

/// Commits as the model knows them: whole contents, ancestors as a set, merges by definition.
class HistoryModel {
 public:
  explicit HistoryModel(std::uint64_t seed) : random_(seed) {
    take("main");
    for (const std::string branch : {"a", "b", "c"}) EXPECT_TRUE(repo_.make_branch(branch));
  }

  void step() {
    if (pick(4) == 0) repo_.clock.advance(1'000);
    if (pick(3) == 0) {
      merge_something();
    } else {
      change_something();
    }
  }

  int several_bases = 0, disputes = 0, deep = 0, conflicts = 0;

 private:
  struct Known {
    Contents contents;
    std::string tree;
    std::set<std::string> ancestors;  // itself, too
    int generation = 0;
    std::int64_t seconds = 0;
  };
  struct Base {
    Contents contents;
    std::set<std::string> disputed;
  };

  std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  std::string pick_branch() { return std::string(1, "abc"[pick(3)]); }

  void take(const std::string& ref) {
    const auto commit = repo_.repositories->get_commit("repo", ref);
    ASSERT_TRUE(commit);
    Known known{repo_.contents(commit->id),
                commit->metarange_id,
                {commit->id},
                commit->generation,
                commit->created_seconds};
    for (const auto& parent : commit->parents) {
      const auto& above = commits_.at(parent).ancestors;
      known.ancestors.insert(above.begin(), above.end());
    }
    commits_[commit->id] = std::move(known);
    order_.push_back(commit->id);
  }

  void change_something() {
    const std::string branch = pick_branch();
    for (std::size_t i = 0; i <= pick(2); ++i) {
      const std::string path = "f" + std::to_string(pick(5));
      if (pick(4) == 0) {
        ASSERT_TRUE(repo_.erase(branch, path));
      } else {
        ASSERT_TRUE(repo_.put(branch, path, std::to_string(pick(4))));
      }
    }
    if (repo_.commit(branch)) take(branch);
  }

  /// The best common ancestors of any of `left` and of `right`, oldest first.
  std::vector<std::string> bases_of(const std::vector<std::string>& left, const std::string& right) const {
    std::vector<std::string> common, best;
    for (const auto& id : commits_.at(right).ancestors) {
      for (const auto& one : left) {
        if (!commits_.at(one).ancestors.contains(id)) continue;
        common.push_back(id);
        break;
      }
    }
    for (const auto& id : common) {
      const bool below = std::any_of(common.begin(), common.end(), [&](const auto& other) {
        return other != id && commits_.at(other).ancestors.contains(id);
      });
      if (!below) best.push_back(id);
    }
    std::sort(best.begin(), best.end(), [&](const auto& a, const auto& b) {
      const Known &x = commits_.at(a), &y = commits_.at(b);
      return std::tie(x.generation, x.seconds, b) < std::tie(y.generation, y.seconds, a);
    });
    return best;
  }

  std::set<std::string> all_paths() const { return {"f0", "f1", "f2", "f3", "f4"}; }

  Base merged_bases(const std::vector<std::string>& bases, int depth) {
    Base result;
    if (bases.empty()) return result;
    if (bases.size() > 1) deep = std::max(deep, depth);
    result.contents = commits_.at(bases[0]).contents;
    for (std::size_t i = 1; i < bases.size(); ++i) {
      const auto next = bases.begin() + static_cast<std::ptrdiff_t>(i);
      const Base below = merged_bases(bases_of({bases.begin(), next}, *next), depth + 1);
      for (const auto& path : all_paths()) {
        const auto left = at(result.contents, path), right = at(commits_.at(*next).contents, path),
                   base = at(below.contents, path);
        if (result.disputed.contains(path) || left == right) continue;
        const bool has_base = !below.disputed.contains(path);
        if (has_base && left == base) {
          result.contents.erase(path);
          if (right) result.contents[path] = *right;
        } else if (!has_base || right != base) {
          result.disputed.insert(path);
        }
      }
    }
    disputes += result.disputed.empty() ? 0 : 1;
    return result;
  }

  void merge_something() {
    const std::string destination = pick_branch();
    const std::string source = order_[order_.size() - 1 - pick(std::min<std::size_t>(order_.size(), 12))];
    const std::string head = repo_.head(destination);
    const Contents &theirs = commits_.at(source).contents, &ours = commits_.at(head).contents;
    MergeRequest request;
    request.strategy = static_cast<MergeStrategy>(pick(3));

    const auto bases = bases_of({source}, head);
    if (bases.size() > 1) ++several_bases;
    const Base base = merged_bases(bases, 1);
    Contents expected;
    std::set<std::string> clashes;
    for (const auto& path : all_paths()) {
      const auto b = at(base.contents, path), s = at(theirs, path), d = at(ours, path);
      const bool has_base = !base.disputed.contains(path);
      auto taken = d;
      if (s != d && has_base && d == b) taken = s;
      if (s != d && !(has_base && (s == b || d == b))) {
        clashes.insert(path);
        if (request.strategy == MergeStrategy::source_wins) taken = s;
      }
      if (taken) expected[path] = *taken;
    }
    const bool nothing_new = std::all_of(bases.begin(), bases.end(), [&](const auto& id) {
      return commits_.at(id).tree == commits_.at(source).tree;
    });

    const auto made = repo_.merge(source, destination, request);

    if (source == head) {
      ASSERT_EQ(error_of(made), "invalid_argument");
    } else if (nothing_new) {
      ASSERT_EQ(error_of(made), "no_changes");
    } else if (request.strategy == MergeStrategy::none && !clashes.empty()) {
      ++conflicts;
      ASSERT_EQ(error_of(made), "merge_conflict");
      std::string told;
      for (const auto& path : clashes) told += " " + path;
      ASSERT_THAT(made.error().message, HasSubstr("paths:" + told));
      ASSERT_EQ(repo_.head(destination), head);
    } else {
      ASSERT_EQ(error_of(made), "none");
      take(destination);
      ASSERT_EQ(commits_.at(made->id).contents, expected) << source << " into " << head;
    }
  }

  std::mt19937_64 random_;
  OneRepository repo_;
  std::map<std::string, Known> commits_;
  std::vector<std::string> order_;
};

TEST(CrissCross, RandomHistoriesMergeAsTheModelSays) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  int several_bases = 0, disputes = 0, deep = 0, conflicts = 0;
  for (std::uint64_t round = 0; round < 8; ++round) {
    HistoryModel model(seed + round);
    for (int step = 0; step < 120; ++step) {
      SCOPED_TRACE("round " + std::to_string(round) + ", step " + std::to_string(step));
      model.step();
      if (testing::Test::HasFatalFailure()) return;
    }
    several_bases += model.several_bases;
    disputes += model.disputes;
    conflicts += model.conflicts;
    deep = std::max(deep, model.deep);
  }
  // Else nothing was tried.
  EXPECT_GT(several_bases, 20);
  EXPECT_GT(disputes, 0);
  EXPECT_GT(conflicts, 0);
  EXPECT_GT(deep, 1);
}

}  // namespace
}  // namespace anabranch::versioning
