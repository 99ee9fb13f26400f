// What this proves: what is written is read back equal, and damaged or foreign bytes are refused, never
// misread.
#include "engine/format.h"

#include <gtest/gtest.h>

#include <random>

#include "support/seed.h"

namespace anabranch::engine {
namespace {

TEST(SegmentHeader, DecodesWhatItEncodesAndRefusesAnyFlippedBit) {
  const SegmentHeader header{SegmentKind::data, 3, 7, 0x1122334455667788, 9, 4, 100};
  std::string bytes = header.encode();
  ASSERT_EQ(bytes.size(), kSegmentHeaderSize);
  const auto read = SegmentHeader::decode(bytes).value();
  EXPECT_EQ(read.kind, SegmentKind::data);
  EXPECT_EQ(read.drive, 3);
  EXPECT_EQ(read.segment, 7u);
  EXPECT_EQ(read.store_id, 0x1122334455667788u);
  EXPECT_EQ(read.generation, 9u);
  EXPECT_EQ(read.epoch, 4u);
  EXPECT_EQ(read.first_lsn, 100u);
  for (std::size_t bit = 0; bit < 64 * 8; ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(SegmentHeader::decode(bytes)) << bit;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  }
}

TEST(GroupHeader, DecodesWhatItEncodesAndRefusesAnyFlippedBit) {
  GroupHeader header;
  header.store_id = 1;
  header.generation = 2;
  header.epoch = 3;
  header.first_lsn = 4;
  header.last_lsn = 5;
  header.durable_lsn = 3;
  header.metadata_length = 5000;
  header.body_length = 70'000;
  header.next_offset = 90'112;
  header.segment = 6;
  header.drive = 7;
  header.metadata_checksum = 8;
  std::string bytes = header.encode();
  ASSERT_EQ(bytes.size(), kGroupHeaderSize);
  const auto read = GroupHeader::decode(bytes).value();
  EXPECT_EQ(read.encode(), bytes);
  EXPECT_EQ(read.head_length(), 8192u);
  for (std::size_t bit = 0; bit < kGroupHeaderSize * 8; ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(GroupHeader::decode(bytes)) << bit;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  }
}

TEST(BlobRecord, DecodesWhatItEncodesAndRefusesItsPrefixes) {
  BlobRecord record{3, 100'000, false, {0, 9, 4096, 100'000}, {1, 2}};
  const std::string bytes = encode_blob_record(record);
  const auto read = decode_blob_record(bytes).value();
  EXPECT_EQ(encode_blob_record(read), bytes);
  EXPECT_EQ(read.checksums, record.checksums);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_blob_record(std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(Decoder, NeverReadsPastTheEndOfRandomBytes) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    (void)decode_blob_record(bytes);
    (void)decode_extent(0, bytes);
    (void)SegmentRecord::decode(bytes);
    (void)StateRecord::decode(bytes);
    Decoder in(bytes);
    for (int read = 0; read < 20; ++read) {
      const auto text = in.text();
      ASSERT_LE(text.size(), bytes.size());
    }
  }
}

TEST(ChunkChecksum, DependsOnWhoseBytesTheyAre) {
  const auto bytes = as_bytes("the same bytes");
  const auto checksum = chunk_checksum({1, 2}, 0, bytes);
  EXPECT_NE(checksum, chunk_checksum({1, 3}, 0, bytes));
  EXPECT_NE(checksum, chunk_checksum({1, 2}, kChunkSize, bytes));
  EXPECT_EQ(chunk_checksums({1, 2}, 0, as_bytes(std::string(kChunkSize + 1, 'x'))).size(), 2u);
}

TEST(Keys, SortAsTheirNumbers) {
  EXPECT_LT(keys::extent({1, 2}, 255), keys::extent({1, 2}, 256));
  EXPECT_LT(keys::segment(255), keys::segment(256));
  EXPECT_EQ(keys::extent_offset(keys::extent({1, 2}, 1ULL << 40)), 1ULL << 40);
  EXPECT_EQ(keys::segment_number(keys::segment(70'000)), 70'000u);
  EXPECT_EQ(keys::placed_offset(keys::placed(3, 1ULL << 33)), 1ULL << 33);
}

}  // namespace
}  // namespace anabranch::engine
