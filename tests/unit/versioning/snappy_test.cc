// What these prove: what we compress unfolds to the same bytes, here and in libsnappy's format; bad input is
// refused.
#include <gtest/gtest.h>

#include <random>

#include "base/hash.h"
#include "support/seed.h"
#include "versioning/sstable_snappy.h"

namespace anabranch::versioning::snappy {
namespace {

std::string round_trip(const std::string& input) {
  std::string scratch, out = "before";
  const std::string_view compressed = compress(input, scratch);
  EXPECT_TRUE(decompress(compressed, out));
  EXPECT_EQ(out.substr(0, 6), "before");
  return out.substr(6);
}

TEST(SnappyTest, KeepsBytesOfAnySizeAndKind) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 500; ++round) {
    const std::size_t size = random() % (round % 50 == 0 ? 200'000 : 6'000);
    const unsigned alphabet = 1 + static_cast<unsigned>(random() % 255);
    std::string input;
    while (input.size() < size) {
      if (input.size() > 8 && random() % 3 == 0) {  // repeat something, so that there is what to match
        const std::size_t from = random() % input.size();
        input += input.substr(from, 1 + random() % 300);
      } else {
        input += static_cast<char>(random() % alphabet);
      }
    }
    ASSERT_EQ(round_trip(input), input);
  }
  for (const std::size_t size : {0u, 1u, 16u, 17u, 18u, 60u, 61u, 256u, 257u, 65'536u, 65'537u}) {
    ASSERT_EQ(round_trip(std::string(size, 'x')), std::string(size, 'x'));
  }
}

TEST(SnappyTest, GivesTheFormOfTheDescription) {
  std::string scratch;
  // 40 bytes: the literal "a", then a copy of 39 from one back.
  EXPECT_EQ(to_hex(compress(std::string(40, 'a'), scratch)),
            "28"
            "0061"
            "9a0100");
}

TEST(SnappyTest, ReadsEveryFormOfElement) {
  // A literal "abcd", copies with offsets of one, two and four bytes, a literal whose length takes a byte of
  // its own.
  const std::string elements =
      "120c61626364"
      "0104"
      "0e0400"
      "0f04000000"
      "f00178";
  std::string out;
  EXPECT_FALSE(decompress(from_hex(elements).value(), out));  // the last literal is cut short
  out.clear();
  ASSERT_TRUE(decompress(from_hex(elements + "79").value(), out));
  EXPECT_EQ(out, "abcdabcdabcdabcdxy");
}

TEST(SnappyTest, RefusesWhatDoesNotFit) {
  for (const char* const hex : {
           "",  // no length
           "05"
           "0c6162",  // a literal that ends early
           "04"
           "0161",  // a copy before the begin
           "08"
           "0c61626364"
           "0100",  // an offset of nothing
           "05"
           "0c61626364",  // fewer bytes than announced
           "03"
           "0c61626364",  // more bytes than announced
           "ffffffff0f"
           "0061",  // announces what so few bytes cannot unfold to
       }) {
    std::string out;
    EXPECT_FALSE(decompress(from_hex(hex).value(), out)) << hex;
  }
}

TEST(SnappyTest, AnyDamageIsRefusedOrDecodes) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::string input, scratch;
  for (int i = 0; i < 300; ++i) input += "path/to/" + std::to_string(i * i);
  const std::string good(compress(input, scratch));
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(bytes.size() - random() % 3);
    std::string out;
    if (decompress(bytes, out)) {
      EXPECT_LE(out.size(), bytes.size() * kExpansionMax);
    }
  }
}

}  // namespace
}  // namespace anabranch::versioning::snappy
