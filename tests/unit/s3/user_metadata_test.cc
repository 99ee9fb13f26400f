// What this proves: whatever metadata is stored, an object's headers are legal; what travels comes back as it
// was, and what cannot is counted.
#include "s3/user_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "http/header_text.h"
#include "s3/headers.h"
#include "support/seed.h"

namespace anabranch::s3 {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Pairs = service::StringPairs;

Pairs read(std::vector<http::Headers::Field> fields) {
  const auto metadata = read_user_metadata(http::Headers(std::move(fields)));
  EXPECT_TRUE(metadata);
  return metadata.value_or(Pairs{});
}

http::Headers sent(const Pairs& metadata) {
  http::Headers out;
  add_user_metadata(out, metadata);
  return out;
}

TEST(UserMetadata, IsDecodedOnTheWayInAndJoinedByName) {
  EXPECT_THAT(
      read({{"X-Amz-Meta-Note", "=?UTF-8?B?Y2Fmw6k=?="},
            {"x-amz-meta-raw", "caf\xC3\xA9"},
            {"x-amz-meta-note", "2"},
            {"x-amz-metadata", "no"},
            {"x-amz-meta-latin", "caf\xE9"}}),
      ElementsAre(Pair("Note", "caf\xC3\xA9,2"), Pair("raw", "caf\xC3\xA9"), Pair("latin", "caf\xC3\xA9")));
}

TEST(UserMetadata, PastTwoKilobytesIsRefused) {
  const auto metadata = read_user_metadata(http::Headers({{"x-amz-meta-a", std::string(2048, 'x')}}));

  ASSERT_FALSE(metadata);
  EXPECT_EQ(to_s3_error(metadata.error()).code, "MetadataTooLarge");
}

TEST(UserMetadata, WhatNoHeaderCanCarryIsCounted) {
  const auto headers = sent({{"::lakefs::client-mtime", "1"},
                             {"learning rate", "0.1"},
                             {"gr\xC3\xB6\xC3\x9F"
                              "e",
                              "3"},
                             {"kept", "a\nb"},
                             {"Kept", "again"}});

  EXPECT_THAT(headers.fields(),
              ElementsAre(Pair("x-amz-meta-kept", "=?UTF-8?B?YQpi?="), Pair("x-amz-missing-meta", "4")));
}

TEST(UserMetadata, OneAnswerCarriesNoMoreThanClientsTake) {
  Pairs many;
  for (int i = 0; i < 200; ++i) many.emplace_back("n" + std::to_string(i), "v");

  EXPECT_EQ(sent(many).fields().size(), kMetadataSentMax + 1);
  EXPECT_EQ(sent(many).get("x-amz-missing-meta"), "120");
  EXPECT_EQ(sent({{"large", std::string(100'000, 'x')}, {"small", "1"}}).get("x-amz-meta-small"), "1");
}

// Seeded: any object whatever gives headers that HTTP takes, and its metadata back wherever the names are
// names.
/// Of a field value. Source: RFC 9110, section 5.5.
bool is_field_byte(char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; }

TEST(UserMetadata, AnyStoredObjectHasLegalHeaders) {
  const std::uint64_t seed = testing_support::seed();
  SCOPED_TRACE("TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto bytes = [&](std::size_t size_max) {
    std::string text;
    for (auto left = random() % size_max; left > 0; --left) text.push_back(static_cast<char>(random()));
    return text;
  };
  for (int i = 0; i < 500; ++i) {
    service::ObjectInfo info;
    info.etag = bytes(40);
    info.content_type = bytes(60);
    info.headers = {{"Content-Disposition", bytes(80)}, {"Cache-Control", bytes(20)}};
    for (auto left = random() % 10; left > 0; --left) info.user_metadata.emplace_back(bytes(12), bytes(60));
    info.user_metadata.emplace_back("name-" + std::to_string(i), "caf\xC3\xA9 " + std::to_string(random()));

    http::Headers headers;
    add_object_headers(headers, info, true);

    for (const auto& [name, value] : headers.fields()) {
      EXPECT_TRUE(http::is_field_name(name)) << name;
      EXPECT_TRUE(std::all_of(value.begin(), value.end(), is_field_byte)) << name;
    }
    const Pairs back = read(headers.fields());
    EXPECT_THAT(back, testing::Contains(info.user_metadata.back()));
    const auto missing = std::string(headers.get("x-amz-missing-meta", "0"));
    EXPECT_EQ(back.size() + std::stoul(missing), info.user_metadata.size());
  }
}

}  // namespace
}  // namespace anabranch::s3
