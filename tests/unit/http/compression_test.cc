// What this proves: only those who take gzip get it, only of what gains by it, and it is what was there
// before.
#include "http/compression.h"

#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>

#include <random>

#include "support/seed.h"

namespace anabranch::http {
namespace {

bool accepts(std::string value) { return accepts_gzip(Headers({{"Accept-Encoding", std::move(value)}})); }

std::string unpacked(std::string packed, std::size_t size) {
  std::string text(size + 1, '\0');
  inflate_state state{};
  isal_inflate_init(&state);
  state.crc_flag = ISAL_GZIP;
  state.next_in = reinterpret_cast<std::uint8_t*>(packed.data());
  state.avail_in = static_cast<std::uint32_t>(packed.size());
  state.next_out = reinterpret_cast<std::uint8_t*>(text.data());
  state.avail_out = static_cast<std::uint32_t>(text.size());
  EXPECT_EQ(isal_inflate(&state), ISAL_DECOMP_OK);
  EXPECT_EQ(state.block_state, ISAL_BLOCK_FINISH);
  text.resize(state.total_out);
  return text;
}

Response answer(std::string body, std::string type = "application/json") {
  Response response;
  response.headers.add("Content-Type", std::move(type));
  response.body = std::move(body);
  return response;
}

TEST(Compression, OnlyThoseWhoTakeItGetIt) {
  for (const char* value :
       {"gzip", "GZIP", "*", "deflate,gzip", "br, gzip;q=0.8", "gzip;q=0.001", "\tgzip "}) {
    EXPECT_TRUE(accepts(value)) << value;
  }
  for (const char* value : {"", "identity", "gzip;q=0", "gzip; q=0.0", "br, deflate", "gzipped", "*;q=0",
                            "*, gzip;q=0", "gzip;q=0, *", ",;,"}) {
    EXPECT_FALSE(accepts(value)) << value;
  }
  EXPECT_FALSE(accepts_gzip(Headers()));
}

TEST(Compression, WhatComesOutIsWhatWentIn) {
  std::mt19937_64 random(testing_support::seed());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kCompressedSizeMin, std::size_t{65'535},
                                 std::size_t{64 * KiB}, std::size_t{64 * KiB + 1}, std::size_t{3'000'000}}) {
    std::string noise(size, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    std::string text;
    while (text.size() < size) text += "{\"id\": " + std::to_string(random() % 1000) + "}, ";
    text.resize(size);

    EXPECT_EQ(unpacked(to_gzip(noise), size), noise) << size;
    EXPECT_EQ(unpacked(to_gzip(text), size), text) << size;
    if (size > 10'000) {
      EXPECT_LT(to_gzip(text).size(), size / 2);
    }
  }
}

TEST(Compression, AnAnswerOfJsonIsPackedAndSaysSo) {
  const std::string body = "[" + std::string(5'000, ' ') + "]";
  Response response = answer(body);
  ASSERT_TRUE(is_compressible(response));

  compress(response);

  EXPECT_EQ(response.headers.get("Content-Encoding"), "gzip");
  EXPECT_LT(response.body.size(), 200U);
  EXPECT_EQ(unpacked(response.body, body.size()), body);
}

TEST(Compression, WhatGainsNothingStaysAsItIs) {
  std::mt19937_64 random(testing_support::seed());
  std::string noise(5'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  Response response = answer(noise);

  compress(response);

  EXPECT_FALSE(response.headers.contains("Content-Encoding"));
  EXPECT_EQ(response.body, noise);
}

TEST(Compression, ObjectsStreamsAndShortAnswersAreLeftAlone) {
  const std::string body(5'000, ' ');
  EXPECT_FALSE(is_compressible(answer(std::string(kCompressedSizeMin - 1, ' '))));
  EXPECT_FALSE(is_compressible(answer(body, "text/plain")));
  Response object = answer(body);
  object.headers.add("ETag", "\"1\"");
  EXPECT_FALSE(is_compressible(object));
  Response packed = answer(body);
  packed.headers.add("Content-Encoding", "gzip");
  EXPECT_FALSE(is_compressible(packed));
  Response stream = answer(body);
  stream.stream = make_source("x");
  EXPECT_FALSE(is_compressible(stream));
}

}  // namespace
}  // namespace anabranch::http
