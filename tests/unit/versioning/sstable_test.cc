// What these prove: the tables we write are those that RocksDB reads, those that it writes we read, and no
// damage passes.
#include "versioning/sstable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>

#include "base/hash.h"
#include "support/scratch.h"
#include "support/seed.h"
#include "versioning/sstable_writer.h"

namespace anabranch::versioning {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

Records make_records(std::size_t count, std::mt19937_64& random) {
  Records records;
  for (std::size_t i = 0; i < count; ++i) {
    std::string value =
        "value of " + std::to_string(i) + std::string(random() % 200, static_cast<char>('a' + random() % 26));
    for (std::size_t byte = 0; byte < 32; ++byte) value += static_cast<char>(random());
    records.emplace_back("path/" + std::to_string(10'000'000 + i * 7), std::move(value));
  }
  return records;
}

SstableWriter::Written write(const Records& records) {
  SstableWriter writer(Sstable::Properties{{"type", "ranges"}});
  for (const auto& [key, value] : records) writer.add(key, value);
  return writer.finish();
}

Records records_of(const Sstable& table) {
  Records records;
  for (std::size_t i = 0; i < table.size(); ++i) records.emplace_back(table.key(i), table.value(i));
  return records;
}

rocksdb::Options rocksdb_options() {
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 2;
  table.checksum = rocksdb::kCRC32c;
  rocksdb::Options options;
  options.compression = rocksdb::kSnappyCompression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class SstableTest : public testing::TestWithParam<std::size_t> {};

TEST_P(SstableTest, ReadsWhatItWrote) {
  std::mt19937_64 random(GetParam());
  const Records records = make_records(GetParam(), random);

  const auto written = write(records);
  const auto table = Sstable::decode(written.file);

  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(records_of(**table), records);
  EXPECT_EQ(records_of(*written.table), records);
  EXPECT_EQ((*table)->properties(), written.table->properties());
  EXPECT_EQ((*table)->properties().at("count"), std::to_string(records.size()));
  EXPECT_EQ((*table)->content_id(), written.id);
}

TEST_P(SstableTest, RocksDbReadsWhatWeWrite) {
  std::mt19937_64 random(GetParam());
  const Records records = make_records(GetParam(), random);
  const testing_support::ScratchDirectory scratch;
  const std::string path = scratch.path("table.sst");
  std::ofstream(path, std::ios::binary) << write(records).file;

  rocksdb::SstFileReader reader{rocksdb::Options()};
  ASSERT_TRUE(reader.Open(path).ok()) << reader.Open(path).ToString();
  ASSERT_TRUE(reader.VerifyChecksum().ok());
  Records read;
  const std::unique_ptr<rocksdb::Iterator> iterator(reader.NewIterator({}));
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    read.emplace_back(iterator->key().ToString(), iterator->value().ToString());
  }
  EXPECT_TRUE(iterator->status().ok());
  EXPECT_EQ(read, records);
  for (std::size_t i = 0; i < records.size(); i += 97) {  // through the index, not along it
    iterator->Seek(records[i].first);
    ASSERT_TRUE(iterator->Valid());
    EXPECT_EQ(iterator->key().ToString(), records[i].first);
  }
  EXPECT_EQ(reader.GetTableProperties()->num_entries, records.size());
  EXPECT_EQ(reader.GetTableProperties()->user_collected_properties.at("type"), "ranges");
}

TEST_P(SstableTest, ReadsWhatRocksDbWrites) {
  std::mt19937_64 random(GetParam());
  const Records records = make_records(GetParam(), random);
  if (records.empty()) return;  // RocksDB writes no table without records
  const testing_support::ScratchDirectory scratch;
  const std::string path = scratch.path("table.sst");
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), rocksdb_options());
  ASSERT_TRUE(writer.Open(path).ok());
  for (const auto& [key, value] : records) ASSERT_TRUE(writer.Put(key, value).ok());
  ASSERT_TRUE(writer.Finish().ok());
  std::ostringstream file;
  file << std::ifstream(path, std::ios::binary).rdbuf();

  const auto table = Sstable::decode(file.str());

  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(records_of(**table), records);
}

