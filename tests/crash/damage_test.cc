// What this proves: wrong bytes are refused and named, a full disk is a typed error that ends with it, and
// after a failed sync nothing is acknowledged any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "crash/options.h"
#include "engine/engine.h"
#include "engine/inspect.h"
#include "io/faulty_disk.h"
#include "io/memory_disk.h"
#include "support/seed.h"
#include "support/store_helpers.h"

namespace anabranch::crash {
namespace {

using testing_support::pattern_bytes;

class EngineOn final : public testing_support::StorePair {
 public:
  explicit EngineOn(io::Disk& disk, engine::Options options = small_options())
      : engine_(engine::Engine::open(disk, options).value()) {}
  kv::Store& keys() override { return engine_->kv(); }
  blob::Store& blobs() override { return engine_->blobs(); }
  engine::Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<engine::Engine> engine_;
};

Result<void> put_key(kv::Store& keys, const std::string& key) {
  kv::Batch batch;
  batch.put(key, "value");
  return kv::commit_blocking(keys, std::move(batch));
}

TEST(Damage, AFlippedBitInASegmentIsRefusedNeverServed) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  int refused = 0;
  for (int round = 0; round < 40; ++round) {
    io::MemoryDisk disk;
    std::vector<std::pair<BlobId, std::string>> blobs;
    {
      EngineOn stores(disk);
      for (std::uint64_t i = 0; i < 6; ++i) {
        const std::string bytes = pattern_bytes(i % 2 == 0 ? 30'000 : 200'000, i);
        blobs.emplace_back(testing_support::put_blob(stores, "k" + std::to_string(i), bytes), bytes);
      }
    }
    const auto names = disk.list("segments").value();
    ASSERT_FALSE(names.empty());
    const std::string path = "segments/" + names[random() % names.size()];
    const std::uint64_t size = disk.open(path, io::OpenMode::read).value()->size().value();
    ASSERT_TRUE(disk.flip_bit(path, random() % (size * 8)));
    EngineOn stores(disk);
    for (const auto& [id, bytes] : blobs) {
      const auto read = testing_support::read_blob(stores.blobs(), id);
      if (read) {
        EXPECT_TRUE(*read == bytes) << "wrong bytes were served";
      } else {
        EXPECT_EQ(read.error().code, ErrorCode::corruption);
        EXPECT_THAT(read.error().message, testing::HasSubstr("segments/"));
        ++refused;
      }
    }
    const auto report = engine::check(stores.engine());
    ASSERT_TRUE(report);
  }
  EXPECT_GT(refused, 10) << "the flips missed nearly every blob: nothing was tested";
}

TEST(Damage, BitFlipsOnTheWayFromTheDiskAreRefused) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  io::MemoryDisk memory;
  io::FaultyDisk disk(memory, seed, {});
  EngineOn stores(disk);
  const std::string bytes = pattern_bytes(200'000, 1);
  const BlobId id = testing_support::put_blob(stores, "k", bytes);
  disk.set_rates({.read_error = 0.1, .bit_flip = 0.4});
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    const auto read = testing_support::read_blob(stores.blobs(), id);
    if (read) {
      ASSERT_TRUE(*read == bytes);
    } else {
      EXPECT_THAT(read.error().code, testing::AnyOf(ErrorCode::corruption, ErrorCode::io));
      ++refused;
    }
  }
  disk.set_rates({});
  EXPECT_GT(refused, 0);
  EXPECT_EQ(testing_support::read_blob(stores.blobs(), id).value(), bytes);
}

TEST(Damage, ADamagedGroupBeforeAcknowledgedOnesStopsTheStart) {
  io::MemoryDisk disk;
  engine::Options options = small_options();
  options.index_flush_interval = std::chrono::hours(1);  // everything must come from the log
  options.index_buffer_bytes = 4 * MiB;
  {
    EngineOn stores(disk, options);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(put_key(stores.keys(), "k" + std::to_string(i)));
    disk.fail_at(1);
    (void)disk.sync_directory("");
  }
  disk.power_cut();
  const auto names = disk.list("segments").value();
  ASSERT_EQ(names.size(), 1u);
  // The second group: header block, group, group.
  ASSERT_TRUE(disk.flip_bit("segments/" + names[0], (2 * io::kBlockSize + 130) * 8));
  const auto engine = engine::Engine::open(disk, options);

  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, ErrorCode::corruption);
  EXPECT_THAT(engine.error().message, testing::HasSubstr(names[0]));
}

