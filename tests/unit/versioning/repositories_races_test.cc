// Many clients at once: no acknowledged write is lost, no merge is turned away.
#include <condition_variable>
#include <functional>
#include <mutex>
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

/// Commits at once, but lets chosen commits' callers wait for the news: a network thread that is busy.
class SlowNews final : public kv::Store {
 public:
  explicit SlowNews(kv::Store& inner) : inner_(inner) {}
  Result<std::optional<std::string>> get(std::string_view key) const override { return inner_.get(key); }
  Result<void> scan(std::string_view begin, std::string_view end,
                    const kv::ScanVisitor& visitor) const override {
    return inner_.scan(begin, end, visitor);
  }
  std::unique_ptr<kv::Reader> snapshot() const override { return inner_.snapshot(); }
  void commit(kv::Batch batch, CommitCallback done) override {
    Result<void> result;
    inner_.commit(std::move(batch), [&result](Result<void> answer) { result = std::move(answer); });
    {
      std::unique_lock lock(mutex_);
      if (hold_next_) {
        hold_next_ = false;
        held_ = [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); };
        changed_.notify_all();
        return;
      }
    }
    done(std::move(result));
  }

  /// Runs `work` on a thread until its commit is done but for the news.
  template <class Work>
  void start(Work work) {
    const std::unique_lock lock(mutex_);
    hold_next_ = true;
    running_ = std::thread(std::move(work));
  }
  void wait_until_committed() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_ != nullptr; });
  }
  /// The news arrives; waits for the end of the work.
  void tell() {
    std::exchange(held_, nullptr)();
    running_.join();
  }

 private:
  kv::Store& inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hold_next_ = false;      // guarded by mutex_
  std::function<void()> held_;  // guarded by mutex_
  std::thread running_;
};

/// A name that is free at first.
struct ReusedName : Server {
  SlowNews slow{stores.keys};
  Repositories names{slow, *objects, clock, workers};
  int made = 0;

  ReusedName() { make_bucket("data"); }
  Result<Repository> create() {
    Repository wanted;
    wanted.id = "repo";
    wanted.storage_namespace = "s3://data/" + std::to_string(made++);
    return block_on(names.create(wanted, "tester"));
  }
  bool is_guarded(const std::string& key) {
    const auto use = names.namespace_use("data", key);
    return use && use->inside;
  }
};

TEST(ReusedNames, ARepositoryMadeWhileTheOneBeforeItIsBeingDeletedStays) {
  ReusedName name;
  ASSERT_TRUE(name.create());
  name.slow.start([&name] { EXPECT_TRUE(block_on(name.names.remove("repo"))); });
  name.slow.wait_until_committed();

  ASSERT_TRUE(name.create());
  name.slow.tell();

  const auto found = name.names.get("repo");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->storage_namespace, "s3://data/1");
  EXPECT_FALSE(name.is_guarded("0/data/x"));
  EXPECT_TRUE(name.is_guarded("1/data/x"));
  EXPECT_TRUE(name.names.get_branch("repo", "main"));
}

TEST(ReusedNames, ARepositoryDeletedBeforeItsMakerHeardOfItIsGoneWholly) {
  ReusedName name;
  name.slow.start([&name] { EXPECT_TRUE(name.create()); });
  name.slow.wait_until_committed();

  EXPECT_TRUE(block_on(name.names.remove("repo")));
  name.slow.tell();

  EXPECT_EQ(error_of(name.names.get("repo")), "no_such_repository");
  EXPECT_FALSE(name.is_guarded("0/data/x"));
  EXPECT_TRUE(name.create()) << "the name is free again";
}

TEST(ReusedNames, ADeletionTakesTheRepositoryThatHasTheNameNow) {
  ReusedName name;
  ASSERT_TRUE(name.create());
  name.slow.start([&name] { EXPECT_TRUE(block_on(name.names.remove("repo"))); });
  name.slow.wait_until_committed();
  Repositories other(name.stores.keys, *name.objects, name.clock, name.workers);
  Repository second;
  second.id = "repo";
  second.storage_namespace = "s3://data/second";
  ASSERT_TRUE(block_on(other.create(second, "tester")));

  const auto removed = block_on(name.names.remove("repo"));  // whose memory still holds the first
  name.slow.tell();

  EXPECT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(error_of(name.names.get("repo")), "no_such_repository");
  EXPECT_EQ(name.count_keys("v/e/"), 0U) << "the second one's mark of life went with it";
}

TEST(ReusedNames, MetadataSetBeforeTheMakerHeardStays) {
  ReusedName name;
  name.slow.start([&name] { EXPECT_TRUE(name.create()); });
  name.slow.wait_until_committed();

  EXPECT_TRUE(block_on(name.names.set_metadata("repo", {{"owner", "me"}})));
  name.slow.tell();

  const auto found = name.names.get("repo");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->metadata, (Metadata{{"owner", "me"}}));
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
