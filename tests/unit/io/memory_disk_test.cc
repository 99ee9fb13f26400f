// What this proves: MemoryDisk forgets and tears exactly what a real disk may, and fails when it is told to.
#include "io/memory_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace anabranch::io {
namespace {

std::string contents(MemoryDisk& disk, const std::string& path) {
  auto file = disk.open(path, OpenMode::read);
  if (!file) return "(missing)";
  std::string bytes((*file)->size().value(), '\0');
  EXPECT_TRUE((*file)->read(0, ByteSpan(reinterpret_cast<std::byte*>(bytes.data()), bytes.size())));
  return bytes;
}

TEST(MemoryDisk, APowerCutKeepsWhatWasSyncedAndNoMore) {
  MemoryDisk disk;
  auto file = disk.open("wal", OpenMode::write).value();
  ASSERT_TRUE(file->write(0, as_bytes("synced")));
  ASSERT_TRUE(file->sync());
  ASSERT_TRUE(disk.sync_directory(""));
  ASSERT_TRUE(file->write(0, as_bytes("SYNCED and lost")));

  disk.power_cut();

  EXPECT_EQ(contents(disk, "wal"), "synced");
  EXPECT_EQ(file->write(0, as_bytes("x")).error().code, ErrorCode::io);
}

TEST(MemoryDisk, AnUnsyncedNameVanishesThoughItsBytesWereSynced) {
  MemoryDisk disk;
  auto file = disk.open("f", OpenMode::write).value();
  ASSERT_TRUE(file->sync());
  disk.power_cut();

  EXPECT_FALSE(disk.exists("f").value());
}

TEST(MemoryDisk, AnUnsyncedRenameOrRemovalIsUndone) {
  MemoryDisk disk;
  for (const char* name : {"a", "b", "c"}) {
    auto file = disk.open(name, OpenMode::write).value();
    ASSERT_TRUE(file->write(0, as_bytes(name)));
    ASSERT_TRUE(file->sync());
  }
  ASSERT_TRUE(disk.sync_directory(""));
  ASSERT_TRUE(disk.rename("a", "b"));
  ASSERT_TRUE(disk.remove("c"));
  disk.power_cut();

  EXPECT_EQ(contents(disk, "a"), "a");
  EXPECT_EQ(contents(disk, "b"), "b");
  EXPECT_EQ(contents(disk, "c"), "c");
}

TEST(MemoryDisk, AFolderThatWasNotSyncedTakesItsFilesWithIt) {
  MemoryDisk disk;
  ASSERT_TRUE(disk.make_directory("d"));
  ASSERT_TRUE(disk.open("d/f", OpenMode::write).value()->sync());
  ASSERT_TRUE(disk.sync_directory("d"));
  disk.power_cut();

  EXPECT_THAT(disk.list("").value(), testing::IsEmpty());
}

TEST(MemoryDisk, ATornWriteLeavesAnySubsetOfItsSectors) {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    MemoryDisk disk;
    auto file = disk.open("f", OpenMode::write).value();
    ASSERT_TRUE(file->write(0, as_bytes(std::string(3 * kSectorSize, 'a'))));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(disk.sync_directory(""));
    ASSERT_TRUE(file->write(0, as_bytes(std::string(3 * kSectorSize, 'b'))));
    disk.power_cut(seed);
    const std::string bytes = contents(disk, "f");
    std::string sectors;
    for (std::size_t sector = 0; sector < 3; ++sector) {
      const std::string_view part = std::string_view(bytes).substr(sector * kSectorSize, kSectorSize);
      EXPECT_EQ(part, std::string(kSectorSize, part[0]));
      sectors += part[0];
    }
    outcomes.insert(sectors);
  }
  EXPECT_EQ(outcomes.size(), 8u);
}

TEST(MemoryDisk, OfTornGrowthAPrefixIsKept) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    MemoryDisk disk;
    auto file = disk.open("f", OpenMode::write).value();
    ASSERT_TRUE(disk.sync_directory(""));
    ASSERT_TRUE(file->write(0, as_bytes(std::string(3 * kSectorSize, 'b'))));
    disk.power_cut(seed);
    const std::string bytes = contents(disk, "f");
    EXPECT_EQ(bytes, std::string(bytes.size(), 'b'));
    sizes.insert(bytes.size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{kSectorSize, 2 * kSectorSize, 3 * kSectorSize}));
}

TEST(MemoryDisk, FromTheChosenOperationOnEverythingFailsUntilThePowerIsBack) {
  MemoryDisk disk;
  auto file = disk.open("f", OpenMode::write).value();
  ASSERT_TRUE(disk.sync_directory(""));
  disk.fail_at(2);
  EXPECT_TRUE(file->write(0, as_bytes("1")));
  EXPECT_EQ(file->sync().error().code, ErrorCode::io);
  EXPECT_TRUE(disk.failed());
  EXPECT_EQ(disk.exists("f").error().code, ErrorCode::io);
  disk.power_cut();

  EXPECT_EQ(contents(disk, "f"), "");
}

TEST(MemoryDisk, AFullDiskSaysSoAndTakesWritesAgainOnceThereIsSpace) {
  MemoryDisk disk(4 * kBlockSize);
  auto file = disk.open("f", OpenMode::write).value();
  ASSERT_TRUE(file->allocate(3 * kBlockSize));
  EXPECT_EQ(disk.free_bytes().value(), kBlockSize);
  EXPECT_EQ(file->write(3 * kBlockSize, as_bytes(std::string(2 * kBlockSize, 'x'))).error().code,
            ErrorCode::no_space);
  EXPECT_TRUE(file->write(0, as_bytes(std::string(3 * kBlockSize, 'x'))));
  ASSERT_TRUE(file->punch(0, 2 * kBlockSize));

  EXPECT_TRUE(file->write(3 * kBlockSize, as_bytes(std::string(2 * kBlockSize, 'x'))));
}

}  // namespace
}  // namespace anabranch::io