TEST(Damage, ADamagedTailThatNothingFollowsIsTakenForTorn) {
  io::MemoryDisk disk;
  engine::Options options = small_options();
  options.index_flush_interval = std::chrono::hours(1);
  options.index_buffer_bytes = 4 * MiB;
  {
    EngineOn stores(disk, options);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(put_key(stores.keys(), "k" + std::to_string(i)));
    disk.fail_at(1);
    (void)disk.sync_directory("");
  }
  disk.power_cut();
  ASSERT_TRUE(disk.flip_bit("segments/" + disk.list("segments").value()[0], (3 * io::kBlockSize + 130) * 8));
  EngineOn stores(disk, options);

  EXPECT_EQ(stores.keys().get("k1").value(), "value");
  EXPECT_EQ(stores.keys().get("k2").value(), std::nullopt);
}

TEST(Damage, SegmentsWithoutTheirIndexAreRefused) {
  io::MemoryDisk disk;
  {
    EngineOn stores(disk);
    testing_support::put_blob(stores, "k", "bytes");
  }
  const auto names = disk.list("index").value();
  for (const auto& name : names) ASSERT_TRUE(disk.remove("index/" + name));
  const auto engine = engine::Engine::open(disk, small_options());

  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, ErrorCode::corruption);
}

TEST(FullDisk, IsATypedErrorAndEndsWithIt) {
  for (const std::size_t size : {std::size_t{20'000}, std::size_t{500'000}}) {
    io::MemoryDisk disk(24 * MiB);
    EngineOn stores(disk);
    int stored = 0;
    Error refusal;
    while (stored < 5000) {
      const std::string bytes = pattern_bytes(size, static_cast<std::uint64_t>(stored));
      const auto writer = stores.blobs().create(size);
      auto done = testing_support::append(*writer, bytes);
      if (done) done = testing_support::finish(*writer);
      if (done) {
        kv::Batch batch;
        batch.put("k" + std::to_string(stored), writer->id().encode());
        batch.publish(writer->id());
        done = kv::commit_blocking(stores.keys(), std::move(batch));
      }
      if (!done) {
        refusal = done.error();
        break;
      }
      ++stored;
    }
    EXPECT_EQ(refusal.code, ErrorCode::no_space) << refusal.message;
    EXPECT_GT(stored, 5);
    EXPECT_EQ(stores.keys().get("k" + std::to_string(stored)).value(), std::nullopt);
    EXPECT_EQ(stores.engine().stats().blob_count, static_cast<std::uint64_t>(stored));
    const auto full = engine::check(stores.engine());
    ASSERT_TRUE(full);
    EXPECT_THAT(full->problems, testing::IsEmpty());

    // Deleting works on a full disk, and makes room again.
    for (int i = 0; i < stored; ++i) {
      kv::Batch batch;
      batch.release(BlobId::decode(*stores.keys().get("k" + std::to_string(i)).value()));
      batch.erase("k" + std::to_string(i));
      const auto done = kv::commit_blocking(stores.keys(), std::move(batch));
      ASSERT_TRUE(done) << done.error().message;
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (stores.engine().stats().disk_free_bytes < 8 * MiB && std::chrono::steady_clock::now() < deadline) {
      // tidy-allow: polls what another thread or process does
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const std::string bytes = pattern_bytes(size, 1);
    EXPECT_EQ(
        testing_support::read_blob(stores.blobs(), testing_support::put_blob(stores, "again", bytes)).value(),
        bytes);
  }
}

TEST(FailedSync, OfTheLogFencesWritesAndLetsReadsGoOn) {
  io::MemoryDisk disk;
  EngineOn stores(disk);
  const BlobId id = testing_support::put_blob(stores, "k", "bytes");
  disk.fail_syncs(true);
  const auto failed = put_key(stores.keys(), "a");
  disk.fail_syncs(false);
  const auto refused = put_key(stores.keys(), "b");

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::io);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(stores.engine().stats().fenced);
  EXPECT_EQ(stores.keys().get("a").value(), std::nullopt);
  EXPECT_EQ(testing_support::read_blob(stores.blobs(), id).value(), "bytes");
}

TEST(FailedSync, OfADataSegmentFencesTooAndItsBlobIsNotFinished) {
  io::MemoryDisk disk;
  EngineOn stores(disk);
  testing_support::put_blob(stores, "k", pattern_bytes(200'000, 1));
  const auto writer = stores.blobs().create(std::nullopt);
  ASSERT_TRUE(testing_support::append(*writer, pattern_bytes(200'000, 2)));
  disk.fail_syncs(true);
  const auto finished = testing_support::finish(*writer);
  disk.fail_syncs(false);

  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::io);
  EXPECT_EQ(put_key(stores.keys(), "b").error().code, ErrorCode::unavailable);
  EXPECT_EQ(stores.blobs().open(writer->id()).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace anabranch::crash
