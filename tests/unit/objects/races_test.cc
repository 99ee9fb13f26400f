// What this proves: under races exactly one writer wins, counters stay exact, and nothing leaks. Also run
// under TSan.
#include <atomic>
#include <thread>

#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

constexpr unsigned kThreads = 8;

/// Runs `work(thread)` on all threads at about the same time.
void in_parallel(const std::function<void(unsigned)>& work) {
  std::atomic<unsigned> ready{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      ++ready;
      while (ready < kThreads) std::this_thread::yield();
      work(i);
    });
  }
  for (auto& thread : threads) thread.join();
}

class Races : public testing::Test {
 protected:
  void SetUp() override { stores_.make_bucket("b-1"); }
  Stores stores_;
};

TEST_F(Races, ExactlyOneConditionalPutWins) {
  for (int round = 0; round < 50; ++round) {
    const std::string key = "k" + std::to_string(round);
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    in_parallel([&](unsigned thread) {
      const auto put = stores_.put("b-1", key, "by " + std::to_string(thread), {{}, "*"});
      if (put) ++won;
      if (!put && put.error().code == ErrorCode::precondition_failed) ++lost;
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, static_cast<int>(kThreads) - 1);
  }
}

TEST_F(Races, ReplacingByETagIsACounterThatLosesNothing) {
  ASSERT_TRUE(stores_.put("b-1", "counter", "0"));
  in_parallel([&](unsigned) {
    for (int done = 0; done < 20;) {
      auto reader = stores_.store.open("b-1", "counter");
      ASSERT_TRUE(reader) << reader.error().message;
      const int value = std::stoi(read_whole(**reader));
      if (stores_.put("b-1", "counter", std::to_string(value + 1), {(*reader)->info().etag, {}})) ++done;
    }
  });
  EXPECT_EQ(bytes_of(stores_, "b-1", "counter"), std::to_string(20 * kThreads));
}

TEST_F(Races, UsageIsExactAfterConcurrentOverwritesAndRemovals) {
  in_parallel([&](unsigned thread) {
    std::mt19937 random(thread);
    for (int i = 0; i < 200; ++i) {
      const std::string key = "k" + std::to_string(random() % 3);
      if (random() % 4 == 0) {
        EXPECT_TRUE(stores_.remove("b-1", key));
      } else {
        EXPECT_TRUE(stores_.put("b-1", key, std::string(random() % 100, 'x')));
      }
      const auto head = stores_.store.head("b-1", key);
      EXPECT_TRUE(head || head.error().code == ErrorCode::no_such_key);
      const auto reader = stores_.store.open("b-1", key);
      EXPECT_TRUE(reader || reader.error().code == ErrorCode::no_such_key) << error_of(reader);
    }
  });
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
  std::size_t with_bytes = 0;
  ASSERT_TRUE(stores_.store.walk("b-1", "", "", [&](const ObjectInfo& info) {
    ++objects;
    bytes += static_cast<std::int64_t>(info.size_bytes);
    if (info.size_bytes > 0) ++with_bytes;
    return true;
  }));
  EXPECT_EQ(stores_.store.usage("b-1")->objects, objects);
  EXPECT_EQ(stores_.store.usage("b-1")->bytes, bytes);
  EXPECT_EQ(stores_.blobs.published_count(), with_bytes);
  EXPECT_EQ(stores_.blobs.unpublished_count(), 0U);
}

TEST_F(Races, ABucketIsNeverDeletedUnderAnObject) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> put{0};
    std::atomic<int> deleted{0};
    in_parallel([&](unsigned thread) {
      if (thread == 0) {
        if (block_on(stores_.store.delete_bucket("b-1"))) ++deleted;
      } else if (stores_.put("b-1", "k" + std::to_string(thread), "v")) {
        ++put;
      }
    });
    if (deleted == 1) {
      EXPECT_EQ(put, 0);
      EXPECT_EQ(count_keys(stores_, "oo"), 0U);
      stores_.make_bucket("b-1");
    }
    EXPECT_EQ(stores_.store.usage("b-1")->objects, put);
    for (unsigned thread = 1; thread < kThreads; ++thread) {
      ASSERT_TRUE(stores_.remove("b-1", "k" + std::to_string(thread)));
    }
  }
}