// 20,000 records need an index of two levels.
INSTANTIATE_TEST_SUITE_P(Sizes, SstableTest, testing::Values(0, 1, 2, 16, 17, 40, 1'000, 20'000));

/// What Pebble (v0.0.0-20230106151110-65ff304d3d7a, lakeFS's own) wrote of the records below, with lakeFS's
/// options: the size that it estimated at the end, SHA-256 of the file, and SHA-256 of "<estimate>," after
/// each record.
struct PebbleFile {
  std::size_t records;
  std::uint64_t estimated_size_bytes;
  const char* file_sha256;
  const char* estimates_sha256;
};
constexpr PebbleFile kPebbleFiles[] = {
    {1, 491, "a342d13255c1b14ee8396331d7a35792d96c5946156745b07ba8af2ef34c94a1",
     "99f136504638ee9d62c4c52b9f8efca8e498e5361631f4ee75f0f2aa3214fa19"},
    {300, 27994, "3918d35cf5ccd8646d7e947c6fcda658d5f65326e012576dc1af03bb703b50c7",
     "083ddb0bfa7f60f28d29cea361ccaed3d5eb8dfc24bb03994e74c2f60e3d0913"},
    {3000, 257933, "a0475d1d8126ce78b552d8670699c0fd76c5eebdb6f3e960a976c5c4be51f28e",
     "024b1babc6125967b905826a6e80914a0050b7e585f2b7d0df5e9806fa38eaaa"},
    {30000, 2548115, "a011595b2ce7cff65308aa2fd4438296aa223b6eb1f4b7dc6e879bcad8ec173e",
     "d4bd4f677e031964b219b8aae48e3145a841d33479fedaeb19bce9582ab6b973"},
};

class SstablePebble : public testing::TestWithParam<PebbleFile> {};

TEST_P(SstablePebble, TheSameRecordsGiveTheSameFile) {
  std::uint64_t state = 88'172'645'463'325'252;
  const auto next = [&state] {  // xorshift64
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  };
  SstableWriter writer(Sstable::Properties{{"type", "ranges"}});
  std::string estimates, key(64, '\0'), tail(64, '\0');
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < GetParam().records; ++i) {
    number += 1 + next() % 1'000;
    key.resize(64);
    key.resize(static_cast<std::size_t>(std::snprintf(key.data(), key.size(), "data/class-%02u/part-%08u",
                                                      static_cast<unsigned>(number / 1'000'000),
                                                      static_cast<unsigned>(number))));
    std::string value;
    for (int byte = 0; byte < 32; ++byte) value += static_cast<char>(next());
    tail.resize(64);
    tail.resize(static_cast<std::size_t>(std::snprintf(tail.data(), tail.size(), "address/%x/etag/%016llx",
                                                       static_cast<unsigned>(number),
                                                       static_cast<unsigned long long>(next()))));
    value += tail;
    for (std::uint64_t rest = next() % 400; rest > 0; --rest) value += static_cast<char>('a' + rest % 7);
    writer.add(key, value);
    estimates += std::to_string(writer.estimated_size_bytes()) + ",";
  }
  const auto written = writer.finish();

  EXPECT_EQ(written.estimated_size_bytes, GetParam().estimated_size_bytes);
  EXPECT_EQ(to_hex(sha256(estimates)), GetParam().estimates_sha256);
  EXPECT_EQ(to_hex(sha256(written.file)), GetParam().file_sha256);
}

INSTANTIATE_TEST_SUITE_P(Sizes, SstablePebble, testing::ValuesIn(kPebbleFiles));

TEST(SstableOrder, LowerBoundIsTheFirstThatIsNotLess) {
  const auto table = write({{"b", "1"}, {"d", "2"}, {"d/x", "3"}}).table;
  EXPECT_EQ(table->lower_bound(""), 0u);
  EXPECT_EQ(table->lower_bound("b"), 0u);
  EXPECT_EQ(table->lower_bound("c"), 1u);
  EXPECT_EQ(table->lower_bound("d"), 1u);
  EXPECT_EQ(table->lower_bound("d/"), 2u);
  EXPECT_EQ(table->lower_bound("e"), 3u);
}

