// Many clients at once: no acknowledged write is lost, no merge is turned away.
#include <thread>

#include "unit/versioning/repositories_fixture.h"

namespace anabranch::versioning {
namespace {

/// Runs `work(0)`, `work(1)`, ... each on a thread of its own.
template <class Work>
void together(int threads, Work work) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
  for (auto& thread : running) thread.join();
}

TEST(Races, WritesAcknowledgedDuringCommitsAreInOneOrStillStaged) {
  constexpr int kWriters = 4, kWrites = 60;
  OneRepository repo;
  std::atomic<int> writing{kWriters};
  std::vector<Contents> acknowledged(kWriters);
  together(kWriters + 2, [&](int number) {
    if (number >= kWriters) {  // those who commit, one also resets what nobody writes
      while (writing > 0) {
        const auto commit = repo.commit("main");
        EXPECT_TRUE(commit || commit.error().code == ErrorCode::no_changes) << commit.error().message;
        if (number == kWriters) {
          EXPECT_TRUE(
              block_on(repo.repositories->reset_branch("repo", "main", ResetType::prefix, "nobody/")));
        }
      }
      return;
    }
    Contents& mine = acknowledged[static_cast<std::size_t>(number)];
    for (int i = 0; i < kWrites; ++i) {
      const std::string path = "w" + std::to_string(number) + "/" + std::to_string(i % 20);
      if (i % 7 == 6) {
        const auto erased = repo.erase("main", path);
        ASSERT_TRUE(erased) << erased.error().message;
        EXPECT_EQ(*erased, mine.erase(path) == 1) << path;
      } else {
        const auto put = repo.put("main", path, std::to_string(i));
        ASSERT_TRUE(put) << put.error().message;
        mine[path] = std::to_string(i);
      }
      // Its own write is seen at once, whatever commits do meanwhile.
      ASSERT_EQ(repo.read("main", path), mine.contains(path) ? mine[path] : "no_such_key");
    }
    --writing;
  });
  Contents all;
  for (const auto& mine : acknowledged) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(repo.contents("main"), all);
  const auto last = repo.commit("main");
  EXPECT_TRUE(last || last.error().code == ErrorCode::no_changes);
  EXPECT_EQ(repo.contents("main@"), all);
}

TEST(Races, ParallelMergesIntoOneBranchAllLand) {
  constexpr int kBranches = 8;
  OneRepository repo;
  Contents all;
  for (int i = 0; i < kBranches; ++i) {
    const std::string name = "b" + std::to_string(i);
    ASSERT_TRUE(repo.make_branch(name));
    ASSERT_TRUE(repo.put(name, name, "1"));
    ASSERT_TRUE(repo.commit(name));
    all[name] = "1";
  }
  together(kBranches, [&](int number) {
    const auto merged = repo.merge("b" + std::to_string(number), "main");
    EXPECT_TRUE(merged) << merged.error().message;
  });
  EXPECT_EQ(repo.contents("main"), all);
  EXPECT_EQ(repo.log("main").size(), 1U + 2 * kBranches);
}

TEST(Races, OnlyOneOfManyCreatesThePath) {
  OneRepository repo;
  std::atomic<bool> done{false};
  std::atomic<int> won{0};
  objects::WriteCondition absent;
  absent.if_none_match = "*";
  together(5, [&](int number) {
    if (number == 4) {
      while (!done) (void)repo.commit("main").has_value();
      return;
    }
    for (int i = 0; i < 30; ++i) {
      const auto put = repo.put("main", "p" + std::to_string(i), std::to_string(number), absent);
      if (put) {
        ++won;
      } else {
        EXPECT_EQ(error_of(put), "precondition_failed");
      }
    }
    if (number == 0) done = true;
  });
  EXPECT_EQ(won, 30);
}

TEST(Races, ReadersNeverMissWhatIsThere) {
  OneRepository repo;
  ASSERT_TRUE(repo.put("main", "always", "0"));
  std::atomic<bool> done{false};
  together(3, [&](int number) {
    if (number == 0) {
      for (int i = 1; i < 60; ++i) {
        ASSERT_TRUE(repo.put("main", "always", std::to_string(i)));
        ASSERT_TRUE(repo.commit("main"));
      }
      done = true;
      return;
    }
    int before = 0;
    while (!done) {
      const std::string bytes = repo.read("main", "always");
      ASSERT_TRUE(!bytes.empty() && bytes.find_first_not_of("0123456789") == std::string::npos) << bytes;
      ASSERT_GE(std::stoi(bytes), before);  // never an older state than one that was seen
      before = std::stoi(bytes);
      ASSERT_EQ(repo.paths("main"), std::vector<std::string>{"always"});
    }
  });
}

TEST(Races, CommitsOfManyBranchesGoSideBySide) {
  constexpr int kBranches = 6;
  OneRepository repo;
  for (int i = 0; i < kBranches; ++i) ASSERT_TRUE(repo.make_branch("b" + std::to_string(i)));
  together(kBranches, [&](int number) {
    const std::string name = "b" + std::to_string(number);
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(repo.put(name, "f" + std::to_string(i), name));
      ASSERT_TRUE(repo.commit(name));
    }
  });
  for (int i = 0; i < kBranches; ++i) EXPECT_EQ(repo.log("b" + std::to_string(i)).size(), 11U);
}

TEST(Races, OneOfManyMakesTheRepository) {
  OneRepository repo;
  std::atomic<int> made{0};
  together(4, [&](int number) {
    Repository wanted;
    wanted.id = number < 2 ? "same-name" : "nested-" + std::to_string(number);
    wanted.storage_namespace = "s3://data/" + std::string(number < 2    ? "n" + std::to_string(number)
                                                          : number == 2 ? "x"
                                                                        : "x/y");
    if (block_on(repo.repositories->create(wanted, "t"))) ++made;
  });
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace anabranch::versioning
