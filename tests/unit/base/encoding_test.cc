// What this proves: hex and base64 come back as they went in, and refuse whatever is not their one spelling.
#include <gtest/gtest.h>

#include <random>

#include "base/hash.h"
#include "support/seed.h"

namespace anabranch {
namespace {

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  EXPECT_EQ(to_hex(std::string("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(from_hex("00ff1a").value(), std::string("\x00\xff\x1a", 3));
  EXPECT_EQ(from_hex("00FF1A").value(), std::string("\x00\xff\x1a", 3));
}

TEST(Hex, RefusesOddLengthsAndOtherDigits) {
  for (const char* text : {"0", "abc", "0g", "g0", " 0", "0x", "--", "@@", "``"}) {
    const auto bytes = from_hex(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().code, ErrorCode::malformed) << text;
  }
}

TEST(Base64, KnowsRfc4648sVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xfb\xff\xbf", "+/+/"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text).value(), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "====", "=Zg=", "Z=g=", "Zg==Zg==", "Zm9v====", "Zm9-",
                           "Zm_v", "Zm 9", "Zm9\n", "Zh==", "Zm9=", "Z===", "\xff\xff\xff\xff"}) {
    const auto bytes = from_base64(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().code, ErrorCode::malformed) << text;
  }
}

TEST(Encoding, RandomBytesComeBack) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_EQ(from_hex(to_hex(bytes)).value(), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
  }
}

}  // namespace
}  // namespace anabranch
