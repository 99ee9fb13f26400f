// What this proves: PosixDisk answers from memory alone where it is told to, and returns punched space.
#include "io/posix_disk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/workers.h"
#include "support/scratch.h"

namespace anabranch::io {
namespace {

TEST(PosixDisk, WhatWasJustWrittenThroughTheCacheIsReadWithoutWaiting) {
  const testing_support::ScratchDirectory scratch;
  PosixDisk disk(scratch.path());
  auto file = disk.open("f", OpenMode::write).value();
  ASSERT_TRUE(file->write(0, as_bytes("cached")));
  std::array<std::byte, 16> out{};
  const ReadTierScope memory(ReadTier::memory);
  const auto count = file->read(0, out);

  // A file system without RWF_NOWAIT must say would_block, never wait.
  if (!count) {
    EXPECT_EQ(count.error().code, ErrorCode::would_block);
  } else {
    EXPECT_EQ(*count, 6u);
  }
}

TEST(PosixDisk, APunchedRangeTakesNoSpace) {
  const testing_support::ScratchDirectory scratch;
  PosixDisk disk(scratch.path());
  auto file = disk.open("f", OpenMode::write).value();
  ASSERT_TRUE(file->write(0, as_bytes(std::string(1 * MiB, 'x'))));
  ASSERT_TRUE(file->sync());
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat(scratch.path("f").c_str(), &before), 0);
  ASSERT_TRUE(file->punch(0, 512 * KiB));
  ASSERT_TRUE(file->sync());
  ASSERT_EQ(::stat(scratch.path("f").c_str(), &after), 0);

  EXPECT_LE(after.st_blocks, before.st_blocks);
  EXPECT_EQ(after.st_size, before.st_size);
}

TEST(PosixDisk, MakesTheFolderWithItsParents) {
  const testing_support::ScratchDirectory scratch;
  ASSERT_TRUE(PosixDisk::make(scratch.path("a/b/c")));
  const auto refused = PosixDisk::make("/dev/null/x");

  EXPECT_TRUE(PosixDisk(scratch.path()).exists("a/b/c").value());
  EXPECT_FALSE(refused);
}

}  // namespace
}  // namespace anabranch::io
