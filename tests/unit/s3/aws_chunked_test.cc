// What this proves: aws-chunked bodies decode to the same bytes however they arrive; bad ones are refused.
#include "s3/aws_chunked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/hash.h"
#include "support/pieces.h"
#include "support/seed.h"

namespace anabranch::s3 {
namespace {

using testing::HasSubstr;
using testing_support::PieceSource;

struct Decoded {
  Result<std::string> bytes;
  http::Headers trailers;
};

Decoded decode(
    const std::string& wire, std::optional<ChunkSigning> signing, bool with_trailers,
    std::function<std::size_t()> next_size = [] { return std::size_t{1 << 20}; }) {
  PieceSource body(wire, std::move(next_size));
  AwsChunkedSource source(body, std::move(signing), with_trailers);
  auto bytes = block_on(read_all(source, 64 * MiB));
  return {std::move(bytes), source.trailers()};
}

std::string unsigned_wire(const std::vector<std::string>& chunks, const std::string& trailers) {
  std::string wire;
  for (const auto& chunk : chunks) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx", chunk.size());
    wire += std::string(size) + "\r\n" + chunk + "\r\n";
  }
  return wire + "0\r\n" + trailers + "\r\n";
}

ChunkSigning signing_facts() {
  ChunkSigning signing;
  signing.facts.date = "20130524";
  signing.facts.timestamp = "20130524T000000Z";
  signing.facts.region = "us-east-1";
  signing.facts.service = "s3";
  signing.facts.signature = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
  signing.signing_key =
      auth::make_signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3");
  return signing;
}

/// The body of S3's documented example: 65 KiB of 'a' in chunks of 64 KiB and 1 KiB, with the published
/// signatures.
std::string documented_wire() {
  return "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65536, 'a') + "\r\n" +
         "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1024, 'a') + "\r\n" +
         "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
}

TEST(AwsChunked, DecodesTheDocumentedSignedExample) {
  const auto decoded = decode(documented_wire(), signing_facts(), false);

  ASSERT_TRUE(decoded.bytes) << decoded.bytes.error().message;
  EXPECT_EQ(*decoded.bytes, std::string(66560, 'a'));
}

TEST(AwsChunked, AChangedByteBreaksTheChunksSignature) {
  std::string wire = documented_wire();
  wire[wire.find("\r\n") + 100] = 'b';

  const auto decoded = decode(wire, signing_facts(), false);

  ASSERT_FALSE(decoded.bytes);
  EXPECT_EQ(decoded.bytes.error().code, ErrorCode::signature_mismatch);
}

TEST(AwsChunked, ADroppedLastChunkIsAnIncompleteBody) {
  const std::string wire = documented_wire();

  const auto decoded = decode(wire.substr(0, wire.rfind("0;chunk-signature")), signing_facts(), false);

  ASSERT_FALSE(decoded.bytes);
  EXPECT_EQ(decoded.bytes.error().code, ErrorCode::incomplete_body);
}

TEST(AwsChunked, GivesTrailersOfUnsignedBodies) {
  const auto decoded =
      decode(unsigned_wire({"hello ", "world"}, "x-amz-checksum-crc32:DUoRhQ==\r\n"), std::nullopt, true);

  ASSERT_TRUE(decoded.bytes) << decoded.bytes.error().message;
  EXPECT_EQ(*decoded.bytes, "hello world");
  EXPECT_EQ(decoded.trailers.get("x-amz-checksum-crc32"), "DUoRhQ==");
}

TEST(AwsChunked, SignedTrailersAreChecked) {
  ChunkSigning signing = signing_facts();
  const std::string empty_hash = to_hex(sha256(""));
  const std::string last =
      auth::chunk_signature(signing.signing_key, signing.facts, signing.facts.signature, empty_hash);
  const std::string trailer = "x-amz-checksum-crc32c:AAAAAA==";
  const std::string signature =
      auth::trailer_signature(signing.signing_key, signing.facts, last, to_hex(sha256(trailer + "\n")));
  const std::string wire = "0;chunk-signature=" + last + "\r\n" + trailer + "\r\nx-amz-trailer-signature:";

  const auto good = decode(wire + signature + "\r\n\r\n", signing, true);
  const auto bad = decode(wire + std::string(64, '0') + "\r\n\r\n", signing, true);
  const auto missing = decode("0;chunk-signature=" + last + "\r\n" + trailer + "\r\n\r\n", signing, true);

  EXPECT_TRUE(good.bytes) << good.bytes.error().message;
  ASSERT_FALSE(bad.bytes);
  EXPECT_EQ(bad.bytes.error().code, ErrorCode::signature_mismatch);
  ASSERT_FALSE(missing.bytes);
  EXPECT_EQ(missing.bytes.error().code, ErrorCode::signature_mismatch);
}

TEST(AwsChunked, AnySplitOfTheWireGivesTheSameBytes) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> chunks(random() % 6);
    std::string whole;
    for (auto& chunk : chunks) {
      chunk.resize(1 + random() % 400);
      for (char& c : chunk) c = static_cast<char>(random());
      whole += chunk;
    }
    const std::string wire = unsigned_wire(chunks, "x-amz-checksum-crc32:AAAAAA==\r\n");

    const auto decoded = decode(wire, std::nullopt, true, [&] { return random() % 9; });

    ASSERT_TRUE(decoded.bytes) << decoded.bytes.error().message;
    ASSERT_EQ(*decoded.bytes, whole);
    ASSERT_EQ(decoded.trailers.get("x-amz-checksum-crc32"), "AAAAAA==");
  }
}

TEST(AwsChunked, BrokenFramingIsMalformed) {
  for (const std::string wire : {"xyz\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "\r\n",
                                 "3\nabc\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\nabc"}) {
    const auto decoded = decode(wire, std::nullopt, false);

    ASSERT_FALSE(decoded.bytes) << wire;
    EXPECT_EQ(decoded.bytes.error().code, ErrorCode::malformed) << wire;
  }
}

TEST(AwsChunked, AnOverlongChunkHeaderIsRefused) {
  const auto decoded = decode("3;" + std::string(5000, 'x') + "\r\nabc\r\n0\r\n\r\n", std::nullopt, false);

  ASSERT_FALSE(decoded.bytes);
  EXPECT_THAT(decoded.bytes.error().message, HasSubstr("too long"));
}

}  // namespace
}  // namespace anabranch::s3