TEST(SstableOrder, KeysOfAnyBytesKeepTheirOrder) {
  const Records records = {{"", "e"},
                           {std::string(1, '\0'), "z"},
                           {"a", "1"},
                           {std::string("a\0b", 3), "2"},
                           {"a\x7f", "3"},
                           {"a\x80", "4"},
                           {"a\xff", "5"},
                           {"a\xff\xff", "6"},
                           {"\xff", "7"},
                           {"\xff\xff", std::string(5'000, 'v')},
                           {"\xff\xff\x01", std::string(5'000, 'w')}};
  EXPECT_EQ(records_of(**Sstable::decode(write(records).file)), records);
}

class SstableDamage : public testing::Test {
 protected:
  SstableDamage() : file_(write(make_records(60, random_)).file) {}

  const std::uint64_t seed_ = testing_support::seed();
  testing::ScopedTrace trace_{__FILE__, __LINE__, "TEST_SEED=" + std::to_string(seed_)};
  std::mt19937_64 random_{seed_};
  const std::string file_;
};

TEST_F(SstableDamage, EveryTruncationIsRefused) {
  for (std::size_t size = 0; size < file_.size(); ++size) {
    const auto table = Sstable::decode(std::string_view(file_).substr(0, size));
    ASSERT_FALSE(table) << "at " << size;
    EXPECT_EQ(table.error().code, ErrorCode::corruption);
  }
}

TEST_F(SstableDamage, EveryChangedByteThatMattersIsRefused) {
  const Records records = records_of(**Sstable::decode(file_));
  for (std::size_t at = 0; at < file_.size(); ++at) {
    std::string bytes = file_;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_() % 8));
    const auto table = Sstable::decode(bytes);
    // Only the padding of the footer is covered by no checksum.
    if (table) {
      EXPECT_EQ(records_of(**table), records) << "at " << at;
    }
    if (at < file_.size() - sstable::kFooterSize) {
      EXPECT_FALSE(table) << "at " << at;
    }
  }
}

/// Damage with right checksums: what a hostile writer would do.
TEST_F(SstableDamage, WellChecksummedNonsenseIsRefusedOrDecodes) {
  std::size_t refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes = file_;
    // The first block: change a byte, then repair the checksum after it, wherever it ends.
    const std::size_t at = random_() % 2'000;
    bytes[at] = static_cast<char>(random_());
    for (std::size_t end = at + 1; end + 5 < bytes.size() && end < at + 4'200; ++end) {
      const auto checked = as_bytes(std::string_view(file_).substr(0, end + 1));
      if (sstable::masked_crc(crc32c(0, checked)) !=
          sstable::little_endian<std::uint32_t>(std::string_view(file_).substr(end + 1))) {
        continue;
      }
      std::string crc;
      sstable::append_little_endian(
          crc, sstable::masked_crc(crc32c(0, as_bytes(std::string_view(bytes).substr(0, end + 1)))));
      bytes.replace(end + 1, 4, crc);
      break;
    }
    const auto table = Sstable::decode(bytes);
    refused += table ? 0 : 1;
  }
  EXPECT_GT(refused, 0u);
}

TEST(SstableForeign, RefusesWhatItCannotReadByName) {
  const std::string good = write({{"k", "v"}}).file;
  const auto with = [&](std::size_t from_end, char byte) {
    std::string file = good;
    file[file.size() - from_end] = byte;
    return Sstable::decode(file).error().message;
  };
  EXPECT_THAT(with(1, 0), testing::HasSubstr("magic"));
  EXPECT_THAT(with(12, 5), testing::HasSubstr("format version 5"));
  EXPECT_THAT(with(sstable::kFooterSize, 4), testing::HasSubstr("CRC32C"));
  EXPECT_THAT(Sstable::decode("").error().message, testing::HasSubstr("too short"));
}

}  // namespace
}  // namespace anabranch::versioning