TEST_F(Races, WhatAnImportSawBetweenItsPinsIsKept) {
  ASSERT_TRUE(stores_.put("b-1", "data/k", "0"));
  std::atomic<bool> stop{false};
  std::vector<ObjectInfo> seen;
  in_parallel([&](unsigned thread) {
    if (thread == 0) {
      for (int import = 0; import < 50; ++import) {
        ASSERT_TRUE(block_on(stores_.store.pin("b-1", "data/", 60'000)));
        ASSERT_TRUE(stores_.store.walk("b-1", "data/", "", [&](const ObjectInfo& info) {
          seen.push_back(info);
          return true;
        }));
        ASSERT_TRUE(block_on(stores_.store.pin("b-1", "data/")));
      }
      stop = true;
      return;
    }
    for (int i = 0; !stop; ++i) {
      EXPECT_TRUE(stores_.put("b-1", "data/k", std::to_string(thread) + " " + std::to_string(i)));
    }
  });
  ASSERT_EQ(seen.size(), 50U);
  for (const auto& info : seen) {
    EXPECT_TRUE(stores_.store.open_imported("b-1", info.key, info.etag, info.size_bytes)) << info.etag;
  }
}

TEST_F(Races, WhatWasThereBeforeAndAfterAPinIsKept) {
  ASSERT_TRUE(stores_.put("b-1", "k", "0"));
  std::atomic<bool> stop{false};
  std::vector<ObjectInfo> seen;
  in_parallel([&](unsigned thread) {
    if (thread == 0) {
      for (int i = 0; i < 200; ++i) {
        const auto before = stores_.store.head("b-1", "k").value();
        ASSERT_TRUE(block_on(stores_.store.pin("b-1", "")));
        const auto after = stores_.store.head("b-1", "k").value();
        if (before.etag == after.etag) seen.push_back(after);
      }
      stop = true;
    } else if (thread <= 2) {
      for (int i = 0; !stop; ++i) {
        EXPECT_TRUE(stores_.put("b-1", "k", std::to_string(thread) + " " + std::to_string(i)));
      }
    }
  });
  for (const auto& info : seen) {
    EXPECT_TRUE(stores_.store.open_imported("b-1", "k", info.etag, info.size_bytes)) << info.etag;
  }
}

TEST_F(Races, OfPartsCompletionAndAbortLeakNothing) {
  for (int round = 0; round < 30; ++round) {
    const auto upload = block_on(stores_.store.create_upload("b-1", "k", {})).value();
    const auto part = stores_.put_part(upload, "b-1", 1, "part one").value();
    std::atomic<int> completed{0};
    std::atomic<int> aborted{0};
    in_parallel([&](unsigned thread) {
      if (thread == 0) {
        if (block_on(stores_.store.abort_upload("b-1", "k", upload.upload_id))) ++aborted;
      } else if (thread <= 2) {
        auto done = stores_.complete(upload, "b-1", {{1, part.etag}});
        while (!done && done.error().code == ErrorCode::conflict) {
          done = stores_.complete(upload, "b-1", {{1, part.etag}});
        }
        if (done) ++completed;
      } else {
        (void)stores_.put_part(upload, "b-1", thread, "late").has_value();
      }
    });
    EXPECT_EQ(completed + aborted, 1);
    for (const char* prefix : {"ou", "ov", "ox"}) EXPECT_EQ(count_keys(stores_, prefix), 0U) << prefix;
    ASSERT_TRUE(stores_.remove("b-1", "k"));
    EXPECT_EQ(stores_.blobs.published_count(), 0U);
  }
}

TEST_F(Races, LargeBodiesAreHashedOnSharedWorkers) {
  in_parallel([&](unsigned thread) {
    const std::string bytes = pattern(2'500'000, thread);
    PieceSource source(bytes, 300'000);
    auto pending = block_on(stores_.store.receive({}, source));
    ASSERT_TRUE(pending);
    EXPECT_EQ(pending->info.etag, to_hex(md5(bytes)));
  });
}

}  // namespace
}  // namespace anabranch::objects
