// What this proves: an address is taken apart as it was put together, and half an address is refused with the
// form.
#include "runner/uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anabranch::runner {
namespace {

TEST(Uri, HasThreePartsAndThePathKeepsItsSlashes) {
  const auto uri = parse_uri("anabranch://dogs/main/raw//images/");

  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->repository, "dogs");
  EXPECT_EQ(uri->ref, "main");
  EXPECT_EQ(uri->path, "raw//images/");
  EXPECT_EQ(uri->to_string(), "anabranch://dogs/main/raw//images/");
}

TEST(Uri, MayEndAfterAnyPart) {
  EXPECT_EQ(parse_uri("anabranch://")->repository, "");
  EXPECT_EQ(parse_uri("anabranch://dogs")->repository, "dogs");
  EXPECT_EQ(parse_uri("anabranch://dogs/")->ref, "");
  EXPECT_EQ(parse_uri("anabranch://dogs/main~1")->ref, "main~1");
  EXPECT_EQ(parse_uri("anabranch://dogs/main/")->path, "");
}

TEST(Uri, OfLakefsIsTakenToo) { EXPECT_EQ(parse_uri("lakefs://dogs/main/a")->path, "a"); }

TEST(Uri, WithAHoleInItIsRefused) {
  EXPECT_FALSE(parse_uri("anabranch:///main"));
  EXPECT_FALSE(parse_uri("anabranch://dogs//path"));
  EXPECT_FALSE(parse_uri("s3://bucket/key"));
  EXPECT_FALSE(parse_uri("dogs/main"));
}

TEST(NamedPath, IsAnObjectAndAFolderAndNothingThatMerelyBeginsSo) {
  const NamedPath raw = named_by("raw");
  for (const char* path : {"raw", "raw/", "raw/a", "raw/a/b"}) EXPECT_TRUE(raw.holds(path)) << path;
  for (const char* path : {"raw-2/a", "raw_backup.csv", "ra", "x/raw", "RAW"}) {
    EXPECT_FALSE(raw.holds(path)) << path;
  }
  EXPECT_TRUE(named_by("raw/").holds("raw/a"));
  EXPECT_FALSE(named_by("raw/").holds("raw"));
  EXPECT_TRUE(named_by("").holds("anything"));
}

TEST(Uri, SaysWhichFormACommandNeeds) {
  EXPECT_THAT(parse_ref_uri("anabranch://dogs").error().message,
              testing::HasSubstr("anabranch://repository/ref"));
  EXPECT_THAT(parse_object_uri("anabranch://dogs/main").error().message,
              testing::HasSubstr("anabranch://repository/ref/path"));
  EXPECT_TRUE(parse_object_uri("anabranch://dogs/main/a"));
}

}  // namespace
}  // namespace anabranch::runner
