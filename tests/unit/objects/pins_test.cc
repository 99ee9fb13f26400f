// What this proves: what an import saw stays readable whatever happens to its key, and nothing else is kept.
#include "unit/objects/fixture.h"

namespace anabranch::objects {
namespace {

class Pins : public testing::Test {
 protected:
  void SetUp() override { stores_.make_bucket("b-1"); }
  void put(const std::string& key, const std::string& bytes) { ASSERT_TRUE(stores_.put("b-1", key, bytes)); }
  void pin(const std::string& prefix, TimeMs open_for_ms = 0) {
    ASSERT_TRUE(block_on(stores_.store.pin("b-1", prefix, open_for_ms)));
  }
  /// The bytes that an import of `bytes` under `key` reads now, or the error.
  std::string imported(const std::string& key, const std::string& bytes) {
    auto reader = stores_.store.open_imported("b-1", key, to_hex(md5(bytes)), bytes.size());
    return reader ? read_whole(**reader) : error_of(reader);
  }
  Stores stores_;
};

TEST_F(Pins, KeepWhatIsOverwrittenOrDeletedLater) {
  put("data/a", "one");
  put("data/b", "two");
  pin("data/");
  put("data/a", "other");
  ASSERT_TRUE(stores_.remove("b-1", "data/b"));
  EXPECT_EQ(imported("data/a", "one"), "one");
  EXPECT_EQ(imported("data/b", "two"), "two");
  EXPECT_EQ(bytes_of(stores_, "b-1", "data/a"), "other");
  EXPECT_EQ(error_of(stores_.store.head("b-1", "data/b")), "no_such_key");
  EXPECT_EQ(stores_.store.usage("b-1")->objects, 1);
  EXPECT_EQ(stores_.store.usage("b-1")->bytes, 5);
  EXPECT_EQ(stores_.store.usage("b-1")->retained_objects, 2);
}

TEST_F(Pins, KeepNothingThatCameLater) {
  pin("data/");
  put("data/a", "later");
  put("data/a", "latest");
  EXPECT_EQ(imported("data/a", "later"), "source_changed");
  EXPECT_EQ(imported("data/a", "latest"), "latest");
  EXPECT_EQ(stores_.blobs.published_count(), 1U);
}

TEST_F(Pins, KeepNothingOutsideTheirPrefix) {
  put("dat", "x");
  put("data", "x");
  put("data/a", "x");
  put("datb", "x");
  pin("data");
  for (const char* key : {"dat", "data", "data/a", "datb"}) ASSERT_TRUE(stores_.remove("b-1", key));
  EXPECT_EQ(imported("dat", "x"), "source_changed");
  EXPECT_EQ(imported("datb", "x"), "source_changed");
  EXPECT_EQ(imported("data", "x"), "x");
  EXPECT_EQ(imported("data/a", "x"), "x");
}

TEST_F(Pins, AreFoundAmongManyOthers) {
  put("a/b/c/d", "x");
  for (const char* prefix : {"a/a", "a/b/a", "a/b/b", "a/b/c/a", "a/b/c/d/e", "a/c", "b", "A"}) pin(prefix);
  put("a/b/c/d", "y");
  EXPECT_EQ(imported("a/b/c/d", "x"), "source_changed");
  for (const char* prefix : {"a/b/c/d", "a/b/c", "a/b/", "a", ""}) {
    Stores stores;
    stores.make_bucket("b-1");
    ASSERT_TRUE(stores.put("b-1", "a/b/c/d", "x"));
    for (const char* other : {"a/a", prefix, "a/b/a", "a/b/b", "a/b/c/a", "a/b/c/d/e", "a/c", "b", "A"}) {
      ASSERT_TRUE(block_on(stores.store.pin("b-1", other)));
    }
    ASSERT_TRUE(stores.remove("b-1", "a/b/c/d"));
    EXPECT_TRUE(stores.store.open_imported("b-1", "a/b/c/d", to_hex(md5("x")), 1)) << prefix;
  }
}

TEST_F(Pins, MadeAgainKeepWhatCameInBetween) {
  put("data/a", "one");
  pin("data/");
  put("data/a", "two");
  pin("data/");
  put("data/a", "three");
  EXPECT_EQ(imported("data/a", "one"), "one");
  EXPECT_EQ(imported("data/a", "two"), "two");
  EXPECT_EQ(count_keys(stores_, "op"), 1U);
}

TEST_F(Pins, TakeThePlaceOfNarrowerOnesAndKeepWhatThoseKept) {
  put("data/a/1", "one");
  put("data/b/1", "two");
  pin("data/a/");
  pin("data/b/");
  pin("data/");
  EXPECT_EQ(count_keys(stores_, "op"), 1U);
  ASSERT_TRUE(stores_.remove("b-1", "data/a/1"));
  ASSERT_TRUE(stores_.remove("b-1", "data/b/1"));
  EXPECT_EQ(imported("data/a/1", "one"), "one");
  EXPECT_EQ(imported("data/b/1", "two"), "two");
}

TEST_F(Pins, OpenForAWhileKeepWhatComesMeanwhile) {
  pin("data/", 1'000);
  put("data/a", "during");
  stores_.clock.advance(999);
  put("data/a", "after");
  EXPECT_EQ(imported("data/a", "during"), "during");
  stores_.clock.advance(1);
  put("data/a", "latest");
  EXPECT_EQ(imported("data/a", "after"), "source_changed");
}

TEST_F(Pins, OpenOnesCloseOnlyByTime) {
  pin("data/a/", 1'000);
  pin("data/a/");
  pin("data/");  // another import, broader, must not close the first
  put("data/a/1", "seen");
  put("data/a/1", "later");
  EXPECT_EQ(imported("data/a/1", "seen"), "seen");
  stores_.clock.advance(1'000);
  pin("data/");
  EXPECT_EQ(count_keys(stores_, "op"), 1U);
}

TEST_F(Pins, KeepEachContentOnce) {
  put("k", "same");
  pin("");
  put("k", "other");
  put("k", "same");
  pin("");
  put("k", "other");
  EXPECT_EQ(imported("k", "same"), "same");
  EXPECT_EQ(count_keys(stores_, "or"), 1U);
  EXPECT_EQ(stores_.blobs.published_count(), 2U);
}

TEST_F(Pins, SayThatTheSourceChangedWhereItIsNotTheSame) {
  EXPECT_EQ(imported("missing", "x"), "source_changed");
  put("k", "x");
  EXPECT_EQ(error_of(stores_.store.open_imported("b-1", "k", to_hex(md5("x")), 2)), "source_changed");
  EXPECT_EQ(error_of(stores_.store.open_imported("b-1", "k", to_hex(md5("y")), 1)), "source_changed");
  EXPECT_EQ(error_of(stores_.store.open_imported("none", "k", to_hex(md5("x")), 1)), "source_changed");
}

TEST_F(Pins, LetRetainedObjectsBeCopied) {
  put("k", "kept");
  pin("");
  ASSERT_TRUE(stores_.remove("b-1", "k"));
  auto reader = stores_.store.open_imported("b-1", "k", to_hex(md5("kept")), 4).value();
  auto pending = stores_.store.prepare_copy(*reader, {});
  ASSERT_TRUE(block_on(stores_.store.publish(*std::move(pending), "b-1", "back", {})));
  EXPECT_EQ(bytes_of(stores_, "b-1", "back"), "kept");
}

TEST_F(Pins, KeepObjectsOfPartsWithTheirManifests) {
  const auto upload = block_on(stores_.store.create_upload("b-1", "k", {})).value();
  const std::string one = pattern(kPartSizeMin, 1);
  const auto part1 = stores_.put_part(upload, "b-1", 1, one).value();
  const auto part2 = stores_.put_part(upload, "b-1", 2, "end").value();
  const auto done = stores_.complete(upload, "b-1", {{1, part1.etag}, {2, part2.etag}}).value();
  pin("");
  put("k", "other");
  auto reader = stores_.store.open_imported("b-1", "k", done.etag, done.size_bytes);
  ASSERT_TRUE(reader);
  EXPECT_TRUE(read_whole(**reader) == one + "end");
}

TEST_F(Pins, CatchWritesThatWerePreparedBeforeThem) {
  put("k", "old");
  const auto pending = stores_.receive("new");
  const auto batch = stores_.store.publish_batch(*pending, "b-1", "k", {});
  pin("");
  EXPECT_EQ(error_of(kv::commit_blocking(stores_.kv, *batch)), "precondition_failed");
  put("k", "new");
  EXPECT_EQ(imported("k", "old"), "old");
}

}  // namespace
}  // namespace anabranch::objects
