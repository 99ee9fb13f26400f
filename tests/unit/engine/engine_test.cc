// What this proves: starts and stops, space, usage and locking of the engine, beyond the storage contracts.
#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "base/workers.h"
#include "engine/inspect.h"
#include "io/memory_disk.h"
#include "io/posix_disk.h"
#include "support/scratch.h"
#include "support/store_helpers.h"
#include "unit/engine/engine_options.h"

namespace anabranch::engine {
namespace {

using testing_support::pattern_bytes;
using testing_support::small_engine_options;

class EngineTest : public testing::Test, public testing_support::StorePair {
 protected:
  EngineTest() { reopen(); }
  kv::Store& keys() override { return engine_->kv(); }
  blob::Store& blobs() override { return engine_->blobs(); }
  void reopen() {
    engine_.reset();
    engine_ = Engine::open(disk_, options_).value();
  }
  /// The process ends without a word; what it synced stays.
  void crash() {
    disk_.fail_at(1);
    (void)disk_.sync_directory("");
    engine_.reset();
    disk_.power_cut();
    engine_ = Engine::open(disk_, options_).value();
  }
  void release(BlobId id) {
    kv::Batch batch;
    batch.release(id);
    ASSERT_TRUE(kv::commit_blocking(keys(), std::move(batch)));
  }
  /// The background work has no end to await but its effect.
  static bool eventually(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds() && std::chrono::steady_clock::now() < deadline) {
      // tidy-allow: polls what another thread or process does
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return holds();
  }
  void expect_clean() {
    const auto report = check(*engine_);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(report->problems, testing::IsEmpty());
  }

