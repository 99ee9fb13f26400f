// What this proves: every Disk reads what was written, and names its errors. Runs over both real backends.
#include "io/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/memory_disk.h"
#include "io/posix_disk.h"
#include "support/scratch.h"

namespace anabranch::io {
namespace {

enum class Backend { memory, posix };

class DiskContract : public testing::TestWithParam<Backend> {
 protected:
  DiskContract() {
    if (GetParam() == Backend::memory) {
      disk_ = std::make_unique<MemoryDisk>();
    } else {
      disk_ = std::make_unique<PosixDisk>(scratch_.path());
    }
  }
  static std::string read(File& file, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '\0');
    const auto count = file.read(offset, ByteSpan(reinterpret_cast<std::byte*>(bytes.data()), size));
    EXPECT_TRUE(count) << count.error().message;
    bytes.resize(count.value_or(0));
    return bytes;
  }

  testing_support::ScratchDirectory scratch_;
  std::unique_ptr<Disk> disk_;
};

TEST_P(DiskContract, ReadsWhatWasWritten) {
  auto file = disk_->open("f", OpenMode::write).value();
  ASSERT_TRUE(file->write(3, as_bytes("bytes")));
  ASSERT_TRUE(file->sync());

  EXPECT_EQ(read(*file, 0, 100), std::string("\0\0\0bytes", 8));
  EXPECT_EQ(read(*disk_->open("f", OpenMode::read).value(), 5, 2), "te");
  EXPECT_EQ(read(*file, 8, 1), "");
  EXPECT_EQ(file->size().value(), 8u);
}

TEST_P(DiskContract, DirectWritesAreReadThroughTheSameFile) {
  alignas(kBlockSize) static std::array<std::byte, 2 * kBlockSize> block;
  block.fill(std::byte{7});
  auto file = disk_->open("f", OpenMode::write_direct).value();
  ASSERT_TRUE(file->allocate(4 * kBlockSize));
  ASSERT_EQ(read(*file, kBlockSize, 10), std::string(10, '\0'));
  ASSERT_TRUE(file->write(kBlockSize, block));

  EXPECT_EQ(read(*file, kBlockSize, 10), std::string(10, '\7'));
  EXPECT_EQ(file->size().value(), 4 * kBlockSize);
}

TEST_P(DiskContract, AMissingFileIsNamed) {
  const auto file = disk_->open("missing", OpenMode::read);

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::not_found);
  EXPECT_THAT(file.error().message, testing::HasSubstr("missing"));
  EXPECT_EQ(disk_->remove("missing").error().code, ErrorCode::not_found);
  EXPECT_EQ(disk_->list("missing").error().code, ErrorCode::not_found);
  EXPECT_EQ(disk_->open("no/folder", OpenMode::write).error().code, ErrorCode::not_found);
}

TEST_P(DiskContract, FoldersListTheirNamesSorted) {
  ASSERT_TRUE(disk_->make_directory("d"));
  ASSERT_TRUE(disk_->make_directory("d"));
  for (const char* name : {"d/b", "d/a", "top"}) ASSERT_TRUE(disk_->open(name, OpenMode::write));

  EXPECT_THAT(disk_->list("d").value(), testing::ElementsAre("a", "b"));
  EXPECT_THAT(disk_->list("").value(), testing::ElementsAre("d", "top"));
  EXPECT_TRUE(disk_->exists("d/a").value());
  EXPECT_FALSE(disk_->exists("d/c").value());
}

TEST_P(DiskContract, RenameReplacesItsTarget) {
  ASSERT_TRUE(disk_->open("a", OpenMode::write).value()->write(0, as_bytes("new")));
  ASSERT_TRUE(disk_->open("b", OpenMode::write).value()->write(0, as_bytes("old")));
  ASSERT_TRUE(disk_->rename("a", "b"));

  EXPECT_FALSE(disk_->exists("a").value());
  EXPECT_EQ(read(*disk_->open("b", OpenMode::read).value(), 0, 10), "new");
}

TEST_P(DiskContract, APunchedRangeReadsAsZerosAndTheRestStays) {
  auto file = disk_->open("f", OpenMode::write).value();
  ASSERT_TRUE(file->write(0, as_bytes(std::string(3 * kBlockSize, 'x'))));
  ASSERT_TRUE(file->punch(kBlockSize, kBlockSize));

  EXPECT_EQ(read(*file, kBlockSize - 1, 2), std::string("x\0", 2));
  EXPECT_EQ(read(*file, 2 * kBlockSize - 1, 2), std::string("\0x", 2));
  EXPECT_EQ(file->size().value(), 3 * kBlockSize);
}

TEST_P(DiskContract, ALockIsHeldOnce) {
  auto held = disk_->lock("lock");
  ASSERT_TRUE(held);
  EXPECT_EQ(disk_->lock("lock").error().code, ErrorCode::conflict);
  held->reset();
  EXPECT_TRUE(disk_->lock("lock"));
}

INSTANTIATE_TEST_SUITE_P(All, DiskContract, testing::Values(Backend::memory, Backend::posix));

}  // namespace
}  // namespace anabranch::io
