// What this proves: the CRCs are the catalogue's, on every path this processor has; they continue and
// combine.
#include <gtest/gtest.h>

#include <random>

#include "base/crc64nvme.h"
#include "base/hash.h"
#include "support/seed.h"

namespace anabranch {
namespace {

constexpr std::string_view kCheck = "123456789";  // https://reveng.sourceforge.io/crc-catalogue/

class CrcTest : public testing::Test {
 protected:
  std::string random_string(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random_());
    return bytes;
  }

  const std::uint64_t seed_ = testing_support::seed();
  testing::ScopedTrace trace_{__FILE__, __LINE__, "TEST_SEED=" + std::to_string(seed_)};
  std::mt19937_64 random_{seed_};
};

std::uint64_t crc(HashAlgorithm algorithm, std::uint64_t seed, std::string_view bytes) {
  const auto seed32 = static_cast<std::uint32_t>(seed);
  if (algorithm == HashAlgorithm::crc32) return crc32(seed32, as_bytes(bytes));
  if (algorithm == HashAlgorithm::crc32c) return crc32c(seed32, as_bytes(bytes));
  return crc64nvme(seed, as_bytes(bytes));
}

constexpr HashAlgorithm kCrcs[] = {HashAlgorithm::crc32, HashAlgorithm::crc32c, HashAlgorithm::crc64nvme};

/// Bit by bit, straight from the definition.
std::uint64_t slow_crc64nvme(std::string_view bytes) {
  std::uint64_t state = ~std::uint64_t{0};
  for (const char c : bytes) {
    state ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit)
      state = (state & 1) != 0 ? (state >> 1) ^ 0x9A6C9329AC4BC9B5ULL : state >> 1;
  }
  return ~state;
}

TEST_F(CrcTest, KnowsTheCatalogue) {
  EXPECT_EQ(crc32(0, as_bytes(kCheck)), 0xCBF43926U);
  EXPECT_EQ(crc32c(0, as_bytes(kCheck)), 0xE3069283U);
  EXPECT_EQ(crc64nvme(0, as_bytes(kCheck)), 0xAE8B14860A799888ULL);
  for (const auto algorithm : kCrcs) EXPECT_EQ(crc(algorithm, 0, ""), 0U);
}

TEST_F(CrcTest, KnowsIscsisVectors) {  // RFC 3720, B.4, whose bytes are little endian
  EXPECT_EQ(crc32c(0, as_bytes(std::string(32, '\0'))), 0x8A9136AAU);
  EXPECT_EQ(crc32c(0, as_bytes(std::string(32, '\xff'))), 0x62A8AB43U);
}

TEST_F(CrcTest, DigestsAreBigEndian) {
  EXPECT_EQ(to_hex(digest(HashAlgorithm::crc32, kCheck)), "cbf43926");
  EXPECT_EQ(to_hex(digest(HashAlgorithm::crc32c, kCheck)), "e3069283");
  EXPECT_EQ(to_hex(digest(HashAlgorithm::crc64nvme, kCheck)), "ae8b14860a799888");
}

TEST_F(CrcTest, EveryPathOfCrc64NvmeKnowsTheCatalogue) {
  ASSERT_FALSE(crc64nvme_paths().empty());
  for (const Crc64Path& path : crc64nvme_paths()) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(kCheck.data());
    EXPECT_EQ(~path.function(~std::uint64_t{0}, bytes, kCheck.size()), 0xAE8B14860A799888ULL) << path.name;
  }
}

TEST_F(CrcTest, EveryPathOfCrc64NvmeIsTheDefinitionAtEveryLength) {
  const std::string bytes = random_string(1200);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::uint64_t expected = slow_crc64nvme(std::string_view(bytes).substr(0, size));
    for (const Crc64Path& path : crc64nvme_paths()) {
      const auto* start = reinterpret_cast<const unsigned char*>(bytes.data());
      ASSERT_EQ(~path.function(~std::uint64_t{0}, start, size), expected) << path.name << " of " << size;
    }
  }
}

TEST_F(CrcTest, PathsOfCrc64NvmeAgreeAtRandomLengthsAlignmentsAndStates) {
  const std::string bytes = random_string(70'000);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t offset = random_() % 100;
    const std::size_t size = random_() % (round % 20 == 0 ? 69'000 : 2000);
    const std::uint64_t state = random_();
    const auto* start = reinterpret_cast<const unsigned char*>(bytes.data()) + offset;
    const std::uint64_t expected = crc64nvme_portable(state, start, size);
    for (const Crc64Path& path : crc64nvme_paths()) {
      ASSERT_EQ(path.function(state, start, size), expected)
          << path.name << " of " << size << " at " << offset;
    }
  }
}

TEST_F(CrcTest, ContinueWhereTheyStopped) {
  for (const auto algorithm : kCrcs) {
    for (int round = 0; round < 200; ++round) {
      const std::string a = random_string(random_() % 500);
      const std::string b = random_string(random_() % 500);
      ASSERT_EQ(crc(algorithm, crc(algorithm, 0, a), b), crc(algorithm, 0, a + b));
    }
  }
}

TEST_F(CrcTest, CombineToTheCrcOfTheWhole) {
  for (const auto algorithm : kCrcs) {
    for (int round = 0; round < 200; ++round) {
      const std::string a = random_string(random_() % 3000);
      const std::string b = random_string(random_() % 3000);
      ASSERT_EQ(combine_crc(algorithm, crc(algorithm, 0, a), crc(algorithm, 0, b), b.size()),
                crc(algorithm, 0, a + b));
    }
  }
}

TEST_F(CrcTest, CombineIsAssociativeForSizesTooLargeToHash) {
  for (const auto algorithm : kCrcs) {
    for (int round = 0; round < 200; ++round) {
      const std::uint64_t mask = algorithm == HashAlgorithm::crc64nvme ? ~std::uint64_t{0} : 0xFFFFFFFFU;
      const std::uint64_t a = random_() & mask;
      const std::uint64_t b = random_() & mask;
      const std::uint64_t c = random_() & mask;
      const std::uint64_t size_b = random_() >> 2;  // so that the sum of both fits
      const std::uint64_t size_c = random_() >> 2;
      const std::uint64_t ab = combine_crc(algorithm, a, b, size_b);
      const std::uint64_t bc = combine_crc(algorithm, b, c, size_c);
      ASSERT_EQ(combine_crc(algorithm, ab, c, size_c), combine_crc(algorithm, a, bc, size_b + size_c));
    }
  }
}

}  // namespace
}  // namespace anabranch
