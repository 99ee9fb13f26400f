// What this proves: FaultyDisk fails in each of its ways, from its seed, and is transparent otherwise.
#include "io/faulty_disk.h"

#include <gtest/gtest.h>

#include "io/memory_disk.h"

namespace anabranch::io {
namespace {

TEST(FaultyDisk, SameSeedSameFaults) {
  std::string runs[2];
  for (auto& run : runs) {
    MemoryDisk memory;
    FaultyDisk disk(memory, 42, {.write_error = 0.3, .no_space = 0.2, .sync_error = 0.5});
    auto file = disk.open("f", OpenMode::write).value();
    for (int i = 0; i < 50; ++i) {
      const auto written = file->write(0, as_bytes("bytes"));
      run += written ? 'w' : written.error().code == ErrorCode::no_space ? 's' : 'e';
      run += file->sync() ? 'w' : 'e';
    }
  }
  EXPECT_EQ(runs[0], runs[1]);
  for (const char outcome : {'w', 's', 'e'}) EXPECT_NE(runs[0].find(outcome), std::string::npos);
}

TEST(FaultyDisk, ABitFlipChangesOneBitOfARead) {
  MemoryDisk memory;
  FaultyDisk disk(memory, 1, {.bit_flip = 1});
  auto file = disk.open("f", OpenMode::write).value();
  ASSERT_TRUE(file->write(0, as_bytes(std::string(64, '\0'))));
  std::array<std::byte, 64> out{};
  ASSERT_EQ(file->read(0, out).value(), 64u);
  int bits = 0;
  for (const std::byte byte : out) bits += std::popcount(static_cast<unsigned char>(byte));

  EXPECT_EQ(bits, 1);
}

TEST(FaultyDisk, AReadErrorIsIo) {
  MemoryDisk memory;
  FaultyDisk disk(memory, 1, {.read_error = 1});
  auto file = disk.open("f", OpenMode::write).value();
  std::array<std::byte, 8> out{};

  EXPECT_EQ(file->read(0, out).error().code, ErrorCode::io);
  disk.set_rates({});
  EXPECT_EQ(file->read(0, out).value(), 0u);
}

}  // namespace
}  // namespace anabranch::io