  io::MemoryDisk disk_;
  Options options_ = small_engine_options();
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, ACleanStartReplaysNothing) {
  const BlobId id = put_blob(*this, "k", "bytes");
  const BlobId large = put_blob(*this, "l", pattern_bytes(700'000, 1));
  const Stats before = engine_->stats();
  reopen();
  const Stats after = engine_->stats();

  EXPECT_EQ(after.replayed_groups, 0u);
  EXPECT_EQ(after.recovered_lsn, before.applied_lsn);
  EXPECT_GT(after.epoch, before.epoch);
  EXPECT_EQ(testing_support::read_blob(blobs(), id).value(), "bytes");
  EXPECT_EQ(testing_support::read_blob(blobs(), large).value(), pattern_bytes(700'000, 1));
}

TEST_F(EngineTest, AStartAfterACrashReplaysTheLog) {
  const BlobId id = put_blob(*this, "k", pattern_bytes(100'000, 2));
  const BlobId large = put_blob(*this, "l", pattern_bytes(2'000'000, 3));
  crash();

  EXPECT_GT(engine_->stats().replayed_groups, 0u);
  EXPECT_EQ(engine_->stats().blob_count, 2u);
  EXPECT_EQ(testing_support::read_blob(blobs(), id).value(), pattern_bytes(100'000, 2));
  EXPECT_EQ(testing_support::read_blob(blobs(), large).value(), pattern_bytes(2'000'000, 3));
  expect_clean();
}

TEST_F(EngineTest, ACrashLeavesNothingOfUnpublishedUploads) {
  const std::uint64_t used = disk_.used_bytes();
  {
    const auto finished = testing_support::write_blob(blobs(), pattern_bytes(1'500'000, 1));
    const auto unfinished = blobs().create(std::nullopt);
    ASSERT_TRUE(testing_support::append(*unfinished, pattern_bytes(1'500'000, 2)));
    ASSERT_GT(disk_.used_bytes(), used + 2 * MiB);
    disk_.fail_at(1);
    (void)disk_.sync_directory("");
  }
  engine_.reset();
  disk_.power_cut();
  reopen();
  EXPECT_TRUE(
      eventually([&] { return check(*engine_)->garbage_blobs == 0 && check(*engine_)->extents == 0; }));
  reopen();

  EXPECT_LT(disk_.used_bytes(), used + 512 * KiB);
  expect_clean();
}

TEST_F(EngineTest, AnUploadThatIsDroppedGivesItsSpaceBack) {
  const std::uint64_t used = disk_.used_bytes();
  {
    const auto writer = blobs().create(std::nullopt);
    ASSERT_TRUE(testing_support::append(*writer, pattern_bytes(3'000'000, 2)));
  }
  EXPECT_TRUE(
      eventually([&] { return check(*engine_)->extents == 0 && engine_->stats().pending_bytes == 0; }));
  reopen();

  EXPECT_LT(disk_.used_bytes(), used + 512 * KiB);
  EXPECT_EQ(engine_->stats().blob_count, 0u);
}

TEST_F(EngineTest, ReleasedLargeBlobsGiveTheirSpaceBackWhileTheEngineRuns) {
  std::vector<BlobId> ids;
  const BlobId kept = put_blob(*this, "kept", pattern_bytes(300'000, 99));
  for (std::uint64_t i = 0; i < 10; ++i) ids.push_back(put_blob(*this, "k", pattern_bytes(1'000'000, i)));
  ASSERT_GT(disk_.used_bytes(), 10'000'000u);
  for (const BlobId id : ids) release(id);

  EXPECT_TRUE(eventually([&] { return disk_.used_bytes() < 4 * MiB; })) << disk_.used_bytes();
  EXPECT_EQ(testing_support::read_blob(blobs(), kept).value(), pattern_bytes(300'000, 99));
  EXPECT_TRUE(eventually([&] { return check(*engine_)->garbage_blobs == 0; }));
  expect_clean();
}

TEST_F(EngineTest, TheLogsSegmentsAreUsedAgain) {
  for (std::uint64_t i = 0; i < 150; ++i) {
    const BlobId id = put_blob(*this, "k", pattern_bytes(60'000, i));  // 9 MB through 512 KiB segments
    release(id);
  }
  EXPECT_TRUE(eventually([&] { return disk_.used_bytes() < 6 * MiB; })) << disk_.used_bytes();
  expect_clean();
}

TEST_F(EngineTest, AnOpenReaderDelaysReuseOfItsSpaceAndNoMore) {
  const std::string bytes = pattern_bytes(400'000, 5);
  const BlobId id = put_blob(*this, "k", bytes);
  {
    auto reader = blobs().open(id).value();
    release(id);
    for (std::uint64_t i = 0; i < 30; ++i) release(put_blob(*this, "n", pattern_bytes(200'000, i)));
    EXPECT_EQ(testing_support::read_range(*reader, 0, bytes.size()).value(), bytes);
    EXPECT_GE(check(*engine_)->garbage_blobs, 1u);
  }
  EXPECT_TRUE(eventually([&] { return check(*engine_)->garbage_blobs == 0; }));
}

TEST_F(EngineTest, AnEmptyBlobIsReadAfterTheSegmentItWasPublishedInIsGone) {
  const BlobId id = put_blob(*this, "empty", "");
  for (int round = 0; round < 2; ++round) {
    reopen();
    EXPECT_EQ(testing_support::read_blob(blobs(), id).value(), "");
  }
  expect_clean();
}

TEST_F(EngineTest, UsageIsExactThroughEverything) {
  const BlobId id = put_blob(*this, "a", pattern_bytes(1000, 1));
  const BlobId large = put_blob(*this, "b", pattern_bytes(300'000, 1));
  put_blob(*this, "c", "");
  kv::Batch share;
  share.share(id);
  ASSERT_TRUE(kv::commit_blocking(keys(), std::move(share)));
  EXPECT_EQ(engine_->stats().blob_count, 3u);
  EXPECT_EQ(engine_->stats().blob_bytes, 301'000u);
  release(id);
  release(large);
  crash();
  EXPECT_EQ(engine_->stats().blob_count, 2u);
  EXPECT_EQ(engine_->stats().blob_bytes, 1000u);
  release(id);
  reopen();

  EXPECT_EQ(engine_->stats().blob_count, 1u);
  EXPECT_EQ(engine_->stats().blob_bytes, 0u);
  expect_clean();
}

TEST_F(EngineTest, AStoppedFolderTakesLittleMoreThanItsData) {
  constexpr std::uint64_t kBlobs = 1000, kSize = 4096;
  options_.segment_bytes = 4 * MiB;
  options_.log_allocation_bytes = 1 * MiB;
  reopen();
  for (std::uint64_t i = 0; i < kBlobs; ++i)
    put_blob(*this, "k" + std::to_string(i), pattern_bytes(kSize, i));
  engine_.reset();

  EXPECT_LT(disk_.used_bytes(), kBlobs * kSize * 11 / 10);
  reopen();
  expect_clean();
}

TEST_F(EngineTest, AStopGivesBackWhatWasReleasedJustBefore) {
  const BlobId id = put_blob(*this, "k", pattern_bytes(5'000'000, 1));
  release(id);
  engine_.reset();

  EXPECT_LT(disk_.used_bytes(), 1 * MiB);
  reopen();
}

TEST_F(EngineTest, AFolderIsOpenedOnce) {
  const auto second = Engine::open(disk_, options_);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
}

TEST_F(EngineTest, DumpTellsEveryGroup) {
  for (int i = 0; i < 3; ++i) put_blob(*this, "k" + std::to_string(i), "bytes");
  std::string lines;
  ASSERT_TRUE(dump_segment(disk_, 1, [&](const std::string& line) { lines += line + "\n"; }));

  EXPECT_THAT(lines, testing::HasSubstr("log generation"));
  EXPECT_THAT(lines, testing::HasSubstr("LSN 3-3"));
}

TEST(EngineOnFolder, AnswersFromMemoryAloneWhereItIsToldTo) {
  const testing_support::ScratchDirectory scratch;
  io::PosixDisk disk(scratch.path());
  {
    auto engine = Engine::open(disk).value();
    kv::Batch batch;
    for (int i = 0; i < 3000; ++i) batch.put("filler/" + std::to_string(i), pattern_bytes(1000, 1));
    batch.put("k", "value");
    ASSERT_TRUE(kv::commit_blocking(engine->kv(), std::move(batch)));
  }
  auto engine = Engine::open(disk).value();
  {
    const ReadTierScope memory(ReadTier::memory);
    const auto cold = engine->kv().get("filler/1500");
    ASSERT_FALSE(cold);
    EXPECT_EQ(cold.error().code, ErrorCode::would_block);
  }
  ASSERT_EQ(engine->kv().get("filler/1500").value(), pattern_bytes(1000, 1));
  const ReadTierScope memory(ReadTier::memory);
  EXPECT_EQ(engine->kv().get("filler/1500").value(), pattern_bytes(1000, 1));
}

TEST(EngineOnFolder, FsckFindsNothingWrongInWhatItWrote) {
  const testing_support::ScratchDirectory scratch;
  io::PosixDisk disk(scratch.path());
  {
    auto engine = Engine::open(disk, small_engine_options()).value();
    const auto writer = testing_support::write_blob(engine->blobs(), pattern_bytes(900'000, 1));
    kv::Batch batch;
    batch.put("k", "value");
    batch.publish(writer->id());
    ASSERT_TRUE(kv::commit_blocking(engine->kv(), std::move(batch)));
  }
  const auto report = fsck(disk, small_engine_options());
  ASSERT_TRUE(report) << report.error().message;

  EXPECT_TRUE(report->clean());
  EXPECT_EQ(report->keys, 1u);
  EXPECT_EQ(report->blob_bytes, 900'000u);
}

}  // namespace
}  // namespace anabranch::engine
