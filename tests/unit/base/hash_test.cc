// What this proves: digests, HMACs and hashes are the published ones, however their input is cut.
#include "base/hash.h"

#include <gtest/gtest.h>

#include <random>

#include "support/seed.h"

namespace anabranch {
namespace {

std::string hex_digest(HashAlgorithm algorithm, std::string_view bytes) {
  return to_hex(digest(algorithm, bytes));
}

TEST(Digest, Md5KnowsRfc1321sVectors) {
  EXPECT_EQ(to_hex(md5("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(md5("a")), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(to_hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(to_hex(md5("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(to_hex(md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890")),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Digest, Sha1AndSha256KnowFips180sVectors) {
  const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  EXPECT_EQ(hex_digest(HashAlgorithm::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_digest(HashAlgorithm::sha1, two_blocks), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(two_blocks)), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hmac, Sha256KnowsRfc4231sVectors) {
  EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, Sha1KnowsRfc2202sVectors) {
  EXPECT_EQ(to_hex(hmac_sha1(std::string(20, '\x0b'), "Hi There")),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(
      to_hex(hmac_sha1(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(Hasher, GivesTheSameHoweverTheInputIsCut) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::string bytes(10'000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (const auto algorithm : {HashAlgorithm::md5, HashAlgorithm::sha1, HashAlgorithm::sha256,
                               HashAlgorithm::crc32, HashAlgorithm::crc32c, HashAlgorithm::crc64nvme}) {
    for (int round = 0; round < 20; ++round) {
      const auto hasher = make_hasher(algorithm);
      for (std::string_view rest = bytes; !rest.empty();) {
        const std::string_view piece = rest.substr(0, random() % 700);
        hasher->update(as_bytes(piece));
        rest.remove_prefix(piece.size());
      }
      EXPECT_EQ(hasher->finish(), digest(algorithm, bytes)) << static_cast<int>(algorithm);
    }
  }
}

TEST(Fnv, KnowsThePublishedValues) {
  // From the test vectors of http://www.isthe.com/chongo/tech/comp/fnv/.
  EXPECT_EQ(fnv1_64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1_64("a"), 0xaf63bd4c8601b7beULL);
  EXPECT_EQ(fnv1_64("foobar"), 0x340d8765a4dda9c2ULL);
  EXPECT_EQ(fnv1a_64("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(fnv1a_64("foobar"), 0x85944171f73967e8ULL);
}

TEST(Xxh3, KnowsTheReferenceValueOfNothing) {
  EXPECT_EQ(xxh3(""), 0x2D06800538D394C2ULL);  // xxHash's own sanity checks
  EXPECT_NE(xxh3("bytes"), xxh3("bytes", 1));
}

TEST(EqualConstantTime, SaysWhetherTextsAreEqual) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("signature", "signature"));
  EXPECT_FALSE(equal_constant_time("signature", "signaturE"));
  EXPECT_FALSE(equal_constant_time("signature", "signatur"));
  EXPECT_FALSE(equal_constant_time("", "s"));
}

}  // namespace
}  // namespace anabranch
