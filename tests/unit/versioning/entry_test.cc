// What these prove: entries keep what they hold through the bytes that lakeFS reads, and bad bytes are
// refused.
#include "versioning/entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/hash.h"
#include "support/seed.h"
#include "versioning/identity.h"

namespace anabranch::versioning {
namespace {

Entry full_entry() {
  Entry entry;
  entry.address = "data/partition/object";
  entry.address_type = AddressType::relative;
  entry.last_modified_ms = 1'795'383'343'123;
  entry.last_modified_below_ms_ns = 456'789;
  entry.size_bytes = 600;
  entry.etag = "e3446575ee690abb68c9d7816519939c";
  entry.metadata = {{"Owner", "lab"}, {"empty", ""}, {"", "no name"}};
  entry.content_type = "application/octet-stream";
  return entry;
}

TEST(EntryTest, DecodesWhatItEncoded) {
  EXPECT_EQ(Entry::decode(full_entry().encode()).value(), full_entry());
  EXPECT_EQ(Entry::decode(Entry().encode()).value(), Entry());
}

TEST(EntryTest, KeepsTimesBefore1970) {
  Entry entry;
  entry.last_modified_ms = -1;
  EXPECT_EQ(Entry::decode(entry.encode()).value().last_modified_ms, -1);
}

TEST(EntryTest, EncodesAsGoDoes) {
  Entry entry;
  entry.address = "a";
  entry.last_modified_ms = 1'000;
  entry.size_bytes = 300;
  entry.etag = "e";
  entry.metadata = {{"k", "v"}};
  entry.content_type = "t";

  EXPECT_EQ(to_hex(entry.encode()),
            "0a0161"            // 1: address
            "12020801"          // 2: last_modified { 1: seconds }
            "18ac02"            // 3: size
            "220165"            // 4: e_tag
            "2a060a016b120176"  // 5: metadata { 1: key, 2: value }
            "3001"              // 6: address_type
            "3a0174");          // 7: content_type
}

TEST(EntryTest, FieldsOfLaterVersionsAreSkipped) {
  const std::string later = full_entry().encode() + std::string("\x48\x07\x52\x01x\x59--------\x65----", 19);
  EXPECT_EQ(Entry::decode(later).value(), full_entry());
}

TEST(EntryTest, IdentityLeavesOutAddressAndTime) {
  Entry moved = full_entry();
  moved.address = "s3://elsewhere/key";
  moved.address_type = AddressType::full;
  moved.last_modified_ms = 0;
  EXPECT_EQ(moved.identity(), full_entry().identity());
}

TEST(EntryTest, IdentityTellsContentApart) {
  const std::string identity = full_entry().identity();
  EXPECT_EQ(identity.size(), 32u);
  Entry other = full_entry();
  other.size_bytes = 601;
  EXPECT_NE(other.identity(), identity);
  other = full_entry();
  other.etag += "x";
  EXPECT_NE(other.identity(), identity);
  other = full_entry();
  other.metadata["empty"] = "x";
  EXPECT_NE(other.identity(), identity);
  other = full_entry();
  other.content_type.clear();
  EXPECT_NE(other.identity(), identity);
}

TEST(EntryTest, RefusesWhatIsNoEntry) {
  for (const char* const hex : {
           "0a05616263",                  // an address longer than the message
           "18ffffffffffffffffff01",      // a negative size
           "3003",                        // an address type that is none
           "1208108094ebdc03",            // a timestamp with its end missing
           "12061080a8d6b907",            // 2,000,000,000 nanoseconds
           "120b08ffffffffffffffff7f",    // a year far past 9999
           "0b",                          // a group
           "80808080808080808080808001",  // a tag of more than 64 bits
       }) {
    const auto entry = Entry::decode(from_hex(hex).value());
    ASSERT_FALSE(entry) << hex;
    EXPECT_EQ(entry.error().code, ErrorCode::corruption);
  }
}

TEST(EntryTest, AnyBytesAreDecodedOrRefused) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string good = full_entry().encode();
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good.substr(0, random() % (good.size() + 1));
    for (std::size_t i = 0; i < 1 + random() % 3 && !bytes.empty(); ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const auto entry = Entry::decode(bytes);
    refused += entry ? 0 : 1;
    if (entry) {
      EXPECT_EQ(Entry::decode(entry->encode()).value(), *entry);
    }
  }
  EXPECT_GT(refused, 0u);
}

TEST(ValueRecordTest, DecodesWhatItEncodedAndNothingElse) {
  const ValueRecord record{std::string(32, 'i'), "data"};
  const std::string bytes = record.encode();
  EXPECT_EQ(to_hex(bytes.substr(0, 1)), "40");  // zigzag of 32

  EXPECT_EQ(ValueRecord::decode(bytes).value().identity, record.identity);
  EXPECT_EQ(ValueRecord::decode(bytes).value().data, record.data);
  EXPECT_FALSE(ValueRecord::decode(bytes + "x"));
  EXPECT_FALSE(ValueRecord::decode(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(ValueRecord::decode(std::string("\x01", 1)));  // a negative length
}

TEST(CommitIdTest, DependsOnEveryField) {
  const CommitFields commit{"me", "message", std::string(64, 'a'), 1, {{"k", "v"}}, {std::string(64, 'b')}};
  std::vector<CommitFields> others(6, commit);
  others[0].committer = "you";
  others[1].message = "";
  others[2].metarange_id.clear();
  others[3].seconds = -1;
  others[4].metadata.clear();
  others[5].parents.push_back(std::string(64, 'c'));
  for (const auto& other : others) EXPECT_NE(commit_id(other), commit_id(commit));
  EXPECT_EQ(commit_id(commit).size(), 64u);
}

}  // namespace
}  // namespace anabranch::versioning
